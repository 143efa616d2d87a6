"""What the decoder adds to a picture: the filter that least squares found for each kind of place.

    x ── kind of place: strength, coherence and direction of its edges
      └─ brightness and two differences ── 7×7 or 5×5 filter of that kind ── + x

The kinds are those of Romano, Isidoro & Milanfar 2017 ("RAISR"), strength measured in quantisation
steps, so that at a coarse step a faint edge is told from what the quantiser left. A filter is
fitted to photographs that were compressed, against the photographs; it works as the adaptive loop
filters of video codecs do. All sums are whole numbers below 2²⁴, so the result is the same on every
machine, and however the picture is cut into stripes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Of brightness and two differences: red, green and blue times whole numbers.
PLANES = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]])
LENGTHS = (3, 2, 6)  # squared, of these rows
RADII = 3, 2, 2  # of the planes' filters
ONE = 1 << 11  # in the fixed point of weights
MOST = (1 << 24) // (4 * 255 * 2)  # that a filter's weights may sum to, by magnitude
STRENGTHS = 0.15, 0.5, 1.5, 5.0, 20.0  # bounds: mean squared slope of the brightness, in steps
DIRECTIONS, COHERENCES = 8, 3
RATES = 24, 72, 120, 168  # levels from which on the next filters serve
WINDOW = 2  # pixels on each side that edges are measured over
MARGIN = max(RADII[0], WINDOW + 1)  # pixels on each side that a pixel of the result hangs on
KINDS = (len(STRENGTHS) + 1) * COHERENCES * DIRECTIONS
STRIPE = 64  # rows at a time


@dataclass(frozen=True, eq=False)
class Sharpener:
    """The filters.

    Attributes:
        filters: of each plane int32 (RATES + 1, KINDS, taps), times 1 / ONE: what the differences
            of each neighbour to the pixel itself add, row by row, the pixel itself left out.
    """

    filters: tuple[np.ndarray, ...]

    def __call__(self, x: np.ndarray, level: int, step: np.float32, stripe: int = STRIPE):
        """Return a better picture, uint8 (H, W, 1 or 3), of one decoded at a level and its step."""
        height, found = len(x), np.empty_like(x)
        wide = np.pad(x, ((0, 0), (MARGIN, MARGIN), (0, 0)), "edge")
        for first in range(0, height, stripe):
            last = min(first + stripe, height)
            rows = np.clip(np.arange(first - MARGIN, last + MARGIN), 0, height - 1)
            found[first:last] = self._better(wide[rows], level, step)
        return found

    def _better(self, x: np.ndarray, level: int, step: np.float32) -> np.ndarray:
        seen, inner = planes(x), x[MARGIN:-MARGIN, MARGIN:-MARGIN]
        members = np.argsort(kind := kinds(seen[0], step).ravel(), kind="stable")
        ends = np.searchsorted(kind[members], np.arange(KINDS + 1))
        change = np.zeros((kind.size, inner.shape[2]), np.float32)
        for row, length, plane, filters, radius in zip(
            PLANES, LENGTHS, seen, self.filters, RADII, strict=False
        ):
            around, added = neighbours(plane, radius), np.zeros(kind.size, np.float32)
            weights = filters[np.searchsorted(RATES, level, "right")].astype(np.float32)
            for number in np.flatnonzero(np.diff(ends)):
                some = members[ends[number] : ends[number + 1]]
                added[some] = weights[number] @ around[:, some]
            share = np.float32(1 / (ONE * length))
            for channel in range(change.shape[1]):
                change[:, channel] += added * (share * np.float32(row[channel]))
        return np.clip(np.rint(inner + change.reshape(inner.shape)), 0, 255).astype(np.uint8)


def planes(x: np.ndarray) -> list[np.ndarray]:
    """Return brightness and, of colours, two differences: whole numbers, float32 (H, W) each.

    Of a grey picture brightness is that of three equal colours.
    """
    x = x.astype(np.float32)
    if x.shape[2] == 1:
        return [x[..., 0] * 3]
    return [sum(x[..., i] * np.float32(row[i]) for i in range(3)) for row in PLANES]


def kinds(brightness: np.ndarray, step: np.float32) -> np.ndarray:
    """Return the kind of each place, (H, W) with a margin → uint8 (H - 2 MARGIN, W - 2 MARGIN)."""
    room = MARGIN - WINDOW - 1
    y = brightness[room : len(brightness) - room, room : brightness.shape[1] - room].astype(np.int32)
    across, down = y[1:-1, 2:] - y[1:-1, :-2], y[2:, 1:-1] - y[:-2, 1:-1]
    xx, yy, xy = (_box(a * b) for a, b in ((across, across), (down, down), (across, down)))
    total, even, odd = xx + yy, xx - yy, 2 * xy
    # Mean of squares over the window, of slopes over two pixels, of the sum of three colours.
    bounds = np.array(STRENGTHS) * float(step) ** 2 * (2 * WINDOW + 1) ** 2 * 4 * 3
    strength = np.searchsorted(bounds, total.ravel(), "right").reshape(total.shape)
    large, small = np.maximum(abs(even), abs(odd)), np.minimum(abs(even), abs(odd))
    length = 2 * large + small
    coherence = (length > total // 2).astype(np.uint8) + (length > total + total // 4)
    direction = (even < 0) * 4 + (odd < 0) * 2 + (abs(odd) > abs(even))
    return ((strength * COHERENCES + coherence) * DIRECTIONS + direction).astype(np.uint8)


def neighbours(plane: np.ndarray, radius: int) -> np.ndarray:
    """Return differences to the neighbours, (H, W) with a margin → float32 (taps, n)."""
    height, width = (side - 2 * MARGIN for side in plane.shape)
    inner = plane[MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    found = np.empty(((2 * radius + 1) ** 2 - 1, height, width), np.float32)
    offsets = range(MARGIN - radius, MARGIN + radius + 1)
    places = ((y, x) for y in offsets for x in offsets if (y, x) != (MARGIN, MARGIN))
    for row, (y, x) in zip(found, places, strict=True):
        np.subtract(plane[y : y + height, x : x + width], inner, out=row)
    return found.reshape(len(found), -1)


def _box(x: np.ndarray) -> np.ndarray:
    """Sum over windows, int64 (H, W) → (H - 2 WINDOW, W - 2 WINDOW)."""
    size = 2 * WINDOW + 1
    sums = np.pad(x.astype(np.int64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    return sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
