"""Several steps at a stretch: the same training, told and cancelled after each stretch."""

import itertools

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise
from ae_core.machine import devices
from ae_core.networks import stretches, trainer

CONFIG = TrainConfig(network="situation-3", code=4, noise=Noise("gaussian", 25.0))
BATCH, STEPS = 8, 22
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

    loss = whole.one_epoch(np.arange(len(X), dtype=np.int32), BATCH, after_batch)
    assert loss == pytest.approx(told[-1][1])
    return told, network.get_weights()


@pytest.fixture
def ticking(monkeypatch):
    """``ticking(seconds)``: each stretch takes so long, whatever it does."""

    def set(seconds):
        clock = itertools.count(0, seconds)
        monkeypatch.setattr(stretches.time, "perf_counter", lambda: float(next(clock)))

    return set


def as_on_gpu(monkeypatch):
    monkeypatch.setattr(devices, "accelerated", lambda: True)
    monkeypatch.setattr(trainer, "EXECUTION_PIXELS", 4 * BATCH * 28 * 28)


def test_stretches_train_as_single_steps_do(monkeypatch, ticking):
    ticking(1.0)  # a step is slow: each is told
    singly, weights = train()
    assert [step for step, _ in singly] == list(range(STEPS))
    ticking(1e-6)  # steps are fast: at most four times as many each time
    on_cpu = train()
    as_on_gpu(monkeypatch)
    on_gpu = train()
    for (told, same), steps in ((on_cpu, [0, 4, 20, 21]), (on_gpu, [3, 7, 11, 15, 19, 21])):
        assert [step for step, _ in told] == steps
        losses = dict(singly)
        for step, loss in told:
            assert loss == pytest.approx(losses[step], rel=1e-4)
        for one, other in zip(weights, same, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_stretch_on_the_cpu_lasts_a_moment(monkeypatch):
    now, lasted = 0.0, []

    def slow(steps):
        nonlocal now
        lasted.append(len(steps) * stretches.MOMENT / 10)
        now += lasted[-1]
        return 0.5

    monkeypatch.setattr(stretches.time, "perf_counter", lambda: now)
    order = np.arange(800, dtype=np.int32) % len(X)
    stretches.train(slow, X, order, BATCH, lambda step, loss: False)
    assert max(lasted) <= stretches.MOMENT and np.median(lasted) > 0.8 * stretches.MOMENT


def test_a_cancel_is_heard_after_a_stretch(monkeypatch, ticking):
    ticking(1e-6)
    assert [step for step, _ in train(stop_at=4)[0]] == [0, 4]
    as_on_gpu(monkeypatch)
    assert [step for step, _ in train(stop_at=3)[0]] == [3]


@pytest.mark.parametrize(("batch", "steps"), [(1, 32), (32, 32), (128, 16), (4096, 1)])
def test_stretches_hold_about_as_many_pixels(monkeypatch, batch, steps):
    monkeypatch.setattr(devices, "accelerated", lambda: True)
    x = np.zeros((4, 32, 32, 3), np.uint8)
    config = TrainConfig(network="conv", code=4)
    whole = trainer.Trainer(networks.build(config, x.shape[1:]), x, config)
    assert whole.stretch(batch) == steps
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert whole.stretch(batch) == 1  # PyTorch's trainer knows single steps alone
