"""Every classical denoiser cleans, in grey and colour, clipped and not; wrong input is refused."""

import numpy as np
import pytest
from skimage import data

from ae_core.baselines.denoisers import DENOISERS, non_local_means
from ae_core.errors import UserError
from ae_core.images import metrics

FAST = [name for name in DENOISERS if name != "BM3D"]


@pytest.fixture(scope="module")
def x():
    photograph = data.astronaut()
    corners = [(r, c) for r in (100, 132, 300) for c in (100, 180, 260)]
    return np.stack([photograph[r : r + 32, c : c + 32] for r, c in corners])


def _noisy(x, sigma, clipped):
    floating = (x + np.random.default_rng(0).normal(0, sigma, x.shape)).astype(np.float32)
    return np.clip(np.rint(floating), 0, 255).astype(np.uint8) if clipped else floating


@pytest.mark.parametrize("clipped", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", FAST)
def test_cleans(name, channels, clipped, x):
    x = x[..., :channels]
    x_noisy = _noisy(x, 25, clipped)
    before = x_noisy.copy()
    x_hat = DENOISERS[name](x_noisy, 25)
    assert x_hat.dtype == np.uint8 and x_hat.shape == x.shape
    gain = metrics.psnr(x, x_hat).mean() - metrics.psnr(x, _noisy(x, 25, True)).mean()
    assert gain > 3, f"{name} gains only {gain:.1f} dB"
    np.testing.assert_array_equal(x_noisy, before)


@pytest.mark.parametrize("name", FAST)
def test_no_noise_changes_nothing(name, x):
    np.testing.assert_array_equal(DENOISERS[name](x[:2], 0), x[:2])


@pytest.mark.parametrize("name", FAST)
def test_an_image_does_not_depend_on_its_batch(name, x):
    x_noisy = _noisy(x, 15, True)
    np.testing.assert_array_equal(
        DENOISERS[name](x_noisy, 15)[4:5], DENOISERS[name](x_noisy[4:5], 15)
    )


def test_block_matching_is_the_strongest(x):
    pytest.importorskip("bm3d", reason="the optional package bm3d is not installed")
    x = x[:1]
    x_noisy = _noisy(x, 25, False)
    bm3d = metrics.psnr(x, DENOISERS["BM3D"](x_noisy, 25))
    assert bm3d > metrics.psnr(x, non_local_means(x_noisy, 25)) - 0.5
    grey = DENOISERS["BM3D"](x_noisy[..., :1], 25)
    assert grey.shape == (1, 32, 32, 1)


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize(
    ("x_noisy", "sigma", "word"),
    [
        (np.zeros((32, 32, 3), np.uint8), 25, "shape"),
        (np.zeros((1, 32, 32, 2), np.uint8), 25, "1 or 3"),
        (np.zeros((1, 32, 32, 3), np.int16), 25, "int16"),
        (np.full((1, 32, 32, 3), np.nan), 25, "NaN"),
        (np.zeros((1, 32, 32, 3), np.uint8), -1, "-1"),
        (np.zeros((1, 32, 32, 3), np.uint8), float("nan"), "nan"),
    ],
)
def test_wrong_input_gets_a_sentence(name, x_noisy, sigma, word):
    with pytest.raises(UserError, match=word):
        DENOISERS[name](x_noisy, sigma)
