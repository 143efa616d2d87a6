"""Arrays to images for the eye: montages on a mid-grey mat, codes and errors in colours.

Enlarging repeats pixels a whole number of times; nothing here interpolates. Pure NumPy and Pillow.
"""

from __future__ import annotations

import numpy as np

from ae_core.images import grid

MAT = 128  # mid-grey: black and white images both have edges on it
GAP = 8  # pixels of mat between two tiles
ERROR_LIMIT = 128  # the error map's scale ends here on 0-255, the same for every image

ERROR_ON_SCREEN = np.array(
    [(10, 10, 22), (62, 16, 94), (148, 38, 100), (222, 90, 54), (251, 180, 62), (255, 250, 214)]
)
ERROR_ON_PAPER = np.array([(255, 255, 255), (189, 31, 1)])
_CODE_ANCHORS = np.array(
    [(9, 22, 25), (13, 82, 84), (58, 150, 146), (150, 212, 204), (240, 252, 248)]
)


def montage(tiles: np.ndarray, cell: int) -> np.ndarray:
    """Return one row of images, each in the middle of a square cell of mat.

    Args:
        tiles: uint8 (N, H, W, C), already enlarged; H and W at most ``cell``.
        cell: side of a cell in pixels.

    Returns:
        uint8 (cell, N * cell, C).
    """
    _, height, width, _ = tiles.shape
    top, left = (cell - height) // 2, (cell - width) // 2
    mat = ((0, 0), (top, cell - height - top), (left, cell - width - left), (0, 0))
    return grid.lay(np.pad(tiles, mat, constant_values=MAT), len(tiles))


def sheet(x: np.ndarray, columns: int, scale: int = 1) -> np.ndarray:
    """Return rows of ``columns`` images, uint8 (N, H, W, C), enlarged, as one uint8 (H', W', C).

    A line of mat one pixel wide parts them, so that white images can be told from the sheet.
    """
    columns = min(columns, len(x))
    blank = np.full((-len(x) % columns, *x.shape[1:]), 255, np.uint8)
    cells = enlarge(np.concatenate([x, blank]), scale)
    cells = np.pad(cells, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=MAT)
    return grid.lay(cells, columns)[:-1, :-1]


def enlarge(x: np.ndarray, factor: int) -> np.ndarray:
    """Repeat every pixel of uint8 (N, H, W, C) ``factor`` times in both directions."""
    return x.repeat(factor, axis=1).repeat(factor, axis=2)


def coloured(x: np.ndarray) -> np.ndarray:
    """Return uint8 (N, H, W, 3): grey images get three equal channels."""
    return np.repeat(x, 3, axis=-1) if x.shape[-1] == 1 else x


def error_map(x: np.ndarray, x_hat: np.ndarray, colours: np.ndarray = ERROR_ON_SCREEN) -> np.ndarray:
    """Return uint8 (N, H, W, 3): mean absolute error over channels, the first colour for 0 and the
    last from `ERROR_LIMIT` of 255 on."""
    off = np.abs(np.subtract(x, x_hat, dtype=np.int16)).sum(axis=-1)
    return error_colours(x.shape[-1], colours)[off]


def error_colours(channels: int, colours: np.ndarray = ERROR_ON_SCREEN) -> np.ndarray:
    """Return uint8 (S, 3), the error map's colour for every sum of errors over ``channels``."""
    sums = np.arange(255 * channels + 1, dtype=np.float32)
    return _ramp(colours, sums / np.float32(channels) / ERROR_LIMIT)


def code_map(y: np.ndarray) -> np.ndarray:
    """Return codes as images, one pixel a value, dark for the lowest shown.

    A code with area (h, w, c) shows its c channels as tiles side by side; a plain vector is folded
    into a rectangle near a square, its missing places left as mat. The values of a vector differ in
    size by orders of magnitude, so each has a scale of its own where several images are shown.

    Args:
        y: float (N, h, w, c).

    Returns:
        uint8 (N, rows, columns, 3).
    """
    n, h, w, c = y.shape
    columns = int(np.ceil(np.sqrt(c * h / w))) if c > 1 else 1
    rows = -(-c // columns)
    over = 0 if n > 1 and h == w == 1 else None
    low, high = y.min(axis=over), y.max(axis=over)
    colours = _ramp(_CODE_ANCHORS, (y - low) / np.where(high > low, high - low, 1))
    tiles = np.full((n, rows * columns, h, w, 3), MAT, np.uint8)
    tiles[:, :c] = np.moveaxis(colours, 3, 1)
    return np.stack([grid.lay(one, columns) for one in tiles])


def fit(pictures: np.ndarray, side: int) -> np.ndarray:
    """Enlarge by the greatest whole factor that keeps both sides within ``side``."""
    return enlarge(pictures, max(1, side // max(pictures.shape[1:3])))


def icon() -> np.ndarray:
    """Return the page's icon, uint8 (48, 48, 3): a small code, drawn."""
    rng = np.linspace(0, 1, 9).reshape(3, 3)[[1, 2, 0]]
    return np.kron(_ramp(_CODE_ANCHORS, rng), np.ones((16, 16, 1), np.uint8))


def _ramp(anchors: np.ndarray, value: np.ndarray) -> np.ndarray:
    place = np.clip(value, 0, 1) * (len(anchors) - 1)
    low = np.minimum(place.astype(int), len(anchors) - 2)
    part = (place - low)[..., None]
    return np.rint(anchors[low] * (1 - part) + anchors[low + 1] * part).astype(np.uint8)
