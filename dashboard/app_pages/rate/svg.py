"""The chart as a drawing for paper: a plain SVG on white, small, without any program to make it."""

from __future__ import annotations

import html
import math

from ae_core.runs.tables import Table
from dashboard.app_pages.rate import chart, curves
from dashboard.app_pages.rate.curves import AXES, Row
from dashboard.components import charts, theme
from dashboard.i18n import short, t

_WIDTH, _HEIGHT = 760, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 64, 54
_DASHES = {"solid": "", "dash": "7 4", "dot": "2 4"}


def drawing(table: Table, count: str, x: str, y: str) -> str:
    """Return the curves as SVG text, the view the same as on the page."""
    left, right, low, high = chart.frame(table, count, x, y)

    def place(row: Row) -> tuple[float, float]:
        across = math.log(row[AXES[x]] / left) / math.log(right / left)
        up = (row[y] - low) / (high - low)
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [*_axes(left, right, low, high, x, y), *_legend(table, count)]
    parts.append(
        f"<clipPath id='plot'><rect x='{_LEFT}' y='{_TOP}' width='{_WIDTH - _LEFT - _RIGHT}' "
        f"height='{_HEIGHT - _TOP - _BOTTOM}'/></clipPath><g clip-path='url(#plot)'>"
    )
    for codec, rows in curves.by_codec(table, count).items():
        parts += _curve(codec, [place(row) for row in chart.drawable(rows, AXES[x], y)])
    for rows in curves.situations(table).values():
        parts += _arrow([place(row) for row in chart.drawable(rows, AXES[x], y)])
    title = html.escape(t("rate.chart_title", data=table.data, n=table.images))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' "
        f"width='{_WIDTH}' height='{_HEIGHT}' font-family='sans-serif' font-size='12' "
        f"fill='#1a1d21'><title>{title}</title><rect width='100%' height='100%' fill='#fff'/>"
        + "".join(parts)
        + "</g></svg>\n"
    )


def _axes(left, right, low, high, x: str, y: str) -> list[str]:
    parts, bottom = [], _HEIGHT - _BOTTOM
    for value in charts.ticks(left, right):
        at = _LEFT + math.log(value / left) / math.log(right / left) * (_WIDTH - _LEFT - _RIGHT)
        parts.append(f"<path d='M{at:.1f} {bottom}v5' stroke='#5d656b'/>")
        parts.append(
            f"<text x='{at:.1f}' y='{bottom + 19}' text-anchor='middle'>{short(value)}</text>"
        )
    step = _step(high - low)
    value = math.ceil(low / step) * step
    while value <= high:
        at = bottom - (value - low) / (high - low) * (bottom - _TOP)
        parts.append(f"<path d='M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}' stroke='#e4e7e6'/>")
        parts.append(
            f"<text x='{_LEFT - 8}' y='{at + 4:.1f}' text-anchor='end'>"
            f"{short(round(value, 6))}</text>"
        )
        value += step
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f"<text x='{middle}' y='{_HEIGHT - 12}' text-anchor='middle'>"
        f"{html.escape(t(f'rate.axis_{x}'))}</text>"
        f"<text transform='translate(16 {(_TOP + bottom) / 2}) rotate(-90)' text-anchor='middle'>"
        f"{html.escape(t(f'rate.axis_{y}'))}</text>"
    )
    return parts


def _step(span: float) -> float:
    """Return a round distance between grid lines, about six of them."""
    rough = span / 6
    unit = 10 ** math.floor(math.log10(rough))
    return next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough)


def _legend(table: Table, count: str) -> list[str]:
    parts, across, down = [], _LEFT, 20
    for codec in curves.by_codec(table, count):
        name = chart.label(codec)
        width = 44 + 7 * len(name)
        if across + width > _WIDTH - _RIGHT:
            across, down = _LEFT, down + 20
        parts += _curve(codec, [(across, down - 4), (across + 24, down - 4)])
        parts.append(f"<text x='{across + 32}' y='{down}'>{html.escape(name)}</text>")
        across += width + 8
    return parts


def _curve(codec: str, points: list[tuple[float, float]]) -> list[str]:
    ink = theme.ink(codec)
    width = 3 if codec == "ours" else 1.6
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{width + 0.6:.1f}' fill='{ink.paper}'/>"
        for x, y in points
    )
    return [
        f"<polyline points='{line}' fill='none' stroke='{ink.paper}' stroke-width='{width}' "
        f"stroke-dasharray='{_DASHES[ink.dash]}'/>{dots}"
    ]


def _arrow(points: list[tuple[float, float]]) -> list[str]:
    if not points:
        return []
    (x, y), (end, height) = points[0], points[-1]
    mark = f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='#fff' stroke='#1a1d21'/>"
    if len(points) == 1:
        return [mark]
    back = 7 if end < x else -7
    head = f"M{end + back:.1f} {height - 4:.1f}L{end:.1f} {height:.1f}l{back} 4"
    return [
        f"<path d='M{x:.1f} {y:.1f}L{end:.1f} {height:.1f}{head}' fill='none' "
        f"stroke='#1a1d21'/>{mark}"
    ]
