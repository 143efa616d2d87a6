"""Line plots as small SVG drawings on white, for screen and paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ae_core.report.wording import markup

Point = tuple[float, float]
INKS = ("#126a6b", "#e76300", "#3f90da", "#832db6", "#a96b59", "#717581", "#bd1f01", "#94a4a2")
WIDTH, HALF, HEIGHT = 720, 420, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 14, 14, 52
_NEAR = 140  # of a mark's line, where its words stand
_ROW = 20  # height of a row of the legend


@dataclass(frozen=True)
class Curve:
    """A line: its name, its points, and how it is drawn; ``dash`` "" is solid."""

    name: str
    points: Sequence[Point]
    ink: str = INKS[0]
    dash: str = ""
    dots: bool = True


@dataclass(frozen=True)
class Axis:
    """An axis: its words, whether it is logarithmic, and ticks of one's own."""

    words: str
    log: bool = False
    ticks: tuple[float, ...] = ()


def plot(
    curves: Sequence[Curve],
    x: Axis,
    y: Axis,
    title: str,
    number: Callable[[float], str],
    mark: tuple[float, str] | None = None,
    width: int = WIDTH,
) -> str:
    """Return the curves as SVG.

    Args:
        curves: those with no point are left out; on a logarithmic axis, points that are not above 0.
        x, y: the axes.
        title: what is seen, in words: read aloud, and shown under the pointer.
        number: writes a tick.
        mark: (x, words) of an upright line.
        width: of the drawing, in its own units; letters keep their size.
    """
    drawn = [(c, _drawable(c.points, x, y)) for c in curves]
    drawn = [(curve, points) for curve, points in drawn if points]
    if not drawn:
        return ""
    every = [point for _, points in drawn for point in points]
    across = _Scale([p[0] for p in every], x, _LEFT, width - _RIGHT)
    legend, top = _legend([curve for curve, _ in drawn], width)
    up = _Scale([p[1] for p in every], y, HEIGHT - _BOTTOM, top + _TOP, room=0.04)
    parts = [*_frame(across, up, x, y, top + _TOP, width - _RIGHT, number), *legend]
    if mark is not None:
        parts.append(
            _mark(
                across(mark[0]),
                mark[1],
                top + _TOP,
                width,
                [up(b) for a, b in every if abs(across(a) - across(mark[0])) < _NEAR],
            )
        )
    for curve, points in drawn:
        parts.append(_line(curve, [(across(a), up(b)) for a, b in points]))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' class='plot' viewBox='0 0 {width} {HEIGHT}' "
        f"width='{width}' height='{HEIGHT}' role='img' aria-label='{markup(title)}'>"
        f"<title>{markup(title)}</title><rect width='100%' height='100%' fill='#fff'/>"
        f"{''.join(parts)}</svg>"
    )


def _drawable(points: Sequence[Point], x: Axis, y: Axis) -> list[Point]:
    return [
        (a, b)
        for a, b in points
        if math.isfinite(a) and math.isfinite(b) and (a > 0 or not x.log) and (b > 0 or not y.log)
    ]


class _Scale:
    """Values to pixels, from ``start`` to ``end``; ``room`` is left free at both ends."""

    def __init__(self, values: list[float], axis: Axis, start: float, end: float, room: float = 0.0):
        self._log, self._start, self._end = axis.log, start, end
        low, high = self._bend(min(values)), self._bend(max(values))
        room = room * (high - low) if high > low else 0.5
        self.low, self.high = low - room, high + room
        self.ticks = [t for t in axis.ticks if self._inside(t)] or self._round()

    def __call__(self, value: float) -> float:
        share = (self._bend(value) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    def _bend(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def _inside(self, value: float) -> bool:
        slack = 1e-9 * (self.high - self.low)
        return self.low - slack <= self._bend(value) <= self.high + slack

    def _round(self) -> list[float]:
        """Round values to be named: about six, on a logarithmic axis 1, 2, 5 of each decade."""
        if self._log and self.high - self.low > 0.5:
            decades = range(math.floor(self.low), math.ceil(self.high) + 1)
            steps = (1, 2, 5) if self.high - self.low < 3 else (1,)
            return [m * 10.0**d for d in decades for m in steps if self._inside(m * 10.0**d)]
        low, high = (10**self.low, 10**self.high) if self._log else (self.low, self.high)
        unit = 10.0 ** math.floor(math.log10((high - low) / 6))
        step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= (high - low) / 6)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


def _mark(at: float, words: str, top: float, width: int, heights: list[float]) -> str:
    """An upright line; its words stand where the curves near it leave more room, above or below."""
    bottom = HEIGHT - _BOTTOM
    over = min(heights, default=bottom) - top > bottom - max(heights, default=top)
    beside, anchor = (-6, "end") if at > width / 2 else (6, "start")
    return (
        f"<path d='M{at:.1f} {top}V{bottom}' class='mark'/><text x='{at + beside:.1f}' "
        f"y='{top + 14 if over else bottom - 8}' text-anchor='{anchor}'>{markup(words)}</text>"
    )


def _frame(
    across: _Scale, up: _Scale, x: Axis, y: Axis, top: float, right: float, number
) -> list[str]:
    bottom = HEIGHT - _BOTTOM
    parts = []
    for tick in up.ticks:
        at = up(tick)
        parts.append(f"<path d='M{_LEFT} {at:.1f}H{right}' class='grid'/>")
        parts.append(
            f"<text x='{_LEFT - 8}' y='{at + 4:.1f}' text-anchor='end'>{markup(number(tick))}</text>"
        )
    for tick in across.ticks:
        at = across(tick)
        parts.append(f"<path d='M{at:.1f} {bottom}v5' class='tick'/>")
        parts.append(
            f"<text x='{at:.1f}' y='{bottom + 19}' text-anchor='middle'>{markup(number(tick))}</text>"
        )
    parts.append(f"<path d='M{_LEFT} {bottom}H{right}' class='tick'/>")
    parts.append(
        f"<text x='{(_LEFT + right) / 2}' y='{HEIGHT - 10}' text-anchor='middle'>"
        f"{markup(x.words)}</text><text transform='translate(15 {(top + bottom) / 2:.1f}) "
        f"rotate(-90)' text-anchor='middle'>{markup(y.words)}</text>"
    )
    return parts


def _legend(curves: list[Curve], whole: int) -> tuple[list[str], float]:
    """Return the legend's marks and the height that it takes; one curve needs none."""
    if len(curves) < 2:
        return [], 0
    parts, at, row = [], float(_LEFT), 1
    for curve in curves:
        width = 46 + 6.6 * len(curve.name)
        if at + width > whole - _RIGHT and at > _LEFT:
            at, row = float(_LEFT), row + 1
        y = row * _ROW - 4
        parts.append(_line(curve, [(at, y - 4), (at + 26, y - 4)]))
        parts.append(f"<text x='{at + 33:.1f}' y='{y}'>{markup(curve.name)}</text>")
        at += width + 10
    return parts, row * _ROW


def _line(curve: Curve, points: list[Point]) -> str:
    joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    dash = f" stroke-dasharray='{curve.dash}'" if curve.dash else ""
    dots = ""
    if curve.dots:
        dots = "".join(
            f"<circle cx='{a:.1f}' cy='{b:.1f}' r='2.8' fill='{curve.ink}'/>" for a, b in points
        )
    return (
        f"<polyline points='{joined}' fill='none' stroke='{curve.ink}' stroke-width='1.8'{dash}/>"
        f"{dots}"
    )
