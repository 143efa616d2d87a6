"""Where a long drawing may be cut into rows for paper: between its blocks, never through one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

ROW = 760.0  # units of a drawing that are still read well across a sheet of paper
LONGEST = 1.12  # of that, where no gap is nearer
_LETTER, _ABOVE, _BELOW, _MARGIN = 5.8, 9.0, 3.0, 3.0  # of the drawing's words, 11 units high
_POINT = re.compile(r"([MLQHVhvl])\s*([^MLQHVhvlZ]*)")
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Row:
    """A part of a drawing, in its own units."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class _Part:
    """Something drawn: from ``left`` to ``right``, ``top`` to ``bottom``; whole ones are not cut."""

    left: float
    right: float
    top: float
    bottom: float
    whole: bool


def rows(svg: str) -> list[Row]:
    """Return the rows of a drawing from left to right; one row where it is short enough.

    Args:
        svg: from :func:`ae_core.drawing.architecture.svg`.
    """
    root = ElementTree.fromstring(svg)
    left, _, width, _ = map(float, root.attrib["viewBox"].split())
    parts = _parts(root)
    cuts = [left, *_cuts(parts, left, width), left + width]
    return [_row(parts, a, b) for a, b in zip(cuts, cuts[1:], strict=False)]


def _cuts(parts: Sequence[_Part], left: float, width: float) -> list[float]:
    count = math.ceil(width / ROW)
    gaps, found = _gaps([part for part in parts if part.whole]), []
    for number in range(1, count):
        last = found[-1] if found else left
        wish = last + (left + width - last) / (count - number + 1)
        near = [gap for gap in gaps if last < gap <= last + LONGEST * ROW]
        found.append(min(near, key=lambda gap: abs(gap - wish)) if near else wish)  # noqa: B023
    return found


def _gaps(parts: Sequence[_Part]) -> list[float]:
    """Return the middles of the spaces that no whole part reaches into."""
    gaps, reach = [], -math.inf
    for part in sorted(parts, key=lambda part: part.left):
        if part.left > reach > -math.inf:
            gaps.append((reach + part.left) / 2)
        reach = max(reach, part.right)
    return gaps


def _row(parts: Sequence[_Part], left: float, right: float) -> Row:
    own = [part for part in parts if part.right > left and part.left < right]
    top = min(part.top for part in own) - _MARGIN
    return Row(left, top, right - left, max(part.bottom for part in own) + _MARGIN - top)


def _parts(root: ElementTree.Element) -> list[_Part]:
    found = []
    for layer in root.iter(f"{_SVG}g"):
        if layer.get("data-layer"):
            inner = [part for element in layer.iter() for part in _of(element)]
            found.append(
                _Part(
                    min(p.left for p in inner),
                    max(p.right for p in inner),
                    min(p.top for p in inner),
                    max(p.bottom for p in inner),
                    True,
                )
            )
    for element in root:  # lines and brackets may be cut, words may not
        found += _of(element)
    return found


def _of(element: ElementTree.Element) -> list[_Part]:
    kind = element.tag.removeprefix(_SVG)
    if kind == "text":
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        half = _LETTER * len(element.text or "") / 2
        return [_Part(x - half, x + half, y - _ABOVE, y + _BELOW, True)]
    if kind == "circle":
        x, y, r = (float(element.attrib[name]) for name in ("cx", "cy", "r"))
        return [_Part(x - r, x + r, y - r, y + r, True)]
    if kind == "path":
        points = _points(element.attrib["d"])
        return [
            _Part(min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]), False)
            for a, b in zip(points, points[1:], strict=False)
        ]
    return []


def _points(path: str) -> list[tuple[float, float]]:
    """Return the corners of a path."""
    points, x, y = [], 0.0, 0.0
    for letter, text in _POINT.findall(path):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]
        if letter in "Hh":
            x = numbers[0] + (x if letter == "h" else 0)
        elif letter in "Vv":
            y = numbers[0] + (y if letter == "v" else 0)
        elif letter == "l":
            x, y = x + numbers[-2], y + numbers[-1]
        else:
            x, y = numbers[-2], numbers[-1]
        points.append((x, y))
    return points
