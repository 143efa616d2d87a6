"""Many images on one sheet."""

from __future__ import annotations

import numpy as np

from ae_core.errors import UserError


def sheet(x: np.ndarray, columns: int = 24, scale: int = 2) -> np.ndarray:
    """uint8 (H, W, C) from uint8 (N, H, W, C): rows of `columns` images, each pixel enlarged.

    A mid-grey line one pixel wide parts the images, so that white ones can be told from the sheet.
    """
    x = np.asarray(x)
    if x.ndim != 4 or x.dtype != np.uint8 or len(x) == 0:
        raise UserError(
            "Images uint8 (N, H, W, C) were expected for a sheet, but got {dtype} {shape}; hand in "
            "at least one image of a data set.",
            dtype=x.dtype,
            shape=x.shape,
        )
    columns = max(1, min(int(columns), len(x)))
    scale = max(1, int(scale))
    count, height, width, channels = x.shape
    rows = -(-count // columns)
    cells = np.full((rows * columns, height * scale + 1, width * scale + 1, channels), 128, np.uint8)
    cells[:count, :-1, :-1] = x.repeat(scale, axis=1).repeat(scale, axis=2)
    cells[count:, :-1, :-1] = 255
    cells = cells.reshape(rows, columns, *cells.shape[1:]).swapaxes(1, 2)
    return cells.reshape(rows * (height * scale + 1), -1, channels)[:-1, :-1]
