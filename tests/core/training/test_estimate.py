"""What a training will take: tried in a process of its own, refusals told in a sentence."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core.config import TrainConfig
from ae_core.data.own import store
from ae_core.errors import DataMissing, UserError
from ae_core.training import estimate

CONFIG = TrainConfig(data="letters", network="situation-3", code=4, batch=32, limit=320, epochs=3)


@pytest.mark.long
def test_says_what_a_training_is_and_about_how_long_it_takes():
    found = estimate.measure(CONFIG)
    assert found.images == 320
    assert found.parameters == 930_060  # as in the shipped network's card
    assert 0 < found.epoch_seconds < 30 and found.start_seconds > 0.5
    assert found.total(10) - found.total(0) == pytest.approx(10 * found.epoch_seconds)


def test_what_cannot_be_trained_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    store.save("mine", "Mine", np.zeros((24, 9, 9, 1), np.uint8), np.zeros(24), ["-"])
    with pytest.raises(UserError, match="takes 28×28 images"):
        estimate.measure(dataclasses.replace(CONFIG, data="own-mine"))
    with pytest.raises((UserError, DataMissing), match="notMNIST"):
        estimate.measure(dataclasses.replace(CONFIG, data="notmnist"))


def test_one_that_takes_too_long_is_given_up():
    with pytest.raises(UserError, match="took over 1 s"):
        estimate.measure(CONFIG, limit_seconds=1)


def test_one_is_tried_at_a_time_and_who_waits_too_long_is_told(monkeypatch):
    begun, go = threading.Event(), threading.Event()

    class Slow:
        def __init__(self, command, env):
            begun.set()

        __enter__, __exit__ = (lambda self: self), (lambda self, *_: None)

        def ask(self, request, seconds):
            go.wait(30)
            return {"parameters": 1, "images": 2, "epoch_seconds": 3.0, "measured_seconds": 0.0}

    monkeypatch.setattr(estimate, "Child", Slow)
    with ThreadPoolExecutor() as others:
        first = others.submit(estimate.measure, CONFIG)
        assert begun.wait(30)
        with pytest.raises(UserError, match="Others are trying"):
            estimate.measure(CONFIG, limit_seconds=0.1)
        second = others.submit(estimate.measure, CONFIG)
        go.set()
        assert first.result(30).parameters == second.result(30).parameters == 1


class Clock:
    seconds = 0.0

    def perf_counter(self):
        return self.seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(estimate, "time", clock)
    return clock


class Network:
    """Its first call takes long, every later one two seconds."""

    def __init__(self, clock, inputs=1):
        self.clock, self.sizes = clock, []
        self.inputs = [SimpleNamespace(shape=(None, 28, 28, 1))] * inputs

    def count_params(self):
        return 1234

    def predict(self, inputs, batch_size, verbose):
        x = inputs[0] if isinstance(inputs, list) else inputs
        assert x.dtype == np.float32 and x.max() == 1 and len(x) <= batch_size
        self.clock.seconds += 2 if self.sizes else 90
        self.sizes.append(len(x))


@pytest.mark.parametrize("images", [100, 256, 1024])
@pytest.mark.parametrize("inputs", [1, 3])
def test_validation_is_timed_on_few_images_after_a_first_time(images, inputs, clock):
    network = Network(clock, inputs)
    x_val = np.full((images, 28, 28, 1), 255, np.uint8)
    assert estimate._validation_seconds(network, x_val) == 2 * max(1, images / 256)
    assert network.sizes == [min(images, 256)] * 2


@pytest.mark.parametrize(("images", "batch", "steps"), [(330, 32, 10), (3, 32, 1)])
def test_an_epoch_is_all_its_steps_and_the_validation(images, batch, steps, clock, monkeypatch):
    from ae_core import networks
    from ae_core.networks import trainer
    from ae_core.training import images as training_images

    class Trainer:
        step = 0

        def __init__(self, network, x, config):
            assert len(x) == images

        def compile_for(self, whole, size):
            assert (whole, size) == (steps * 7, min(batch, images))

        def one_epoch(self, order, size, after_batch):
            assert len(order) == steps * size
            for step in range(steps):
                Trainer.step += 1
                clock.seconds += 80 if Trainer.step < 3 else 1  # the first ones compile
                if after_batch(step, 0.5):
                    return

    x = np.full((images, 28, 28, 1), 255, np.uint8)
    monkeypatch.setattr(training_images, "load", lambda config: (x, [images], x))
    monkeypatch.setattr(networks, "build", lambda config, shape: Network(clock))
    monkeypatch.setattr(trainer, "Trainer", Trainer)
    config = dataclasses.replace(CONFIG, batch=batch, epochs=7, limit=None)
    found = estimate._tried(config)
    assert found["parameters"] == 1234 and found["images"] == steps * min(batch, images)
    assert found["epoch_seconds"] == pytest.approx(steps + 2 * max(1, images / 256))
    assert found["measured_seconds"] == pytest.approx(4 + 90 + 2)


def test_a_whole_training_is_its_start_and_its_epochs():
    assert estimate.Estimate(1, 2, 30.0, 4.0).total(5) == 50
