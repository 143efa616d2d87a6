"""What the decoder adds to a picture: a few convolutions of whole numbers, learned from photographs.

    x ── less its local mean, in steps ── 2×2 blocks as channels ── 3×3 ── 3×3 ── 3×3 ── in steps + x

They see the picture in units of the quantisation step, so one network serves every level. As in
`scales`, every sum is a whole number below 2²⁴: the result is the same on every machine, and however
the picture is cut into stripes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LAYERS = 3
WIDTH = 32
CHANNELS = 12  # of 2×2 blocks of three colours
TOP = 511  # of a hidden value
UNIT, MOST = 16, 127  # what one step is on the inside; larger differences are seen as 127
_MEAN = 4  # pixels on each side of the local mean
MARGIN = _MEAN + 2 * LAYERS  # pixels on each side that a pixel of the result hangs on
STRIPE = 64  # rows at a time, even


@dataclass(frozen=True, eq=False)
class Sharpener:
    """The numbers of the convolutions, int32.

    Attributes:
        weights: of each layer (out, 9 * in), the nine places row by row, channels last.
        biases: of each layer (out,).
        shifts: (LAYERS,); each layer's sums are divided by 2 ** shift, the last without rounding.
    """

    weights: Sequence[np.ndarray]
    biases: Sequence[np.ndarray]
    shifts: np.ndarray

    def __call__(self, x: np.ndarray, step: np.float32, stripe: int = STRIPE) -> np.ndarray:
        """Return a better picture: uint8 (H, W, 1 or 3) → the same."""
        if x.shape[2] == 1:
            change = self(x.repeat(3, axis=2), step, stripe)
            return ((change.sum(axis=2, keepdims=True, dtype=np.uint16) * 2 + 3) // 6).astype(
                np.uint8
            )
        height, width = x.shape[:2]
        room = MARGIN, MARGIN + width % 2  # blocks are whole
        wide = np.pad(x, ((0, 0), room, (0, 0)), "edge")
        found = np.empty_like(x)
        for first in range(0, height, stripe):
            last = min(first + stripe, height)
            rows = np.arange(first - MARGIN, last + MARGIN + (last - first) % 2)
            change = self._change(wide[np.clip(rows, 0, height - 1)], step)
            change = change[: last - first, :width]
            found[first:last] = np.clip(np.rint(x[first:last] + change), 0, 255)
        return found

    def _change(self, x: np.ndarray, step: np.float32) -> np.ndarray:
        h = blocks(seen(x, step))
        for weights, bias, shift in zip(self.weights, self.biases, self.shifts, strict=True):
            rows, columns = h.shape[1] - 2, h.shape[2] - 2
            h = weights.astype(np.float32) @ around(h)
            h = (h + bias[:, None].astype(np.float32)) * np.float32(0.5**shift)
            if weights is not self.weights[-1]:
                h = np.clip(np.floor(h), 0, TOP)
            h = h.reshape(-1, rows, columns)
        h = h.reshape(2, 2, 3, rows, columns).transpose(3, 0, 4, 1, 2)
        return h.reshape(2 * rows, 2 * columns, 3) * step


def seen(x: np.ndarray, step: np.float32) -> np.ndarray:
    """Return what is seen of a picture: uint8 (H, W, 3) → float32 (H - 8, W - 8, 3).

    Whole numbers from -127 to 127: the difference to the mean of the 9×9 pixels around, in steps.
    """
    size = 2 * _MEAN + 1
    sums = np.pad(x.astype(np.int32), ((1, 0), (1, 0), (0, 0))).cumsum(0).cumsum(1)
    total = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    inner = x[_MEAN:-_MEAN, _MEAN:-_MEAN].astype(np.int32)
    scale = np.float32(UNIT / size**2) / step
    return np.clip(np.rint((inner * size**2 - total) * scale), -MOST, MOST).astype(np.float32)


def blocks(x: np.ndarray) -> np.ndarray:
    """Return 2×2 blocks as channels: (H, W, 3) of even sides → (12, H / 2, W / 2)."""
    height, width = x.shape[:2]
    x = x.reshape(height // 2, 2, width // 2, 2, 3).transpose(1, 3, 4, 0, 2)
    return np.ascontiguousarray(x).reshape(CHANNELS, height // 2, width // 2)


def around(h: np.ndarray) -> np.ndarray:
    """Return the 3×3 values around each place but those at the edge: (C, H, W) → (9 C, n)."""
    rows, columns = h.shape[1] - 2, h.shape[2] - 2
    found = np.empty((9, len(h), rows, columns), np.float32)
    for place in range(9):
        y, x = divmod(place, 3)
        found[place] = h[:, y : y + rows, x : x + columns]
    return found.reshape(9 * len(h), -1)
