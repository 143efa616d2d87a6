"""Quality figures agree with scikit-image, and wrong input gets a clear sentence."""

import json
import math
import tracemalloc

import numpy as np
import pytest
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from ae_core.errors import UserError
from ae_core.images import metrics


def _pair(side, channels, images=6, seed=0):
    """Smooth, flat and binary images, and reconstructions from nearly right to wholly wrong."""
    random = np.random.default_rng(seed)
    ramp = np.linspace(0, 255, side)
    x = random.integers(0, 256, (images, side, side, channels))
    x[0] = 255  # flat: variances of zero are where formulas break
    x[1] = (ramp[:, None, None] + ramp[None, :, None]) / 2
    x[2] = 255 * (x[2] > 127)
    x[3] //= 40  # dark: here the small constants of SSIM weigh
    error = random.normal(0, np.geomspace(1, 120, images)[:, None, None, None], x.shape)
    return x.astype(np.uint8), np.clip(np.rint(x + error), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("side", [28, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_agrees_with_scikit_image(side, channels):
    x, x_hat = _pair(side, channels)
    mse, psnr, ssim = metrics.mse(x, x_hat), metrics.psnr(x, x_hat), metrics.ssim(x, x_hat)
    for index, (a, b) in enumerate(zip(x, x_hat, strict=True)):
        assert mse[index] == pytest.approx(mean_squared_error(a / 255, b / 255), abs=1e-12)
        assert psnr[index] == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9)
        expected = structural_similarity(
            a,
            b,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
            channel_axis=-1,
        )
        assert ssim[index] == pytest.approx(expected, abs=1e-9)


def test_images_need_not_be_square():
    x, x_hat = _pair(32, 3)
    x, x_hat = x[:, :20], x_hat[:, :20]
    expected = [
        structural_similarity(
            a,
            b,
            gaussian_weights=True,
            use_sample_covariance=False,
            data_range=255,
            channel_axis=-1,
        )
        for a, b in zip(x, x_hat, strict=True)
    ]
    np.testing.assert_allclose(metrics.ssim(x, x_hat), expected, atol=1e-9)


def test_a_figure_does_not_depend_on_the_chunk(monkeypatch):
    x, x_hat = _pair(28, 1, images=10)
    whole = metrics.mse(x, x_hat), metrics.ssim(x, x_hat)
    monkeypatch.setattr(metrics, "CHUNK_VALUES", 3 * 28 * 28)
    np.testing.assert_allclose(metrics.mse(x, x_hat), whole[0], atol=0)
    np.testing.assert_allclose(metrics.ssim(x, x_hat), whole[1], atol=1e-12)


def test_ten_thousand_images_need_little_memory():
    x = np.random.default_rng(0).integers(0, 256, (10_000, 28, 28, 1), dtype=np.uint8)
    x_hat = x ^ 3
    tracemalloc.start()
    metrics.summary(x, x_hat)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6  # float64 maps of the whole batch would take 63 MB each


def test_identical_images_say_so():
    x, x_hat = _pair(28, 1)
    x_hat[2] = x[2]
    psnr = metrics.psnr(x, x_hat)
    assert psnr[2] == math.inf and np.isfinite(np.delete(psnr, 2)).all()
    assert metrics.ssim(x, x_hat)[2] == pytest.approx(1, abs=1e-12)

    figures = metrics.summary(x, x_hat)
    assert figures["identical"] == 1 and figures["images"] == len(x)
    assert figures["psnr"] == pytest.approx(np.delete(psnr, 2).mean())
    assert figures["psnr_of_mean_mse"] == pytest.approx(-10 * math.log10(figures["mse"]))
    assert figures["mse"] == pytest.approx(np.mean((x / 255 - x_hat / 255) ** 2))
    assert figures["ssim"] == pytest.approx(metrics.ssim(x, x_hat).mean()) != 1
    json.dumps(figures, allow_nan=False)

    same = metrics.summary(x, x)
    assert same["psnr"] is None and same["psnr_of_mean_mse"] is None and same["mse"] == 0
    json.dumps(same, allow_nan=False)


GOOD = np.zeros((2, 28, 28, 1), np.uint8)


@pytest.mark.parametrize(
    ("x_hat", "words"),
    [
        (GOOD.astype(np.float32), ["uint8", "float32"]),
        (np.full(GOOD.shape, np.nan), ["uint8", "float64", "NaN"]),
        (GOOD[0], ["(images, height, width, channels)", "(28, 28, 1)"]),
        (GOOD[:1], ["(2, 28, 28, 1)", "(1, 28, 28, 1)"]),
        (np.zeros((2, 32, 32, 3), np.uint8), ["(2, 28, 28, 1)", "(2, 32, 32, 3)"]),
    ],
)
@pytest.mark.parametrize("metric", [metrics.mse, metrics.psnr, metrics.ssim, metrics.summary])
def test_wrong_input_gets_a_sentence(metric, x_hat, words):
    with pytest.raises(UserError) as error:
        metric(GOOD, x_hat)
    assert all(word in str(error.value) for word in words)


def test_the_sentence_says_which_batch_is_wrong_and_why():
    for batch, why in (
        (np.float32(GOOD), "float32"),
        (np.full(GOOD.shape, np.nan), "float64 and holds NaN"),
    ):
        for name, pair in (("original", (batch, GOOD)), ("reconstruction", (GOOD, batch))):
            with pytest.raises(UserError, match=f"but the {name} is {why}; round it to 8 bits first"):
                metrics.mse(*pair)


def test_empty_and_small_images():
    with pytest.raises(UserError, match="empty"):
        metrics.summary(GOOD[:0], GOOD[:0])
    assert metrics.psnr(GOOD[:0], GOOD[:0]).shape == (0,)
    small = np.zeros((2, 8, 8, 1), np.uint8)
    assert np.isnan(metrics.ssim(small, small)).tolist() == [True, True]
    assert metrics.summary(small, small + 1)["ssim"] is None
    for shape in ((2, 11, 10, 1), (2, 10, 11, 1)):
        narrow = np.zeros(shape, np.uint8)
        assert metrics.summary(narrow, narrow)["ssim"] is None
        assert np.isnan(metrics.ssim(narrow, narrow)).all()
    least = np.zeros((2, 11, 11, 1), np.uint8)
    assert metrics.summary(least, least)["ssim"] == 1


def test_nearly_constant_images_are_found_whatever_their_colour():
    random = np.random.default_rng(1)
    x = np.full((6, 16, 16, 3), (250, 10, 90), np.uint8)
    x[1] += random.integers(0, 6, x[1].shape, np.uint8)
    x[2] = random.integers(100, 126, x[2].shape)  # a tenth of the range
    x[3, 4:12] = 60  # a bar
    x[4] = random.integers(0, 256, x[4].shape)
    x[5] = np.linspace(0, 255, 16)[:, None, None]
    assert metrics.are_flat(x).tolist() == [True, True, True, False, False, False]
    assert metrics.summary(x, x)["flat"] == metrics.flat_share(x) == 0.5


@pytest.mark.parametrize(
    "psnr, flat, said",
    [
        (71.299, 1.0, "71.30 dB (nearly constant image)"),
        (71.299, 0.3, "71.30 dB (nearly constant image)"),
        (71.299, 0.1, "71.30 dB"),  # few of many do not make the mean
        (60.0, 1.0, "60.00 dB"),
        (31.2, 1.0, "31.20 dB"),
        (None, 1.0, "identical (nearly constant image)"),
        (math.inf, 0.0, "identical"),
    ],
)
def test_a_figure_that_flatters_says_why(psnr, flat, said):
    from ae_core import i18n

    words = metrics.in_words(psnr, flat)
    assert words == said
    assert ("quase constante" in i18n.say("pt-BR", words)) == ("nearly" in said)
