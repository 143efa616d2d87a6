"""The denoiser that starts at PCA begins as the Wiener filter of its training images."""

import keras
import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.networks import layers

CONFIG = TrainConfig(network="unet-pca", code=0, noise=Noise("gaussian", 75.0, 0.0))


def started(x):
    network = networks.build(CONFIG, x.shape[1:])
    networks.kind("unet-pca").start(network, x, np.ones(len(x)))
    return network


def cleaned(network, x_noisy, sigma):
    level = np.full((len(x_noisy), 1, 1, 1), sigma, np.float32)
    return np.asarray(network([x_noisy.astype(np.float32) / 255, level], training=False))


def wiener(x, x_noisy, sigma, kept):
    """The filter as a textbook has it: E[x | x_noisy] of a normal distribution, by one inverse."""
    flat = x.reshape(len(x), -1) / 255.0
    mean, centred = flat.mean(0), flat - flat.mean(0)
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    variances, vectors = variances[::-1], vectors[:, ::-1]
    variances[kept:] = variances[kept:].mean() if kept < len(mean) else 0
    covariance = vectors * variances @ vectors.T
    noisy = covariance + np.eye(len(mean)) * (sigma / 255) ** 2
    seen = x_noisy.reshape(len(x_noisy), -1) / 255.0 - mean
    return (mean + seen @ np.linalg.solve(noisy, covariance)).reshape(x_noisy.shape)


@pytest.mark.parametrize(("shape", "count"), [((12, 10, 1), 900), ((12, 10, 3), 200)])
@pytest.mark.parametrize("sigma", [5.0, 25.0, 75.0])
def test_it_begins_as_the_wiener_filter(pictures, shape, count, sigma):
    x = pictures(shape, count)
    x_noisy = noise.corrupt(x[:6], Noise("gaussian", sigma), seed=1)
    kept = min(120, count // 4) if shape[2] == 1 else count // 4
    expected = wiener(x, x_noisy, sigma, kept)
    assert np.allclose(cleaned(started(x), x_noisy, sigma), expected, atol=2e-3)


def test_of_few_images_it_takes_no_more_of_pca_than_they_can_say(pictures):
    x = pictures((12, 12, 1), 9)
    network = started(x)
    components = network.get_layer("wiener").components.numpy()
    assert (np.abs(components).sum(0) > 0).sum() == 2
    x_noisy = noise.corrupt(x[:1], Noise("gaussian", 25.0), seed=1)
    assert np.isfinite(cleaned(started(x[:1]), x_noisy, 25.0)).all()


def test_what_is_finer_than_the_means_of_large_images_stays(pictures):
    """Of 256×256 pixels PCA sees means; without noise an image comes back, details and all."""
    x = np.repeat(pictures((256, 256, 3), 4), 4, axis=0)
    network = started(x)
    assert network.get_layer("wiener").averaged_by > 1
    x_hat = np.rint(cleaned(network, x[:2], 0.0) * 255).clip(0, 255).astype(np.uint8)
    assert metrics.psnr(x[:2], x_hat).min() > 45
    x_noisy = noise.corrupt(x[:2], Noise("gaussian", 50.0), seed=1)
    x_hat = np.rint(cleaned(network, x_noisy, 50.0) * 255).clip(0, 255).astype(np.uint8)
    assert metrics.psnr(x[:2], x_hat).mean() > metrics.psnr(x[:2], x_noisy).mean() + 0.1


def test_the_filter_is_not_trained_and_comes_back_from_its_file(pictures, tmp_path):
    x = pictures((12, 10, 3), 200)
    network = started(x)
    wiener_layer = network.get_layer("wiener")
    assert isinstance(wiener_layer, layers.WienerFilter) and not wiener_layer.trainable_weights
    network.save(tmp_path / "model.keras")
    stored = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    x_noisy = noise.corrupt(x[:4], Noise("gaussian", 25.0), seed=1)
    assert np.array_equal(cleaned(network, x_noisy, 25.0), cleaned(stored, x_noisy, 25.0))


def test_its_defaults_are_every_level_and_without_noise_it_is_refused():
    config = networks.configure({"data": "letters", "network": "unet-pca"})
    assert (config.noise.kind, config.noise.low, config.noise.level) == ("gaussian", 0.0, 75.0)
    assert config.loss == "psnr" and not networks.kind("unet-pca").has_code
    with pytest.raises(UserError, match="nothing to remove"):
        networks.configure({"data": "letters", "network": "unet-pca", "noise": {"kind": "none"}})
