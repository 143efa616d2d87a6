"""Arrays to images: exact pixels, fixed scales."""

import numpy as np
import pytest
from app_support import ROOT  # noqa: F401 (puts the dashboard on the path)

from ae_core.images import paint


def test_enlarging_repeats():
    x = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), np.uint8)
    big = paint.enlarge(x, 3)
    assert big.shape == (3, 15, 12, 3)
    assert np.array_equal(big[:, ::3, ::3], x) and np.array_equal(big[:, 2::3, 2::3], x)


def test_montage_keeps_tiles_whole_and_apart():
    tiles = np.random.default_rng(1).integers(0, 256, (4, 28, 28, 3), np.uint8)
    row = paint.montage(tiles, 36)
    assert row.shape == (36, 144, 3)
    for i in range(4):
        assert np.array_equal(row[4:32, 36 * i + 4 : 36 * i + 32], tiles[i])
    assert (row[:4] == paint.MAT).all()


def test_error_scale_is_fixed_and_rises_in_lightness():
    x = np.zeros((1, 1, 256, 1), np.uint8)
    x_hat = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    colours = paint.error_map(x, x_hat)[0, 0].astype(float)
    light = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light[:129]) >= 0).all()
    assert (colours[128:] == colours[255]).all()
    alone = paint.error_map(x[:, :, 9:10], x_hat[:, :, 9:10])[0, 0, 0]
    assert np.array_equal(alone, colours[9])


def test_a_sheet_parts_its_images_by_a_line():
    x = np.full((5, 8, 8, 3), 7, np.uint8)
    seen = paint.sheet(x, columns=3, scale=2)
    assert seen.shape == (2 * 17 - 1, 3 * 17 - 1, 3) and seen.dtype == np.uint8
    assert (seen[:16, :16] == 7).all() and (seen[16] == 128).all() and (seen[17:, 34:] == 255).all()
    assert paint.sheet(x[:2], columns=24).shape == (8, 17, 3)


def test_errors_on_paper_go_from_white_to_red():
    x = np.zeros((1, 1, 3, 3), np.uint8)
    x_hat = x.copy()
    x_hat[0, 0, 1], x_hat[0, 0, 2] = paint.ERROR_LIMIT, 255
    shown = paint.error_map(x, x_hat, paint.ERROR_ON_PAPER)[0, 0]
    assert shown[0].tolist() == [255, 255, 255]
    assert shown[1].tolist() == shown[2].tolist() == [189, 31, 1]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1, 64), (8, 8)),
        ((1, 1, 1), (1, 1)),
        ((7, 7, 1), (7, 7)),
        ((1, 1, 7), (3, 3)),
        ((1, 1, 1024), (32, 32)),
        ((4, 4, 4), (8, 8)),
        ((1, 1, 2), (1, 2)),
    ],
)
def test_code_is_drawn_near_a_square(shape, size):
    y = np.random.default_rng(2).normal(size=(2, *shape)).astype(np.float32)
    assert paint.code_map(y).shape == (2, *size, 3)


def test_code_values_keep_their_places():
    y = np.zeros((1, 1, 1, 9), np.float32)
    y[..., 5] = 1
    drawn = paint.code_map(y)[0].sum(axis=-1)
    assert np.unravel_index(drawn.argmax(), drawn.shape) == (1, 2)


def test_constant_code_is_no_error():
    assert paint.code_map(np.ones((2, 1, 1, 4), np.float32)).shape == (2, 2, 2, 3)


def test_each_value_of_a_vector_has_its_own_scale_and_a_map_has_one():
    y = np.zeros((2, 1, 1, 2), np.float32)
    y[1, ..., 0], y[1, ..., 1] = 1000, 0.001
    dark, light = paint.code_map(y)
    np.testing.assert_array_equal(light[0, 0], light[0, 1])
    assert light.astype(int).sum() > dark.astype(int).sum()
    shared = paint.code_map(np.moveaxis(y, 3, 1))[1]
    assert (shared[0, 0] != shared[1, 0]).any()
