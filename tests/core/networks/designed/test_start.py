"""What a network that begins with chance begins with: the mean image, and a code that lives."""

import keras
import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.training.fit import fit

DESIGNS = [
    {"network": "situation-1"},
    {"network": "situation-2"},
    {"network": "situation-3"},
    {"network": "situation-4"},
    {"network": "designed", "design": "conv16:k3:s2:relu > vector8 > mirror"},
]


@pytest.mark.parametrize("asked", DESIGNS, ids=lambda asked: asked["network"])
def test_a_network_begins_with_the_mean_image(asked):
    keras.utils.set_random_seed(2)
    config, x = networks.configure({"data": "letters", **asked}), data.load("letters").train.x[:512]
    kind, network = networks.kind(config.network), networks.build(config, x.shape[1:])
    weights = np.linspace(0, 1, len(x))
    kind.start(network, x, weights)
    mean = np.average(x / 255, axis=0, weights=weights)
    if config.network not in ("situation-3", "situation-4"):
        mean = np.full_like(mean, mean.mean())  # convolutions know no places
    x_hat = network.predict(x[:32] / np.float32(255), verbose=0)
    assert np.abs(x_hat.mean(axis=0) - mean).mean() < 0.1
    assert x_hat.std(axis=0).mean() < 0.1
    once = network.get_weights()
    kind.start(network, x, weights)  # as from_images does of few images
    for before, after in zip(once, network.get_weights(), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-5)


def test_a_last_layer_without_a_sigmoid_is_left_as_it_was_drawn():
    design = "> vector8 > dense*:linear"
    config = networks.configure({"data": "letters", "network": "designed", "design": design})
    x = data.load("letters").train.x[:64]
    network = networks.build(config, x.shape[1:])
    drawn = network.get_weights()
    networks.kind("designed").start(network, x, np.ones(len(x)))
    for before, after in zip(drawn, network.get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("seed", [2, pytest.param(5, marks=pytest.mark.long)])
def test_a_code_of_one_value_lives_after_two_epochs(seed, tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    asked = {"data": "letters", "network": "situation-4", "epochs": 2, "seed": seed, "device": "cpu"}
    run = runs.create(networks.configure(asked))
    fit(run)
    last = run.history().to_dict("records")[-1]
    assert last["dead"] == 0
    assert last["val_psnr"] > 8  # the mean image has 7.3
