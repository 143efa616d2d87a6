"""Tiles and mosaics: images come back to the pixel, borders repeated, grey through colour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae_core.errors import UserError
from ae_core.images import grid


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([(8, 8), (4, 12), (32, 32)]),
    st.sampled_from([(1, 1), (1, 3), (3, 3)]),
)
def test_tiles_make_the_picture_again(height, width, side, channels):
    picture = np.random.default_rng(height * 41 + width).integers(
        0, 256, (height, width, channels[0]), np.uint8
    )
    shape = (*side, channels[1])
    tiles = grid.split(picture, shape)
    assert tiles.shape == (grid.count(height, width, shape), *shape)
    assert (grid.join(tiles, height, width, channels[0]) == picture).all()


def test_borders_are_repeated_and_tiles_lie_row_by_row():
    picture = np.arange(15, dtype=np.uint8).reshape(3, 5, 1)
    tiles = grid.split(picture, (2, 4, 1))
    assert tiles[..., 0].tolist() == [
        [[0, 1, 2, 3], [5, 6, 7, 8]],
        [[4, 4, 4, 4], [9, 9, 9, 9]],
        [[10, 11, 12, 13], [10, 11, 12, 13]],
        [[14, 14, 14, 14], [14, 14, 14, 14]],
    ]


def test_grey_is_the_mean_of_three_channels_rounded():
    tile = np.array([[[[0, 0, 1], [0, 1, 1], [255, 255, 255], [254, 255, 255]]]], np.uint8)
    assert grid.join(tile, 1, 4, 1).ravel().tolist() == [0, 1, 255, 255]


def test_colours_do_not_go_through_a_grey_network():
    with pytest.raises(UserError, match="grey images only"):
        grid.check_channels(3, (32, 32, 1))
    with pytest.raises(UserError, match="1 or 3 channels, not 4"):
        grid.check_channels(4, (32, 32, 3))
    grid.check_channels(1, (32, 32, 3))


@given(
    count=st.integers(1, 40),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3])),
)
def test_a_mosaic_comes_apart_again(count, shape):
    x = np.random.default_rng(count).integers(0, 256, (count, *shape), dtype=np.uint8)
    picture = grid.mosaic(x)
    rows, columns = picture.shape[0] // shape[0], picture.shape[1] // shape[1]
    assert rows * columns >= count and rows * columns - count < columns
    assert columns - 1 <= rows <= columns
    np.testing.assert_array_equal(grid.take(picture, *shape[:2])[:count], x)


def test_empty_cells_of_a_mosaic_continue_the_last_picture():
    x = np.arange(7 * 2 * 2, dtype=np.uint8).reshape(7, 2, 2, 1)
    picture = grid.mosaic(x)
    assert picture.shape == (6, 6, 1)
    np.testing.assert_array_equal(picture[4:, 2:, 0], [[25] * 4, [27] * 4])


def test_too_large_and_empty_mosaics_are_refused():
    with pytest.raises(UserError, match="--images"):
        grid.mosaic(np.zeros((9, 1, 4_000, 1), np.uint8))
    with pytest.raises(UserError, match="mosaic"):
        grid.mosaic(np.zeros((0, 8, 8, 1), np.uint8))
