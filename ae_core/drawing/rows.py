"""Where a long drawing is cut into rows for paper: between its layers, never through one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from ae_core.drawing.layout import HEAD, LETTER, Layout

LONGEST = 760.0  # units of a drawing that are still read well across a sheet of paper
STRETCH = 1.12  # of that, where no gap is nearer
NAME = 80.0  # of a bracket: its name is not cut either
_MARGIN = 3.0


@dataclass(frozen=True)
class Row:
    """A part of a drawing, in its own units."""

    left: float
    top: float
    width: float
    height: float


def rows(found: Layout) -> list[Row]:
    """Return the rows of a drawing from left to right; one row where it is short enough."""
    cuts, gaps = [0.0], _gaps(found)
    count = math.ceil(found.width / LONGEST)
    for left in range(count, 1, -1):
        last = cuts[-1]
        wish = last + (found.width - last) / left
        near = [gap for gap in gaps if last < gap <= last + STRETCH * LONGEST]
        cuts.append(min(near, key=lambda gap, wish=wish: abs(gap - wish), default=wish))
    return [_row(found, *ends) for ends in pairwise([*cuts, found.width])]


def _gaps(found: Layout) -> list[float]:
    """Return the middles of the spaces that no layer, and no word, reaches into."""
    spans = []
    for box in found.boxes:
        words = [*box.labels, ", ".join(box.layer.told)]
        half = max(box.right - box.x, LETTER * max(map(len, words))) / 2
        spans.append((box.middle - half, box.middle + half))
    for _, left, right in found.brackets:
        spans.append(((left + right - NAME) / 2, (left + right + NAME) / 2))
    gaps, reach = [], -math.inf
    for left, right in sorted(spans):
        if left > reach > -math.inf:
            gaps.append((reach + left) / 2)
        reach = max(reach, right)
    return gaps


def _row(found: Layout, left: float, right: float) -> Row:
    heights = [y for b in found.boxes if b.x < right and b.right > left for y in (b.over, b.below)]
    for line in found.lines:
        for (a, y), (b, end) in pairwise(line.points):
            if min(a, b) < right and max(a, b) > left:
                heights += [y, end]
    if any(start < right and end > left for _, start, end in found.brackets):
        heights.append(found.top - HEAD + _MARGIN)
    top = min(heights) - _MARGIN
    return Row(left, top, right - left, max(heights) + _MARGIN - top)
