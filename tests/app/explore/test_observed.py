"""The sentence under Explore's images, against images made to show one thing each."""

import numpy as np
import pytest

from dashboard.app_pages.explore import observed


def stripes(n):
    """Images of which each has one light column of its own, uint8 (n, 16, 16, 1)."""
    x = np.zeros((n, 16, 16, 1), np.uint8)
    for i in range(n):
        x[i, :, 2 * i] = 255
    return x


def test_a_reconstruction_nearer_to_another_image_is_found():
    x = stripes(4)
    x_hat = x.copy()
    assert observed.confused(x, x_hat) == []
    x_hat[1] = x[3] // 2 + 60
    assert observed.confused(x, x_hat) == [(1, 3)]
    x_hat[2] = x[0]
    assert observed.confused(x, x_hat) == [(1, 3), (2, 0)]


def test_equally_near_is_not_confused():
    x = np.repeat(stripes(1), 3, axis=0)
    assert observed.confused(x, x // 2) == []


def test_contrast_is_the_spread_of_values_that_is_left():
    x = stripes(3)
    x_hat = np.stack([x[0], x[1] // 2, np.full_like(x[2], 128)])
    assert observed.kept_contrast(x, x_hat) == pytest.approx([1, 0.5, 0], abs=0.01)
    flat = np.full((1, 8, 8, 3), 7, np.uint8)
    assert observed.kept_contrast(flat, flat + 5) == [1]


def test_error_at_edges_is_told_from_error_elsewhere():
    x = np.zeros((16, 16, 1), np.uint8)
    x[:, 8:] = 200
    at_the_edge, elsewhere = x.copy(), x.copy()
    at_the_edge[:, 7:9] = 100
    elsewhere[:, :3] = 90
    assert observed.at_edges(x, at_the_edge) == 1
    assert observed.at_edges(x, elsewhere) < 0.5
    assert observed.at_edges(x, x) == 0
