"""Several steps at a stretch, as on GPUs: the same training, told after each stretch."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise
from ae_core.machine import devices
from ae_core.networks import trainer

CONFIG = TrainConfig(network="situation-3", code=4, noise=Noise("gaussian", 25.0))
BATCH, STEPS = 8, 6
X = np.random.default_rng(0).integers(0, 256, (BATCH * STEPS, 28, 28, 1), np.uint8)


def train(stop_at=None):
    """Train one short epoch; return what was told, and the weights afterwards."""
    import keras

    keras.utils.set_random_seed(0)
    network = networks.build(CONFIG, X.shape[1:])
    whole = trainer.Trainer(network, X, CONFIG)
    whole.compile_for(STEPS, BATCH)
    told = []

    def after_batch(step, loss):
        told.append((step, loss))
        return step == stop_at

    whole.one_epoch(np.arange(len(X), dtype=np.int32), BATCH, after_batch)
    return whole.steps_per_execution, told, network.get_weights()


@pytest.fixture
def on_gpu(monkeypatch):
    monkeypatch.setattr(devices, "accelerated", lambda: True)
    monkeypatch.setattr(trainer, "EXECUTION_PIXELS", 4 * BATCH * 28 * 28)


def test_a_stretch_trains_the_same(monkeypatch):
    stretch, singly, weights = train()
    assert stretch == 1 and [step for step, _ in singly] == list(range(STEPS))  # on the CPU
    monkeypatch.setattr(devices, "accelerated", lambda: True)
    monkeypatch.setattr(trainer, "EXECUTION_PIXELS", 4 * BATCH * 28 * 28)
    stretch, told, same = train()
    assert stretch == 4 and [step for step, _ in told] == [3, STEPS - 1]  # the last one is shorter
    assert told[-1][1] == pytest.approx(singly[-1][1], rel=1e-4)
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_cancel_is_heard_after_a_stretch(on_gpu):
    _, told, _ = train(stop_at=3)
    assert [step for step, _ in told] == [3]


@pytest.mark.parametrize(("batch", "steps"), [(1, 32), (32, 32), (128, 16), (4096, 1)])
def test_stretches_hold_about_as_many_pixels(monkeypatch, batch, steps):
    monkeypatch.setattr(devices, "accelerated", lambda: True)
    x = np.zeros((4, 32, 32, 3), np.uint8)
    config = TrainConfig(network="conv", code=4)
    whole = trainer.Trainer(networks.build(config, x.shape[1:]), x, config)
    assert whole.stretch(batch) == steps
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert whole.stretch(batch) == 1  # PyTorch's trainer knows single steps alone
