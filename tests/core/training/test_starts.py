"""Trainings that begin with another run's network, and what augmentation leaves alone."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import card
from ae_core.networks.augment import augment, more
from ae_core.training import fit, starts

SMALL = {"limit": 90, "batch": 32, "epochs": 2, "network": "conv", "code": 4}


@pytest.fixture(scope="module", autouse=True)
def folders(few_letters):
    return few_letters


def new(**changes):
    return runs.create(TrainConfig(**(SMALL | changes)))


@pytest.mark.long
@pytest.mark.parametrize("kind", [{}, {"network": "rate", "code": 24}])
def test_it_goes_on_from_where_the_other_ended(kind):
    first = new(**kind)
    fit.fit(first)
    second = new(**kind, start=first.id, epochs=1, learning_rate=1e-7)
    fit.fit(second)
    losses, began = first.history()["val_loss"], second.history()["val_loss"].iloc[0]
    # The network kept is that of the best epoch; a rate network goes on from its checkpoint.
    ended = losses.iloc[-1] if kind else losses.min()
    assert began == pytest.approx(ended, rel=1e-3)
    asked = card.commands(second.config)
    assert len(asked) == 2 and "--start" not in asked[0] and f"--start {first.id}" in asked[1]


def test_another_size_and_a_missing_run_are_refused():
    first = new()
    networks.build(first.config, (28, 28, 1)).save(first.model_path)
    with pytest.raises(UserError, match="other weights"):
        fit.fit(new(code=5, start=first.id))
    with pytest.raises(UserError, match="nowhere"):
        fit.fit(new(start="nowhere"))


def test_a_rate_network_needs_the_others_checkpoint():
    first = new(network="rate", code=24)
    with pytest.raises(UserError, match="no checkpoint"):
        fit.fit(new(network="rate", code=24, start=first.id))


@pytest.mark.parametrize("sizes", [[5], [2, 8], [1, 30, 400]])
def test_each_joined_set_weighs_alike_in_what_a_network_starts_at(sizes):
    weights = starts.equal_shares(sizes)
    assert weights.shape == (sum(sizes),)
    for part in np.split(weights, np.cumsum(sizes)[:-1]):
        assert part.sum() == pytest.approx(1) and np.ptp(part) == 0


def test_half_of_the_pictures_stay_and_moved_ones_get_no_black_border():
    x = np.full((400, 28, 28, 1), 1.0, np.float32)
    x[:, 8:20, 8:20] = 0.25
    moved = np.asarray(augment(x, "shapes", keras.random.SeedGenerator(0)))
    same = (moved == x).all(axis=(1, 2, 3)).mean()
    assert 0.4 < same < 0.6
    edges = np.concatenate([moved[:, 0], moved[:, -1], moved[:, :, 0], moved[:, :, -1]], axis=1)
    assert edges.min() > 0.99


@pytest.mark.parametrize("kind", ["colours", "recut-colours"])
def test_half_of_the_pictures_keep_their_colours(kind):
    x = np.random.default_rng(0).random((400, 8, 8, 3), np.float32)
    changed = np.asarray(augment(x, kind, keras.random.SeedGenerator(0)))
    same = (changed == x).all(axis=(1, 2, 3))
    assert 0.4 < same.mean() < 0.6
    means = changed[~same].mean(axis=(1, 2))  # a random picture's own are all about a half
    assert np.ptp(means, axis=0).min() > 0.1


def test_more_images_are_those_there_are_and_varied_ones_after_them():
    x = np.random.default_rng(0).integers(0, 256, (7, 16, 16, 3), np.uint8)
    found = more(x, "both", 0, 300)
    assert found.shape == (300, 16, 16, 3) and found.dtype == np.uint8
    assert np.array_equal(found[:7], x) and not np.array_equal(found[7:14], x)
    assert np.array_equal(found, more(x, "both", 0, 300))
    assert not np.array_equal(found, more(x, "both", 1, 300))
    assert np.array_equal(more(x, "none", 0, 300), x)
    assert np.array_equal(more(x, "both", 0, 7), x)


@pytest.mark.parametrize(("badness", "kept"), [(0.25, "varied"), (0.75, "plain"), (np.nan, "plain")])
def test_the_start_of_few_images_is_the_better_one_of_plain_and_varied(badness, kept, monkeypatch):
    x = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    seen, looks = [], [0.5, badness]
    network = SimpleNamespace(get_weights=lambda: "plain", now="varied")
    network.set_weights = lambda weights: setattr(network, "now", weights)
    kind = SimpleNamespace(start=lambda *given: seen.append(given[1:]))
    monkeypatch.setattr(starts.networks, "kind", lambda name: kind)
    config = TrainConfig(augment="shapes")
    starts.from_images(network, config, x, [2, 4], lambda: looks.pop(0))
    assert network.now == kept
    (plain, weights), (varied, more_weights) = seen
    assert np.array_equal(plain, x) and weights.tolist() == [1 / 2] * 2 + [1 / 4] * 4
    assert varied.shape == (1000, 8, 8, 1) and np.array_equal(varied[:6], x)
    assert more_weights[:8].tolist() == [*weights, 1 / 2, 1 / 2] and len(more_weights) == 1000
    for fewer in ({"augment": "none"}, {}):
        some = x if fewer else np.repeat(x, 167, axis=0)
        starts.from_images(network, replace(config, **fewer), some, [len(some)], looks.pop)
    assert len(seen) == 4  # no other look


@pytest.mark.parametrize("side", [32, 64, 70, 128])
def test_large_images_are_tried_smaller(side):
    x = np.full((2, side, side, 1), 200, np.uint8)
    factor = 1 if side <= 32 else 2 if side <= 64 else 4
    assert starts.averaged(x).shape[1] == -(-side // factor)  # the last block is filled up
    assert (starts.averaged(x) == 200).all()
