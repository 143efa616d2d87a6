"""How noisy an image is, estimated from it alone."""

import numpy as np
import pytest

from ae_core.errors import UserError
from ae_core.images import noise, sigma
from ae_core.images.noise import Noise


def scene(shape, seed=0):
    """Smooth surfaces with edges, as photographs have them."""
    height, width, channels = shape
    random = np.random.default_rng(seed)
    v, u = np.mgrid[0:height, 0:width] / max(height, width)
    x = np.full(shape, 120.0)
    for c in range(channels):
        a, b, phase = random.uniform(-6, 6, 3)
        x[..., c] += 40 * np.sin(a * u + b * v + phase)
    for _ in range(8):
        top, left = random.integers(0, height), random.integers(0, width)
        x[top : top + height // 5, left : left + width // 4] += random.uniform(-40, 40)
    return np.clip(x, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(150, 200, 1), (150, 200, 3), (97, 61, 3)])
@pytest.mark.parametrize("level", [5, 15, 25, 50])
def test_the_level_that_was_added_is_found(shape, level):
    x_noisy = noise.corrupt(scene(shape)[None], Noise("gaussian", float(level)), seed=3)[0]
    assert sigma.estimate(x_noisy) == pytest.approx(level, rel=0.12, abs=0.8)


def test_a_clean_image_has_hardly_any():
    assert sigma.estimate(scene((150, 200, 3))) < 2
    assert sigma.estimate(np.full((64, 64, 1), 255, np.uint8)) == 0


def test_clipping_to_8_bits_is_put_back():
    dark = np.full((200, 200, 1), 60, np.uint8)
    x_noisy = noise.corrupt(dark[None], Noise("gaussian", 60.0), seed=3)[0]
    assert x_noisy.std() < 55 and sigma.estimate(x_noisy) == pytest.approx(60, rel=0.15)


def test_a_large_image_is_looked_at_in_part():
    x = np.tile(scene((512, 512, 1)), (8, 6, 1))
    x_noisy = noise.corrupt(x[None], Noise("gaussian", 20.0), seed=3)[0]
    assert sigma.estimate(x_noisy) == pytest.approx(20, rel=0.12)


def test_of_few_pixels_nothing_is_said():
    for shape in ((32, 32, 3), (8, 128, 1), (33, 47, 3), (61, 83, 1)):
        assert sigma.estimate(np.zeros(shape, np.uint8)) == 0 and sigma.is_rough(np.zeros(shape))
    for shape in ((7, 900, 3), (8, 8, 1), (9, 13, 3), (8, 9, 3), (31, 47, 1), (60, 17, 1)):
        with pytest.raises(UserError, match="too small to estimate"):
            sigma.estimate(np.zeros(shape, np.uint8))
    assert not sigma.is_rough(np.zeros((64, 64, 3)))


@pytest.mark.parametrize(("shape", "most"), [((32, 32, 1), 2), ((64, 64, 1), 1.2)])
def test_of_the_fewest_pixels_it_is_near(shape, most):
    for level in (0, 10, 25):
        noise_ = Noise("gaussian", float(level))
        off = [
            sigma.estimate(noise.corrupt(scene(shape, seed)[None], noise_, seed)[0]) - level
            for seed in range(20)
        ]
        assert np.sqrt(np.mean(np.square(off))) < most
