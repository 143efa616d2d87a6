"""The dense autoencoder: PCA at the start, better after few steps, what it takes."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.images import metrics

COLOUR, GREY, ODD = (16, 16, 3), (28, 28, 1), (17, 30, 1)


def bent(count=300, shape=COLOUR, seed=0):
    """uint8 images that one number draws, along a bend: what no linear code of one value can say."""
    random = np.random.default_rng(seed)
    height, width, channels = shape
    v, u, c = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    place = random.uniform(0, 1, (count, 1, 1, 1))
    x = 128 + 90 * np.sin(9 * (u - place)) * np.cos(4 * (v + place)) + 20 * c
    return np.clip(x, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def started():
    """A network of a code size at its start."""
    import keras

    def get(code, x):
        keras.utils.set_random_seed(0)
        network = networks.build(TrainConfig(network="dense", code=code), x.shape[1:])
        networks.kind("dense").start(network, x, np.ones(len(x)))
        return network

    return get


@pytest.mark.parametrize(
    ("code", "shape"), [(3, COLOUR), (32, GREY), (40, COLOUR), (40, GREY), (40, ODD)]
)
def test_it_starts_at_pca_and_its_codes_have_variance_one(started, code, shape):
    random = np.random.default_rng(1)
    x = np.clip(bent(200, shape) + random.normal(0, 25, (200, *shape)), 0, 255).astype(np.uint8)
    from ae_core.networks import inference

    network = inference.of(started(code, x))
    fitted = pca.fit(x, code) if code <= 32 else pca.fit_for_psnr(x, code)
    off = np.abs(network.reconstruct(x).astype(int) - fitted.reconstruct(x))
    assert off.max() <= 1 and off.mean() < 0.01
    spread = network.encode(x).std(axis=0).reshape(-1)
    assert spread == pytest.approx(np.ones(code), rel=0.02 if code <= 32 else 0.5)


@pytest.mark.long
def test_a_few_epochs_beat_pca_where_images_bend(few_letters, monkeypatch):
    from ae_core import data, runs
    from ae_core.data.sets import DIGITS
    from ae_core.data.splits import assemble
    from ae_core.training import fit

    x, test = bent(500), bent(60, seed=9)
    parts = (x, np.zeros(len(x))), (test, np.zeros(len(test)))
    made = assemble("numbers", "Bent", *parts, DIGITS, "made here")
    monkeypatch.setattr(data, "load", lambda name: made)
    config = TrainConfig.from_dict(
        networks.kind("dense").complete({"data": "numbers", "code": 2, "epochs": 5}, COLOUR)
    )
    run = runs.create(config)
    assert fit.fit(run) == "finished"
    network = networks.load(run.model_path)
    linear = metrics.summary(test, pca.fit(x, 2).reconstruct(test))["psnr"]
    assert metrics.summary(test, network.reconstruct(test))["psnr"] > linear + 1


def test_a_training_has_its_own_defaults_and_crops_cut_again():
    config = networks.configure({"network": "dense", "data": "svhn-full"})
    assert (config.augment, config.loss, config.optimizer) == ("recut-colours", "psnr", "adamw")
    own = {kind: networks.configure({"network": kind, "limit": 60}) for kind in ("dense", "conv")}
    assert own["dense"].augment == own["conv"].augment == "auto"  # there are no photographs of these
    assert networks.configure({"network": "dense", "augment": "none"}).augment == "none"
