"""The process that measures a device: what it is asked, what it counts and what it times."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import networks
from ae_core.evaluation.bench import child, plan, setup
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.images import noise
from ae_core.machine import devices
from ae_core.training.images import VALIDATION_SEED

IMAGES = 70
WEIGHTS = 11  # more than there are digits: they are kept by number, not by its first digit


class Network:
    """It gives back what it is given, and nothing else is known of it."""

    def __init__(self, *given):
        self.given, self.weights = given, [np.full(2, float(i)) for i in range(WEIGHTS)]

    def count_params(self):
        return 1234

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def predict(self, x, batch_size, verbose):
        return x


class Trainer:
    """Two steps at a stretch: 10 seconds the first time, then 4; the images take 5 seconds before."""

    steps_per_execution, loss = 2, 0.5

    def __init__(self, network, x_train, config):
        self.network, self.config, self.asked, self.orders = network, config, [], []
        assert len(x_train) == IMAGES
        Trainer.made.append(self)

    def compile_for(self, steps, batch):
        self.asked.append((steps, batch))

    def one_epoch(self, order, batch, after_batch, on_start=lambda: None):
        clock = Trainer.clock
        clock.now += 5
        on_start()
        for step in range(1, len(order) // batch + 1, 2):
            clock.now += 4 if self.orders else 10
            self.orders.append(order)
            if after_batch(min(step, len(order) // batch - 1), self.loss):
                break
        return self.loss


@pytest.fixture
def task(tmp_path, monkeypatch):
    """What all processes share, and what the result says of it."""
    random = np.random.default_rng(0)
    parts = [SimpleNamespace(x=random.integers(0, 256, (n, 8, 8, 3), np.uint8)) for n in (IMAGES, 6)]
    few = SimpleNamespace(name="numbers", fingerprint="f", shape=(8, 8, 3))
    few.train, few.validation = parts
    monkeypatch.setattr(setup, "data", SimpleNamespace(load=lambda name: few))
    return setup.share(tmp_path, Plan((Contestant("cpu", "cpu"),))) | {"x_val": parts[1].x}


@pytest.fixture
def ask(task, tmp_path, monkeypatch):
    """Ask the process, whose libraries are stand-ins: ``ask("hello")``."""
    policies, answers = [], []
    stand_in = SimpleNamespace(
        config=SimpleNamespace(set_dtype_policy=policies.append),
        backend=SimpleNamespace(clear_session=lambda: None),
        utils=SimpleNamespace(set_random_seed=lambda seed: None),
    )
    started = []
    conv = SimpleNamespace(build=Network, start_at_pca=lambda *given: started.append(given))
    monkeypatch.setitem(sys.modules, "keras", stand_in)
    monkeypatch.setattr(networks, "conv", conv, raising=False)
    trainer = SimpleNamespace(Trainer=Trainer)
    monkeypatch.setitem(sys.modules, "ae_core.networks.trainer", trainer)
    monkeypatch.setattr(child.backends, "load", lambda: None)
    Trainer.made, Trainer.clock, Trainer.loss = [], SimpleNamespace(now=100.0), 0.5
    clock = SimpleNamespace(perf_counter=lambda: Trainer.clock.now)
    monkeypatch.setattr(child, "time", clock)
    monkeypatch.setattr(plan, "EPOCH_IMAGES", 100)
    monkeypatch.setattr(child, "serve", answers.append)

    def process(precision="float32"):
        monkeypatch.setattr(sys, "argv", ["child", str(tmp_path), precision])
        child.main()
        return lambda do, **given: answers[-1]({"do": do, **given})

    process.policies, process.started = policies, started
    return process


@pytest.mark.parametrize("gpu", [True, False])
def test_it_says_whether_it_computes_on_a_gpu_and_how_wide_its_numbers_are(gpu, ask, monkeypatch):
    monkeypatch.setattr(devices, "accelerated", lambda: gpu)
    assert ask("bfloat16")("hello") == ask("float32")("hello") == {"gpu": gpu}
    assert ask.policies == ["mixed_bfloat16", "float32"]


def test_it_trains_what_the_result_says(ask, task):
    ask("bfloat16")("prepare", size="medium", batch=8)
    config, network = Trainer.made[0].config, Trainer.made[0].network
    assert (config.data, config.code, config.precision) == (task["data"], task["code"], "bfloat16")
    assert {"kind": config.noise.kind, "level": config.noise.level} == task["noise"]
    assert config.learning_rate == task["learning_rate"]
    assert network.given == ((8, 8, 3), task["code"], plan.SIZES["medium"])


def test_the_first_stretch_is_told_apart_from_the_usual_step(ask):
    do = ask()
    found = do("prepare", size="small", batch=40)
    assert found == {
        **{"parameters": 1234, "steps_per_execution": 2},
        **{"compile_seconds": 15.0, "step_seconds": 2.0},
    }
    (trainer,) = Trainer.made
    assert trainer.asked == [(1000, 40)]
    order = trainer.orders[0]  # 4 steps, more than there are images: those come again, otherwise
    assert len(order) == 160 and order.dtype == np.int32
    first, second, rest = order[:70], order[70:140], order[140:]
    assert sorted(first) == sorted(second) == list(range(70)) and not np.array_equal(first, second)
    assert len(set(rest)) == 20
    do("prepare", size="small", batch=8)
    assert len(Trainer.made) == 1 and trainer.asked[1:] == [(1000, 8)]


def test_steps_are_counted_over_epochs_and_timed_from_the_first_one(ask):
    do = ask()
    do("prepare", size="small", batch=16)
    # an epoch is 6 steps, 12 seconds; the next one begins 5 seconds later, and 2 steps end it
    found = do("measure", batch=16, seconds=21.0)
    assert found == {"steps": 8, "images": 128, "seconds": 21.0}
    assert len(Trainer.made[0].orders[-1]) == 96
    assert do("measure", batch=128, seconds=1.0) == {"steps": 1, "images": 128, "seconds": 4.0}
    for loss in (np.inf, np.nan):
        Trainer.loss = loss
        with pytest.raises(ArithmeticError, match=f"the loss became {loss}"):
            do("measure", batch=16, seconds=1.0)


def test_quality_is_that_of_a_network_trained_anew(ask, task):
    do = ask()
    do("prepare", size="small", batch=16)
    found = do("quality", size="small", images=50, batch=16, epochs=2)
    x = task["x_val"].astype(float)
    x_hat = noise.corrupt(task["x_val"], noise.Noise("gaussian", 25.0), VALIDATION_SEED)
    mse = ((x - x_hat) ** 2).mean(axis=(1, 2, 3))
    assert found == {"psnr": pytest.approx((10 * np.log10(255**2 / mse)).mean())}
    assert Trainer.made[1].asked == [(6, 16)]
    one, two = Trainer.made[1].orders[0], Trainer.made[1].orders[-1]
    assert sorted(one) == sorted(two) == list(range(48)) and not np.array_equal(one, two)
    do("quality", size="small", images=900, batch=128, epochs=1)  # more than there are
    assert Trainer.made[2].asked == [(1, 70)]
    do("prepare", size="small", batch=16)
    assert len(Trainer.made) == 4


def test_all_processes_begin_with_the_weights_of_the_first(ask, tmp_path, monkeypatch):
    ask()("prepare", size="small", batch=8)
    ((network, mean, components),) = ask.started
    with np.load(tmp_path / "images.npz") as stored:
        assert np.array_equal(mean, stored["mean"])
        assert np.array_equal(components, stored["components"])
    monkeypatch.setattr(Network, "get_weights", lambda self: pytest.fail("weights of its own"))
    ask()("prepare", size="small", batch=8)
    weights = Trainer.made[1].network.weights
    assert network is Trainer.made[0].network and len(ask.started) == 1
    assert [w.tolist() for w in weights] == [[i, i] for i in range(WEIGHTS)]
    assert network.weights[10].tolist() == [10, 10]
