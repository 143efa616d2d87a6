"""PCA: against scikit-learn's definition, by its own properties, and on awkward input."""

import time

import numpy as np
import pytest

from ae_core.baselines import pca
from ae_core.errors import UserError
from ae_core.images import metrics


def _images(count, shape=(8, 8, 1), rank=12, seed=0):
    """Images in few directions plus a little noise, as photographs are."""
    random = np.random.default_rng(seed)
    basis = random.normal(size=(rank, np.prod(shape)))
    flat = random.normal(0, np.geomspace(30, 3, rank), (count, rank)) @ basis / 3
    flat += random.normal(0, 1, flat.shape) + 128
    return np.clip(np.rint(flat), 0, 255).astype(np.uint8).reshape(count, *shape)


@pytest.mark.parametrize("count", [40, 500])  # fewer and more images than the 64 pixels
def test_is_the_best_linear_code(count):
    x = _images(count)
    fitted = pca.fit(x, 10)
    flat = x.reshape(count, -1) / 255
    _, singular, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(fitted.variances, singular[:10] ** 2 / count, rtol=1e-3)
    overlap = np.abs(np.sum(fitted.components * axes[:10], axis=1))
    np.testing.assert_allclose(overlap, 1, atol=1e-3)
    gram = fitted.components @ fitted.components.T
    np.testing.assert_allclose(gram, np.eye(10), atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 1), (20, 20, 1)])
def test_of_many_components_the_largest_are_found_alone(shape, monkeypatch):
    x, test = _images(300, shape), _images(80, shape, seed=1)
    exact = pca.fit(x, 8)
    monkeypatch.setattr(pca, "EXACT", 20)
    quick = pca.fit(x, 8)
    np.testing.assert_allclose(quick.variances, exact.variances, rtol=1e-3)
    np.testing.assert_allclose(quick.components @ quick.components.T, np.eye(8), atol=1e-5)
    psnr = [metrics.psnr(test, found.reconstruct(test)).mean() for found in (exact, quick)]
    assert abs(psnr[0] - psnr[1]) < 0.01


def test_taking_fewer_values_is_fitting_fewer():
    x = _images(300)
    whole, few = pca.fit(x, 20), pca.fit(x, 5)
    np.testing.assert_array_equal(whole.take(5).reconstruct(x), few.reconstruct(x))
    errors = [metrics.mse(x, whole.take(k).reconstruct(x)).mean() for k in (1, 2, 5, 10, 20)]
    assert errors == sorted(errors, reverse=True)
    with pytest.raises(UserError, match="1 to 20"):
        whole.take(21)


def test_all_values_give_the_image_back():
    x = _images(300, shape=(6, 6, 3))
    fitted = pca.fit(x, 108)
    assert fitted.values == 108
    x_hat = fitted.reconstruct(x)
    assert x_hat.dtype == np.uint8 and x_hat.shape == x.shape
    np.testing.assert_array_equal(x_hat, x)


def test_no_more_values_than_independent_images():
    x = _images(7)
    fitted = pca.fit(x, 30)
    assert fitted.values == 6 and fitted.images == 7
    np.testing.assert_array_equal(fitted.reconstruct(x), x)


def test_equal_images_do_not_break_it():
    x = np.full((20, 8, 8, 1), 77, np.uint8)
    np.testing.assert_array_equal(pca.fit(x, 3).reconstruct(x), x)


def test_many_images_are_thinned_by_a_fixed_seed():
    x = _images(500)
    a, b = pca.fit(x, 4, limit=100), pca.fit(x, 4, limit=100)
    assert a.images == 100
    np.testing.assert_array_equal(a.components, b.components)


def test_colour_images_take_seconds():
    x = np.random.default_rng(0).integers(0, 256, (600, 32, 32, 3), dtype=np.uint8)
    start = time.perf_counter()
    assert pca.fit(x, 256).values == 256
    assert time.perf_counter() - start < 60  # seconds, unless the machine is busy


@pytest.mark.parametrize(
    "x", [np.zeros((5, 8, 8, 1)), np.zeros((5, 8, 8), np.uint8), np.zeros((1, 8, 8, 1), np.uint8)]
)
def test_wrong_training_images(x):
    with pytest.raises(UserError):
        pca.fit(x, 2)


def test_wrong_images_and_codes():
    fitted = pca.fit(_images(50), 3)
    with pytest.raises(UserError, match="8, 8, 1"):
        fitted.encode(np.zeros((2, 9, 9, 1), np.uint8))
    with pytest.raises(UserError, match="3"):
        fitted.decode(np.zeros((2, 4)))
    with pytest.raises(UserError, match="finite"):
        fitted.decode(np.full((2, 3), np.nan))
    with pytest.raises(UserError, match="at least one"):
        pca.fit(_images(50), 0)


@pytest.mark.parametrize("shape", [(4, 4, 1), (12, 12, 1)])  # by covariance, and by pairs
def test_weights_count_images_more_often(shape):
    x = _images(60, shape)
    often = np.ones(60, int)
    often[:10] = 4
    weighted, repeated = pca.fit(x, 5, weights=often), pca.fit(np.repeat(x, often, axis=0), 5)
    np.testing.assert_allclose(weighted.mean, repeated.mean, atol=1e-5)
    np.testing.assert_allclose(weighted.variances, repeated.variances, rtol=1e-3)
    with pytest.raises(UserError, match="a weight above 0"):
        pca.fit(x, 5, weights=np.zeros(60))


def test_the_fit_for_psnr_has_the_better_mean_of_psnr_and_the_worse_error():
    random = np.random.default_rng(0)
    plain, rough = random.normal(size=(2, 12, 192))
    # Many images are nearly even, few are rough, in other directions: those alone make the error.
    many, few = random.normal(0, 1.5, (300, 12)), random.normal(0, 9, (60, 12))
    x = np.concatenate([many @ plain, few @ rough])
    x = np.clip(x + 128, 0, 255).astype(np.uint8).reshape(-1, 8, 8, 3)
    usual, for_psnr = pca.fit(x, 8), pca.fit_for_psnr(x, 8)
    one, other = (metrics.summary(x, fitted.reconstruct(x)) for fitted in (usual, for_psnr))
    assert other["psnr"] > one["psnr"] + 0.3
    assert other["mse"] > one["mse"]
    assert for_psnr.components @ for_psnr.components.T == pytest.approx(np.eye(8), abs=1e-4)
    assert for_psnr.values == 8 and for_psnr.take(3).values == 3
