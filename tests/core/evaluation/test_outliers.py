"""Images unlike a data set, against images of it and against those that nobody would mistake."""

from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data
from ae_core.evaluation import outliers


@pytest.fixture(scope="module")
def letters():
    return outliers.learn(data.load("letters"))


def test_hardly_any_test_picture_is_far(letters):
    assert 0 < outliers.far(data.load("letters").test.x[1000:2000], [letters]).mean() < 0.05


def test_strange_pictures_are_far(letters):
    photos = data.load("numbers").test.x[:100, 2:30, 2:30].mean(axis=-1, keepdims=True)
    assert outliers.far(photos.astype(np.uint8), [letters]).mean() > 0.9
    flat = np.zeros((3, 28, 28, 1), np.uint8)
    flat[1], flat[2] = 255, np.linspace(0, 255, 28).astype(np.uint8)[:, None, None]
    assert outliers.far(flat, [letters]).all()


def test_far_is_what_is_far_from_every_set(letters):
    x = data.load("letters").test.x[:50]
    x_noise = np.random.default_rng(0).integers(0, 256, x.shape, np.uint8)
    photos = data.load("numbers").train.x[:3000, 2:30, 2:30].mean(axis=-1, keepdims=True)

    class Photos:
        class train:
            x = photos[:2000].astype(np.uint8)

        class test:
            x = photos[2000:].astype(np.uint8)

    others = outliers.learn(Photos)
    assert outliers.far(x, [others]).mean() > 0.9
    assert outliers.far(x, [others, letters]).mean() < 0.1
    assert outliers.far(x_noise, [others, letters]).all()


def test_without_a_set_no_picture_is_far():
    assert not outliers.far(np.zeros((3, 28, 28, 1), np.uint8), []).any()


def test_the_ranges_are_those_of_measures_by_hand():
    random = np.random.default_rng(0)
    x = random.normal(128, 60, (150, 16, 16, 1)).clip(0, 255).astype(np.uint8)
    train, test = x[:100], x[100:]
    known = outliers.learn(
        SimpleNamespace(train=SimpleNamespace(x=train), test=SimpleNamespace(x=test))
    )

    def halved(x):
        quarters = x[:, ::2, ::2], x[:, 1::2, ::2], x[:, ::2, 1::2], x[:, 1::2, 1::2]
        return np.mean([q.astype(float) for q in quarters], axis=0).reshape(len(x), -1) / 255

    seen, small, values = halved(train), halved(test), test[..., 0].astype(float)
    axes = np.linalg.svd(seen - seen.mean(0), full_matrices=False)[2][:60]
    rest = small - seen.mean(0)
    rest -= rest @ axes.T @ axes
    measures = [
        values.mean((1, 2)),
        values.std((1, 2)),
        np.abs(values[:, 1:] - values[:, :-1]).mean((1, 2))
        + np.abs(values[:, :, 1:] - values[:, :, :-1]).mean((1, 2)),
        ((values > 48) & (values < 208)).mean((1, 2)),
        np.linalg.norm(small[:, None] - seen[None], axis=2).min(1),
        np.linalg.norm(rest, axis=1),
    ]
    low, high = np.percentile(measures, (0.25, 99.75), axis=1)
    low[4:] = 0  # no image is too near
    np.testing.assert_allclose(known.low, low, rtol=1e-3)
    np.testing.assert_allclose(known.high, high, rtol=1e-3)
    inside = ((np.array(measures).T >= low) & (np.array(measures).T <= high)).all(1)
    assert np.array_equal(outliers.far(test, [known]), ~inside)
