"""Images unlike a data set, against images of it and against those that nobody would mistake."""

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
