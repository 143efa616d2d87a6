"""Training on few images: what it began with is kept, it ends by itself, images are varied."""

import math

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.data.own import store
from ae_core.errors import UserError
from ae_core.images import metrics
from ae_core.networks import course, stretches
from ae_core.training import control, fit, starts

SMALL = {"data": "own-waves", "network": "dense", "code": 8, "device": "cpu"}


@pytest.fixture(scope="module", autouse=True)
def folders(few_letters):
    """Beside the letters, 40 images of one's own: waves, of which every mirror image may come."""
    random, (v, u) = np.random.default_rng(0), np.mgrid[0:16, 0:16]
    waves = random.uniform(-0.6, 0.6, (40, 2))
    x = [127 + 120 * np.sin(a * u + b * v + random.uniform(0, 6)) for a, b in waves]
    x = np.stack(x).astype(np.uint8)[..., None]
    store.save("waves", "Waves", x, np.zeros(len(x)), ["-"])
    return few_letters


def train(**given):
    run = runs.create(networks.configure({"data": "own-waves", "code": 8, "device": "cpu", **given}))
    assert fit.fit(run) == "finished"
    return run


def history(run):
    return run.history().to_dict("records")


def kept(run):
    return history(run)[course.best(history(run), run.config)]


def psnr(name, x_hat_of):
    x = data.load(name).validation.x
    return metrics.psnr(x, x_hat_of(x)).mean()


@pytest.fixture(scope="module")
def usual():
    """The default training, cut short; do not write into it."""
    return train(epochs=4)


def test_it_ends_at_or_above_its_start_and_pca(usual):
    first = history(usual)[0]
    assert (first["epoch"], math.isnan(first["loss"])) == (0, True)
    linear = pca.fit(data.load("own-waves").train.x, 8).reconstruct
    network = networks.load(usual.model_path)
    end = psnr("own-waves", network.reconstruct)
    assert end == pytest.approx(kept(usual)["val_psnr"], abs=0.01)
    assert kept(usual)["val_psnr"] >= first["val_psnr"]
    assert first["val_psnr"] >= psnr("own-waves", linear) - 0.01


def test_how_the_images_are_varied_is_found_out_and_written_down(usual):
    assert networks.configure({"data": "own-waves"}).augment == "auto"
    assert usual.config.augment == "both"  # mirrored waves are waves


def test_a_choice_of_ones_own_is_not_tried():
    x = data.load("own-waves").train.x
    for chosen in ("none", "shapes", "colours"):
        assert starts.augmentation(TrainConfig(augment=chosen), x, [len(x)], x) == chosen


@pytest.mark.long
def test_between_two_looks_are_so_many_epochs_and_progress_goes_on_through_them(monkeypatch):
    class Clock:
        now = 0.0

        def monotonic(self):
            Clock.now += 1.0
            return Clock.now

    monkeypatch.setattr(fit, "time", Clock())
    monkeypatch.setattr(stretches, "MOMENT", 0)  # each step is told
    told = []
    given = SMALL | {"epochs": 7, "validate_every": 3, "batch": 12}
    run = runs.create(networks.configure(given))
    fit.fit(run, on_progress=told.append)
    assert [row["epoch"] for row in history(run)] == [0, 3, 6, 7]  # and at the end
    assert run.samples().epochs == [0, 3, 6, 7] and run.epochs_done() == 7
    places = [(one["epoch"], one["step"]) for one in told]
    assert places == [(epoch, step) for epoch in range(1, 8) for step in (1, 2)]
    assert {one["steps"] for one in told} == {2} and told[-1]["eta_seconds"] == 0


THROWN = {"learning_rate": 1.0, "warm_up": 0.0, "augment": "none", "patience": 2}


@pytest.mark.long
def test_a_rate_that_throws_the_start_away_leaves_the_start():
    thrown = train(epochs=2, **THROWN)
    assert [row["fell_back"] for row in history(thrown)] == [0, 1, 0]
    assert kept(thrown)["epoch"] == 0
    network = networks.load(thrown.model_path)
    began = pytest.approx(kept(thrown)["val_psnr"], abs=0.01)
    assert psnr("own-waves", network.reconstruct) == began
    assert np.array_equal(network.reconstruct(thrown.samples().x), thrown.samples().at(0))
    assert "what the training began with" in course.of_run(thrown)[0]


@pytest.mark.long
def test_a_rate_that_is_too_high_is_lowered_until_the_training_gains():
    run = train(epochs=12, learning_rate=0.05, warm_up=0.0, augment="none")
    first, fell = history(run)[0]["val_psnr"], [row["fell_back"] for row in history(run)]
    assert sum(fell) > 0 and kept(run)["val_psnr"] > first


@pytest.mark.long
def test_it_ends_by_itself_and_goes_on_when_more_is_asked_for():
    run = train(epochs=30, **THROWN)
    assert [row["epoch"] for row in history(run) if row["fell_back"]] == [1, 2, 3]
    assert run.epochs_done() == 5 and len(history(run)) == 6
    run.update_status(state="finished", pid=None)
    assert "It ended by itself after epoch 5 of 30" in course.of_run(run)[-1]
    with pytest.raises(UserError, match="ended by itself after epoch 5"):
        control.prepare(run)
    control.prepare(run, epochs=7)
    assert (run.config.epochs, run.config.patience) == (7, 0)
    assert fit.fit(run) == "finished" and run.epochs_done() == 7  # and helps no more
