"""The corruptions against their theory, drawn by NumPy and drawn in the training step."""

import dataclasses
import math

import numpy as np
import pytest

from ae_core.errors import UserError
from ae_core.images import noise
from ae_core.images.noise import Noise

NOISY = [kind for kind in noise.KINDS if kind != "none"]


def grey(value, count=40, shape=(32, 32, 3)):
    return np.full((count, *shape), value, np.uint8)


def letters(count=12, shape=(28, 28, 1)):
    """Images with black, white and everything between."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (count, *shape), dtype=np.uint8)
    x[:, ::4], x[:, 1::4] = 0, 255
    return x


def clipped_normal(mean, sigma):
    """Return (mean, std) of a normal value rounded and clipped to 0-255, summed by hand."""

    def below(v):
        return 0.5 * (1 + math.erf((v - mean) / sigma / math.sqrt(2)))

    edges = [0.0, *(below(v + 0.5) for v in range(255)), 1.0]
    shares, values = np.diff(edges), np.arange(256)
    average = float(shares @ values)
    return average, math.sqrt(float(shares @ (values - average) ** 2))


def test_units_ranges_and_defaults_of_the_kinds():
    found = {name: (kind.unit, kind.maximum, kind.default) for name, kind in noise.KINDS.items()}
    assert found == {
        "none": ("sigma", 0, 0),
        "gaussian": ("sigma", 100, 25),
        "salt-and-pepper": ("percent", 90, 20),
        "speckle": ("sigma", 150, 50),
        "poisson": ("sigma", 100, 30),
        "masking": ("percent", 90, 50),
    }
    about = {field.name: field.metadata for field in dataclasses.fields(Noise)}
    assert about["kind"]["choices"] == tuple(noise.KINDS)
    sigma, percent = (
        ", ".join(name for name in NOISY if found[name][0] == unit) for unit in ("sigma", "percent")
    )
    assert about["level"]["help"] == (
        f"{sigma}: sigma on the 0-255 scale; {percent}: percent of the pixels"
    )
    assert all(about[name]["help"][0].islower() for name in ("kind", "low", "clean"))
    assert Noise() == Noise(kind="none", level=0.0, low=None, clean=0.0)


# What holds for every kind


@pytest.mark.parametrize("kind", noise.KINDS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (8, 12, 3)])
def test_shape_and_type_stay_and_the_input_is_untouched(kind, shape):
    x = letters(3, shape)
    before = x.copy()
    x_noisy = noise.corrupt(x, Noise(kind, noise.KINDS[kind].default))
    assert x_noisy.dtype == np.uint8 and x_noisy.shape == x.shape
    assert np.array_equal(x, before) and not np.shares_memory(x, x_noisy)
    assert np.array_equal(x_noisy, x) == (kind == "none")


@pytest.mark.parametrize("kind", NOISY)
def test_noise_belongs_to_the_image_not_to_the_batch(kind):
    x = letters(10)
    asked = Noise(kind, noise.KINDS[kind].default)
    whole = noise.corrupt(x, asked, seed=3)
    assert np.array_equal(whole, noise.corrupt(x, asked, seed=3))
    parts = [noise.corrupt(x[a:b], asked, seed=3, start=a) for a, b in ((0, 1), (1, 7), (7, 10))]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole, noise.corrupt(x, asked, seed=4))


@pytest.mark.parametrize("kind", NOISY)
def test_two_images_never_share_their_noise(kind):
    x = np.repeat(letters(1), 6, axis=0)
    x_noisy = noise.corrupt(x, Noise(kind, noise.KINDS[kind].default))
    assert len({image.tobytes() for image in x_noisy}) == 6


@pytest.mark.parametrize("kind", noise.KINDS)
def test_level_0_returns_the_same_bytes(kind):
    x = letters()
    assert noise.corrupt(x, Noise(kind, 0)).tobytes() == x.tobytes()
    assert noise.corrupt(x, Noise("none", 25)).tobytes() == x.tobytes()


def test_the_lowest_level_is_for_training_only():
    x = letters()
    assert np.array_equal(
        noise.corrupt(x, Noise("gaussian", 25, low=0)), noise.corrupt(x, Noise("gaussian", 25))
    )


def test_no_images_give_no_images():
    x = np.zeros((0, 28, 28, 1), np.uint8)
    assert noise.corrupt(x, Noise("poisson", 30)).shape == x.shape


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((2, 28, 28, 1), np.float32),
        np.full((2, 28, 28, 1), np.nan),
        np.zeros((28, 28, 1), np.uint8),
        np.zeros((2, 28, 28, 1), np.int64),
        [[1, 2], [3, 4]],
        None,
    ],
)
def test_anything_but_8_bit_images_is_refused(wrong):
    for corrupt in (
        lambda: noise.corrupt(wrong, Noise("gaussian", 25)),
        lambda: noise.corrupt(wrong, Noise()),
        lambda: noise.corrupt_unclipped(wrong, 25),
    ):
        with pytest.raises(UserError, match=r"^Images must be uint8 \(N, H, W, C\).*\.$") as error:
            corrupt()
        if isinstance(wrong, np.ndarray):
            assert f"they are {wrong.dtype} {wrong.shape}." in str(error.value)


# Each kind against its theory: 40 x 32 x 32 x 3 = 122,880 draws, so a mean is good to 0.3 % of std


@pytest.mark.parametrize("sigma", [5, 25, 50, 100])
@pytest.mark.parametrize("value", [0, 20, 128, 250])
def test_gaussian(value, sigma):
    x_noisy = noise.corrupt(grey(value), Noise("gaussian", sigma)).astype(float)
    mean, std = clipped_normal(value, sigma)
    assert x_noisy.mean() == pytest.approx(mean, abs=0.015 * std + 0.01)
    assert x_noisy.std() == pytest.approx(std, rel=0.015)


def test_gaussian_on_mid_grey_has_the_asked_sigma():
    x_noisy = noise.corrupt(grey(128), Noise("gaussian", 25)).astype(float)
    assert x_noisy.std() == pytest.approx(25, rel=0.01)
    # neighbours, channels and images are independent of each other
    n = x_noisy - x_noisy.mean()
    for one, other in ((n[:, 1:], n[:, :-1]), (n[..., 0], n[..., 1]), (n[1:], n[:-1])):
        assert abs((one * other).mean() / n.var()) < 0.015


def test_unclipped_is_the_same_draw_neither_clipped_nor_rounded():
    x = letters()
    wide = noise.corrupt_unclipped(x, 25, seed=5)
    assert wide.dtype == np.float32 and wide.min() < 0 and wide.max() > 255
    assert (wide != np.rint(wide)).mean() > 0.9
    assert (wide - x).std() == pytest.approx(25, rel=0.03)
    eight_bit = np.clip(np.rint(wide), 0, 255)
    assert np.array_equal(eight_bit, noise.corrupt(x, Noise("gaussian", 25), seed=5))


@pytest.mark.parametrize("percent", [1, 20, 90, 100])
def test_salt_and_pepper_hits_the_asked_share_of_pixels(percent):
    x_noisy = noise.corrupt(grey(100), Noise("salt-and-pepper", percent))
    hit = x_noisy != 100
    assert (hit.all(-1) == hit.any(-1)).all()  # a pixel is hit with all its channels
    share = hit[..., 0].mean()
    tolerance = 4 * math.sqrt(percent / 100 * (1 - percent / 100) / hit[..., 0].size) + 1e-9
    assert share == pytest.approx(percent / 100, abs=tolerance)
    assert set(np.unique(x_noisy[hit])) == {0, 255}
    white = (x_noisy[hit[..., 0]][:, 0] == 255).mean()
    assert white == pytest.approx(0.5, abs=0.08 if percent == 1 else 0.02)


@pytest.mark.parametrize("percent", [1, 50, 90, 100])
def test_masking_blackens_the_asked_share_of_pixels(percent):
    x_noisy = noise.corrupt(grey(100), Noise("masking", percent))
    missing = (x_noisy == 0).all(-1)
    tolerance = 4 * math.sqrt(percent / 100 * (1 - percent / 100) / missing.size) + 1e-9
    assert missing.mean() == pytest.approx(percent / 100, abs=tolerance)
    assert (x_noisy[~missing] == 100).all()


@pytest.mark.parametrize("value", [0, 30, 128, 255])
def test_speckle_grows_with_brightness(value):
    x_noisy = noise.corrupt(grey(value), Noise("speckle", 50)).astype(float)
    if value == 0:
        assert not x_noisy.any()
        return
    mean, std = clipped_normal(value, 50 * value / 255)
    assert x_noisy.mean() == pytest.approx(mean, abs=0.02 * std)
    assert x_noisy.std() == pytest.approx(std, rel=0.015)


@pytest.mark.parametrize("sigma", [5, 30, 60, 100, 255])
@pytest.mark.parametrize("value", [0, 1, 10, 64, 128, 255])
def test_poisson_is_numpys(value, sigma):
    x_noisy = noise.corrupt(grey(value), Noise("poisson", sigma)).astype(float)
    if value == 0:
        assert not x_noisy.any()  # no light, no photons
        return
    photons = (255 / sigma) ** 2
    counts = np.random.default_rng(1).poisson(value / 255 * photons, x_noisy.size)
    expected = np.clip(np.rint(counts / photons * 255), 0, 255)
    assert x_noisy.mean() == pytest.approx(expected.mean(), abs=0.02 * expected.std())
    assert x_noisy.var() == pytest.approx(expected.var(), rel=0.05)


def test_poisson_of_little_light_has_numpys_distribution():
    photons = (255 / 100) ** 2  # 6.5 photons at white: few counts, each drawn exactly
    x_noisy = noise.corrupt(grey(64), Noise("poisson", 100))
    counts = np.random.default_rng(1).poisson(64 / 255 * photons, 400_000)
    for k in range(5):
        value = np.clip(np.rint(k / photons * 255), 0, 255)
        assert (x_noisy == value).mean() == pytest.approx((counts == k).mean(), abs=0.006)


def test_poisson_at_white_has_the_asked_sigma():
    below = noise.corrupt(grey(255), Noise("poisson", 30)).astype(float)
    # clipped at white: the lower half is what is left of the distribution
    darker = 255 - below[below < 255]
    assert math.sqrt((darker**2).mean()) == pytest.approx(30, rel=0.05)


def test_the_fixed_noise_is_the_one_that_recorded_figures_were_measured_with():
    """Philox under the key (seed, number of the image): first the normal values, then the uniform."""
    x = letters(3)
    for kind, of in (("gaussian", 0), ("masking", 1)):
        x_noisy = noise.corrupt(x, Noise(kind, 50), seed=3, start=7)
        for i in range(3):
            random = np.random.Generator(np.random.Philox(key=[3, 7 + i]))
            drawn = (
                random.standard_normal(x.shape[1:], np.float32),
                random.random(x.shape[1:], np.float32),
            )
            expected = (x[i] + 50 * drawn[0], np.where(drawn[1] < 0.5, 0, x[i]))[of]
            assert np.array_equal(x_noisy[i], np.clip(np.rint(expected), 0, 255))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "blur"}, "blur"),
        ({"kind": "gaussian", "level": 255.1}, "noise level .*0 to 255"),
        ({"kind": "masking", "level": 100.1}, "noise level .*0 to 100"),
        ({"kind": "gaussian", "level": -1}, "noise level"),
        ({"kind": "gaussian", "level": 20, "low": 20.1}, "lowest noise level .*0 to 20"),
        ({"kind": "gaussian", "level": 20, "low": -0.1}, "lowest noise level"),
        ({"clean": 1.01}, "share of clean images .*0 to 1"),
        ({"clean": -0.01}, "share of clean images"),
    ],
)
def test_noise_that_cannot_be_is_refused(asked, words):
    with pytest.raises(UserError, match=words):
        Noise(**asked)


def test_the_ends_of_what_noise_can_be():
    Noise("gaussian", 255, low=255, clean=1), Noise("masking", 100, low=0, clean=0)


# In the training step


@pytest.fixture(scope="module")
def on_device():
    """Corrupt in a compiled graph, as training does; uint8-scaled floats and the levels."""
    import keras

    class Step(keras.layers.Layer):
        def __init__(self, asked):
            super().__init__()
            self.asked, self.seeds = asked, keras.random.SeedGenerator(7)

        def call(self, x):
            return noise.corrupt_on_device(x, self.asked, self.seeds)

    def make(asked, shape):
        x = keras.Input(shape)
        model = keras.Model(x, Step(asked)(x))

        def draw(images):
            x_noisy, level = model.predict_on_batch(images.astype(np.float32) / 255)
            return np.asarray(x_noisy) * 255, np.asarray(level)

        return draw

    return make


@pytest.mark.parametrize("kind", NOISY)
def test_training_noise_is_the_same_noise(kind, on_device):
    asked = Noise(kind, noise.KINDS[kind].default)
    greys = (0, 3, 60, 128, 230, 255)
    x = np.concatenate([grey(value, 30) for value in greys])
    fixed = noise.corrupt(x, asked).astype(float)
    draw = on_device(asked, x.shape[1:])
    fresh, levels = draw(x)
    again, _ = draw(x)
    assert fresh.shape == x.shape and levels.shape == (len(x), 1, 1, 1)
    assert (levels == asked.level).all()
    assert np.abs(fresh - np.rint(fresh)).max() < 1e-4  # the 8-bit grid
    assert fresh.min() >= 0 and fresh.max() <= 255.0001
    assert not np.array_equal(fresh, again)
    for first in range(0, len(x), 30):
        part = slice(first, first + 30)
        spread = fixed[part].std()
        assert fresh[part].mean() == pytest.approx(fixed[part].mean(), abs=0.025 * spread + 0.01)
        assert fresh[part].std() == pytest.approx(spread, rel=0.04, abs=0.02)
    if kind in ("masking", "salt-and-pepper"):
        hit = np.rint(fresh[60:90]) != 60
        assert (hit.all(-1) == hit.any(-1)).all()


def test_training_levels_are_drawn_per_image_between_low_and_level(on_device):
    x = grey(128, 300, (16, 16, 1))
    fresh, levels = on_device(Noise("gaussian", 40, low=10), x.shape[1:])(x)
    levels = levels[:, 0, 0, 0]
    assert levels.min() >= 10 and levels.max() <= 40
    assert levels.min() < 12 and levels.max() > 38
    assert levels.mean() == pytest.approx(25, abs=1.5)
    measured = fresh.reshape(len(x), -1).std(1)
    assert np.abs(measured / levels - 1).mean() < 0.06  # each image has the level it is said to have


@pytest.mark.parametrize("kind", ["gaussian", "masking"])
def test_a_seed_draws_the_same_training_noise_again(kind):
    import keras

    x = np.float32(letters(6)) / 255
    asked = Noise(kind, 40, low=10, clean=0.5)
    one, two, other = (
        noise.corrupt_on_device(x, asked, keras.random.SeedGenerator(seed)) for seed in (7, 7, 8)
    )
    for a, b, c in zip(one, two, other, strict=True):
        assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_a_clean_share_of_the_training_images_gets_no_noise(on_device):
    x = grey(128, 600, (8, 8, 1))
    fresh, levels = on_device(Noise("gaussian", 40, low=10, clean=0.3), x.shape[1:])(x)
    spared = levels[:, 0, 0, 0] == 0
    assert spared.mean() == pytest.approx(0.3, abs=0.08)
    assert ((levels[~spared] >= 10) & (levels[~spared] <= 40)).all()
    changed = (np.rint(fresh) != x).any((1, 2, 3))
    assert np.array_equal(changed, ~spared)


def test_a_share_of_the_training_images_has_noise_beyond_black_and_white(on_device):
    x = grey(250, 600, (8, 8, 1))
    fresh, _ = on_device(Noise("gaussian", 40, unclipped=0.3), x.shape[1:])(x)
    beyond = fresh.max((1, 2, 3)) > 255.5
    assert beyond.mean() == pytest.approx(0.3, abs=0.08)
    stored = fresh[~beyond]
    assert stored.max() <= 255.01 and np.abs(stored - np.rint(stored)).max() < 0.01
    assert fresh[beyond].mean() == pytest.approx(250, abs=1)  # nothing is cut off


def test_training_without_noise_is_the_image_itself(on_device):
    x = letters()
    for asked in (Noise(), Noise("gaussian", 0), Noise("poisson", 0), Noise("masking", 0)):
        fresh, _ = on_device(asked, x.shape[1:])(x)
        assert np.array_equal(np.rint(fresh), x)
