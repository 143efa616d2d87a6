"""What validation images are given: levels of noise and code sizes, spread as training draws them."""

from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import noise
from ae_core.images.noise import Noise
from ae_core.networks.rate import training
from ae_core.training import images

COUNT = 2000
ELASTIC = {"network": "elastic", "code": 256, "noise": Noise("gaussian", 75.0, 5.0, 0.25)}


def spread(**changes):
    config = TrainConfig(**(ELASTIC | changes))
    return images.spread(COUNT, config, (config.noise.low, config.noise.level))


@pytest.mark.parametrize("code", [1, 2, 24, 256, 1024])
def test_code_sizes_are_from_one_to_the_longest_and_log_uniform(code):
    _, sizes = spread(code=code)
    assert sizes.dtype == np.float32 and sizes.shape == (COUNT,)
    assert sizes.min() == 1 and sizes.max() <= code and np.array_equal(sizes, np.rint(sizes))
    assert sizes.max() >= 0.98 * code
    for size in (1, 2, 3, code):
        expected = np.log((size + 1) / size) / np.log(code + 1) if size <= code else 0
        assert np.mean(sizes == size) == pytest.approx(expected, abs=0.004), size


def test_levels_are_even_and_the_clean_share_has_none():
    levels, sizes = spread()
    assert levels.dtype == np.float32
    assert np.mean(levels == 0) == pytest.approx(0.25, abs=0.01)
    noisy = levels[levels > 0]
    assert 5 <= noisy.min() < 5.2 and 74.8 < noisy.max() <= 75
    assert np.histogram(noisy, 7)[0] == pytest.approx(len(noisy) / 7, rel=0.05)
    assert abs(np.corrcoef(levels, sizes)[0, 1]) < 0.05
    again, same = spread()
    assert np.array_equal(levels, again) and np.array_equal(sizes, same)


def test_a_look_at_large_validation_images_costs_no_more(monkeypatch):
    """As many pixels as 2,048 images of 32×32 have."""

    def load(name):
        x = np.zeros((40, 512, 256, 3), np.uint8)
        part = SimpleNamespace(x=x)
        return SimpleNamespace(train=part, validation=part, name=name)

    monkeypatch.setattr(data, "load", load)
    _, _, x_val = images.load(TrainConfig(data="numbers", network="conv"))
    assert len(x_val) == 2048 * 32 * 32 // (512 * 256)


def test_one_level_is_for_all_and_a_rate_network_has_its_whole_range():
    assert set(spread(noise=Noise("gaussian", 30.0))[0]) == {30}
    assert set(spread(noise=Noise())[0]) == {0}
    config = TrainConfig(network="rate", code=256)
    rates, _ = images.spread(COUNT, config, training.Objective.level_range(None))
    assert 0 < rates.min() < 1 and 254 < rates.max() < 255
    assert np.mean(rates) == pytest.approx(127.5, abs=1)


def test_each_image_has_its_own_level_whatever_stands_around_it():
    x = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    kind, levels = Noise("gaussian", 50.0, 0.0), np.array([0, 10, 20, 30, 40, 50], np.float32)
    x_noisy = images.corrupt_each(x, kind, levels)
    assert np.array_equal(x_noisy[0], x[0])
    for i, level in enumerate(levels):
        one = Noise("gaussian", float(level))
        alone = noise.corrupt(x[i : i + 1], one, images.VALIDATION_SEED, start=i)
        assert np.array_equal(x_noisy[i], alone[0])
    alike = images.corrupt_each(x, Noise("gaussian", 20.0), np.full(6, 20, np.float32))
    assert np.array_equal(alike[2], x_noisy[2])
    assert np.array_equal(images.corrupt_each(x, Noise(), np.zeros(6)), x)


def test_joined_sets_share_a_limit_and_the_validation(monkeypatch):
    def part(first, count):
        x = np.arange(first, first + count, dtype=np.uint16)[:, None, None, None]
        return SimpleNamespace(x=np.broadcast_to(x // 16, (count, 8, 8, 1)).astype(np.uint8))

    sets = {
        "one": SimpleNamespace(train=part(0, 900), validation=part(1600, 1500)),
        "two": SimpleNamespace(train=part(2000, 7), validation=part(3200, 30)),
    }
    monkeypatch.setattr(data, "load", sets.__getitem__)
    x_train, sizes, x_val = images.load(TrainConfig(data="one+two", limit=101))
    assert sizes == [50, 7]
    assert np.array_equal(x_train, np.concatenate([sets["one"].train.x[:50], sets["two"].train.x]))
    expected = [sets["one"].validation.x[:1024], sets["two"].validation.x]
    assert np.array_equal(x_val, np.concatenate(expected))
    assert images.load(TrainConfig(data="one+two", limit=1))[1] == [1, 1]
    x_train, sizes, x_val = images.load(TrainConfig(data="one"))
    assert sizes == [900] and len(x_train) == 900 and len(x_val) == 1500
    for empty in ("train", "validation"):
        sets["two"] = SimpleNamespace(**vars(sets["one"]) | {empty: part(0, 0)})
        with pytest.raises(UserError, match="data set two has no images"):
            images.load(TrainConfig(data="two"))


def test_a_set_of_its_own_is_not_copied_for_training(few_letters):
    x, sizes, x_val = images.load(TrainConfig(data="letters"))
    whole = data.load("letters")
    assert np.shares_memory(x, whole.train.x) and sizes == [len(whole.train)]
    assert np.shares_memory(x_val, whole.validation.x)
