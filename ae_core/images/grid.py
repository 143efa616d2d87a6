"""Many images as one and one as many: tiles for a network of one size, mosaics for a codec.

Tiles lie row by row from the top left. Where an image ends inside a tile, its last row and column
are repeated (edge replication, which costs few bits), and cut off again by the decoder.

A grey image goes into a colour network as three equal channels, and comes back as their mean,
rounded half up. A colour image does not fit a grey network: its colours would be lost.
"""

from __future__ import annotations

import math

import numpy as np

from ae_core.errors import UserError

LARGEST_SIDE = 9_000  # of a mosaic, in pixels: every codec takes it
Shape = tuple[int, int, int]


def lay(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Lay tiles row by row: (rows * columns, h, w, c) -> (rows * h, columns * w, c)."""
    n, height, width, channels = tiles.shape
    x = tiles.reshape(n // columns, columns, height, width, channels).swapaxes(1, 2)
    return x.reshape(n // columns * height, columns * width, channels)


def take(x: np.ndarray, height: int, width: int) -> np.ndarray:
    """Take an image of whole tiles apart: (rows * h, columns * w, c) -> (rows * columns, h, w, c)."""
    rows, columns, channels = x.shape[0] // height, x.shape[1] // width, x.shape[2]
    tiles = x.reshape(rows, height, columns, width, channels).swapaxes(1, 2)
    return tiles.reshape(-1, height, width, channels)


def check_channels(channels: int, shape: Shape) -> None:
    """UserError unless images of so many channels can go through a network for ``shape``."""
    if channels not in (1, 3):
        raise UserError("Images must have 1 or 3 channels, not {channels}.", channels=channels)
    if channels > shape[2]:
        raise UserError("This network codes grey images only, but these have colours.")


def count(height: int, width: int, shape: Shape) -> int:
    """Return how many tiles an image has."""
    return -(-height // shape[0]) * -(-width // shape[1])


def split(x: np.ndarray, shape: Shape) -> np.ndarray:
    """Return the tiles of an image: uint8 (H, W, 1 or 3) → uint8 (tiles, *shape)."""
    side_y, side_x, channels = shape
    height, width = x.shape[:2]
    x = np.pad(x, ((0, -height % side_y), (0, -width % side_x), (0, 0)), "edge")
    tiles = take(x, side_y, side_x)
    return np.broadcast_to(tiles, (*tiles.shape[:3], channels))


def join(tiles: np.ndarray, height: int, width: int, channels: int) -> np.ndarray:
    """Return the image of tiles: uint8 (tiles, h, w, c) → uint8 (height, width, channels)."""
    if channels < tiles.shape[3]:
        tiles = ((tiles.sum(axis=3, keepdims=True, dtype=np.uint16) * 2 + 3) // 6).astype(np.uint8)
    x = lay(tiles, -(-width // tiles.shape[2]))
    return np.ascontiguousarray(x[:height, :width])


def mosaic(x: np.ndarray) -> np.ndarray:
    """Lay images row by row into one: uint8 (N, H, W, C) -> (rows*H, columns*W, C).

    There are ceil(sqrt(N)) columns and as many rows as are needed. Cells that stay empty at the end
    continue the last image's right edge, which every codec writes in next to no bits.

    Raises:
        UserError: no images, or more than fit into 9,000 pixels of side.
    """
    if x.ndim != 4 or 0 in x.shape or x.dtype != np.uint8:
        raise UserError(
            "A mosaic is made of uint8 (N, H, W, C), not of {dtype} {shape}.",
            dtype=x.dtype,
            shape=x.shape,
        )
    n, height, width, _ = x.shape
    columns = math.isqrt(n - 1) + 1
    rows = -(-n // columns)
    if max(rows * height, columns * width) > LARGEST_SIDE:
        raise UserError(
            "{n:,} images of {width}×{height} make a mosaic of more than {largest:,} pixels of "
            "side; measure fewer of them (--images).",
            n=n,
            width=width,
            height=height,
            largest=LARGEST_SIDE,
        )
    edge = np.repeat(x[-1:, :, -1:], width, axis=2)
    return lay(np.concatenate([x, np.repeat(edge, rows * columns - n, axis=0)]), columns)
