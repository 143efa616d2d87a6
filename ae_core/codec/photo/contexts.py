"""What is known of a coefficient when it is written: the magnitudes of those written before it.

The order: from the coarsest depth to the finest; there HL, LH, HH; of each, one colour after the
other; and in each of these bands four passes, the places of which are (0, 0), (1, 1), (0, 1) and
(1, 0) modulo 2. So all of a pass are written side by side, and the later passes see neighbours on
all sides. A magnitude is seen as 32 log2(1 + |q|), a whole number up to 255, rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

ORIENTATIONS = 3
PASSES = ((0, 0), (1, 1), (0, 1), (1, 0))
MOST_COLOURS = 3
NETS = MOST_COLOURS * ORIENTATIONS * len(PASSES)
_MARGIN = 3  # zeros around a band; a finer band can be one longer than twice the coarser one
_CAP = 250  # larger magnitudes are seen as this one
SEEN = np.rint(32 * np.log2(1 + np.arange(_CAP + 1))).astype(np.uint8)


@dataclass(frozen=True)
class Step:
    """One pass through one band."""

    depth: int
    orientation: int
    colour: int
    turn: int

    @property
    def net(self) -> int:
        """The number of the network that is made for it."""
        return (self.colour * ORIENTATIONS + self.orientation) * len(PASSES) + self.turn

    @property
    def places(self) -> tuple[slice, slice]:
        """Where in its band its coefficients lie."""
        top, left = PASSES[self.turn]
        return slice(top, None, 2), slice(left, None, 2)


def steps(depth: int, colours: int) -> Iterator[Step]:
    """Give all steps of a picture, in order."""
    for at in reversed(range(depth)):
        for orientation in range(ORIENTATIONS):
            for colour in range(colours):
                for turn in range(len(PASSES)):
                    yield Step(at, orientation, colour, turn)


@cache
def neighbours(net: int) -> tuple[tuple[int, int, int, int, int], ...]:
    """Return what a network sees: (colours back, depths up, orientation, rows down, columns right).

    Rows and columns are counted from the coefficient, or from the place above it one depth up.
    """
    rest, turn = divmod(net, len(PASSES))
    colour, orientation = divmod(rest, ORIENTATIONS)
    near = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    wide = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
    known = {(a - PASSES[turn][0]) % 2 * 2 + (b - PASSES[turn][1]) % 2 for a, b in PASSES[:turn]}
    found = [(0, 0, orientation, *at) for at in wide if at[0] % 2 * 2 + at[1] % 2 in known]
    for other in range(ORIENTATIONS):
        around = wide if other == orientation else near
        found += [(0, 1, other, *at) for at in around]
    found += [(0, 0, other, *at) for other in range(orientation) for at in near]
    found += [(back, 0, orientation, *at) for back in range(1, colour + 1) for at in near]
    return tuple(found)


MOST_NEIGHBOURS = max(len(neighbours(net)) for net in range(NETS))


class Magnitudes:
    """The magnitudes written so far, of all bands, as they are seen: zero where nothing is yet."""

    def __init__(self, shapes: list[tuple], colours: int):
        self._planes = {
            (colour, depth, orientation): np.zeros([side + 2 * _MARGIN for side in shape], np.uint8)
            for depth, bands in enumerate(shapes)
            for orientation, shape in enumerate(bands)
            for colour in range(colours)
        }

    def rows(self, step: Step) -> int:
        """Return how many rows of coefficients a step has."""
        band = self._planes[step.colour, step.depth, step.orientation]
        return len(range(*step.places[0].indices(band.shape[0] - 2 * _MARGIN)))

    def columns(self, step: Step) -> int:
        """Return how many columns of coefficients a step has."""
        band = self._planes[step.colour, step.depth, step.orientation]
        return len(range(*step.places[1].indices(band.shape[1] - 2 * _MARGIN)))

    def around(self, step: Step, first: int, last: int) -> np.ndarray:
        """Return what is seen from rows ``first`` to ``last`` of a step: float32 (F, n)."""
        columns, (top, left) = self.columns(step), PASSES[step.turn]
        seen = neighbours(step.net)
        found = np.zeros((len(seen), last - first, columns), np.float32)
        for row, (back, up, orientation, dy, dx) in zip(found, seen, strict=True):
            key = step.colour - back, step.depth + up, orientation
            if key not in self._planes:
                continue
            stride = 1 if up else 2
            y = _MARGIN + dy + (first if up else top + 2 * first)
            x = _MARGIN + dx + (0 if up else left)
            row[:] = self._planes[key][y:, x:][
                : stride * (last - first) : stride, : stride * columns : stride
            ]
        return found.reshape(len(seen), -1)

    def tell(self, step: Step, first: int, q: np.ndarray) -> None:
        """Put in what was written from row ``first`` of a step on, integers (rows, columns)."""
        band = self._planes[step.colour, step.depth, step.orientation]
        inner = band[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN][step.places]
        inner[first : first + len(q)] = SEEN[np.minimum(np.abs(q), _CAP).astype(np.intp)]
