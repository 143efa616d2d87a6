"""Pictures of any size for a network of one size: cut into tiles, put together again.

Tiles lie row by row from the top left. Where a picture ends inside a tile, its last row and column
are repeated (edge replication, which costs few bits), and cut off again by the decoder.

A grey picture goes into a colour network as three equal channels, and comes back as their mean,
rounded half up. A colour picture does not fit a grey network: its colours would be lost.
"""

from __future__ import annotations

import numpy as np

from ae_core.errors import UserError

Shape = tuple[int, int, int]


def check_channels(channels: int, shape: Shape) -> None:
    """UserError unless pictures of so many channels can go through a network for ``shape``."""
    if channels not in (1, 3):
        raise UserError("Pictures must have 1 or 3 channels, not {channels}.", channels=channels)
    if channels > shape[2]:
        raise UserError("This network codes grey pictures only, but these have colours.")


def count(height: int, width: int, shape: Shape) -> int:
    """Return how many tiles a picture has."""
    return -(-height // shape[0]) * -(-width // shape[1])


def split(picture: np.ndarray, shape: Shape) -> np.ndarray:
    """Return the tiles of a picture: uint8 (H, W, 1 or 3) → uint8 (tiles, *shape)."""
    side_y, side_x, channels = shape
    height, width = picture.shape[:2]
    picture = np.pad(picture, ((0, -height % side_y), (0, -width % side_x), (0, 0)), "edge")
    rows, columns = picture.shape[0] // side_y, picture.shape[1] // side_x
    tiles = picture.reshape(rows, side_y, columns, side_x, -1).swapaxes(1, 2)
    tiles = tiles.reshape(-1, side_y, side_x, picture.shape[2])
    return np.broadcast_to(tiles, (*tiles.shape[:3], channels))


def join(tiles: np.ndarray, height: int, width: int, channels: int) -> np.ndarray:
    """Return the picture of tiles: uint8 (tiles, h, w, c) → uint8 (height, width, channels)."""
    if channels < tiles.shape[3]:
        tiles = ((tiles.sum(axis=3, keepdims=True, dtype=np.uint16) * 2 + 3) // 6).astype(np.uint8)
    side_y, side_x = tiles.shape[1:3]
    rows, columns = -(-height // side_y), -(-width // side_x)
    picture = tiles.reshape(rows, columns, side_y, side_x, channels).swapaxes(1, 2)
    picture = picture.reshape(rows * side_y, columns * side_x, channels)
    return np.ascontiguousarray(picture[:height, :width])
