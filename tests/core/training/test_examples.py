"""The stored examples of a run: made by its own network, and absent rather than wrong."""

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.config import TrainConfig
from ae_core.images import noise
from ae_core.images.noise import Noise
from ae_core.training import examples


@pytest.fixture(scope="module", autouse=True)
def folders(few_letters):
    return few_letters


@pytest.fixture(scope="module", params=["situation-4", "unet"])
def run(request):
    """A run with an untrained network."""
    code = networks.kind(request.param).default_code(0)
    config = TrainConfig(network=request.param, code=code, noise=Noise("speckle", 60.0))
    run = runs.create(config)
    networks.build(config, (28, 28, 1)).save(run.model_path)
    examples.write(run)
    return run


def test_examples_are_the_networks_own_on_test_images(run):
    stored = examples.read(run)
    assert np.array_equal(stored.x, data.load("letters").test.x[: examples.COUNT])
    assert np.array_equal(
        stored.x_noisy, noise.corrupt(stored.x, run.config.noise, seed=examples.NOISE_SEED)
    )
    network = networks.load(run.model_path)
    assert np.array_equal(stored.x_hat, network.reconstruct(stored.x_noisy, 60.0))
    if network.has_code:
        assert stored.y.shape == (len(stored.x), 1, 1, 1) and stored.y.dtype == np.float32
        assert np.array_equal(network.decode(stored.y), stored.x_hat)
    else:
        assert stored.y.size == 0 and len(stored.y) == len(stored.x)


def test_damaged_or_missing_examples_are_none(run, tmp_path):
    content = (run.folder / examples.NAME).read_bytes()
    path, other = tmp_path / examples.NAME, runs.Run(tmp_path)
    assert examples.read(other) is None
    middle = len(content) // 2
    altered = content[:middle] + bytes(200) + content[middle + 200 :]
    for damaged in (b"", b"no examples", content[:middle], altered):
        path.write_bytes(damaged)
        assert examples.read(other) is None
    np.savez(path, x=np.zeros(3))
    assert examples.read(other) is None
    whole = dict(np.load(run.folder / examples.NAME))
    two = {name: np.zeros((16, 28, 28, 2), np.uint8) for name in ("x", "x_noisy", "x_hat")}
    for change in (
        {"x_hat": whole["x_hat"][1:]},
        {"x_noisy": whole["x_noisy"].astype(np.float32)},
        {"y": whole["y"][1:]},
        {"y": whole["y"].reshape(16, -1)},
        {name: whole[name][:0] for name in whole},
        two,  # channels
    ):
        np.savez(path, **whole | change)
        assert examples.read(other) is None, change.keys()
    np.savez(path, **whole)
    assert np.array_equal(examples.read(other).x_hat, whole["x_hat"])
    np.savez(path, x=np.array([print], dtype=object))
    assert examples.read(other) is None
