"""Quality over rate: learned curves solid, classical dashed, PCA dotted, situations as arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.rate import curves
from dashboard.app_pages.rate.curves import AXES, Row
from dashboard.components import charts, theme
from dashboard.i18n import number, short, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FRAME = 1.25  # the first view ends so many times left and right of our own curve
_TEXT, _GROUND = "#000037", "#000038"  # the page's own colours, put in as in look.Ink


def label(codec: str) -> str:
    """Return a codec's name in the visitor's language."""
    if codec in ("ours", "elastic"):
        return t(f"rate.{codec}")
    if curves.is_situation(codec):
        return t(f"network.situation-{codec.rsplit(' ', 1)[-1]}")
    return codec


def count_label(count: str) -> str:
    """Return how bytes are counted, in the visitor's language."""
    return t(f"rate.count_{count.replace(' ', '-')}")


def setting_label(row: Row) -> str:
    """Return at what setting a row was measured: "level 128", "quality 30", "64 values"."""
    codec, value = str(row.get("codec")), number_of(row, "setting")
    if value is None or curves.is_situation(codec):
        return ""
    kinds = {"ours": "level", "elastic": "values", "PCA": "step", "JPEG 2000": "target"}
    return t(f"rate.at_{kinds.get(codec, 'quality')}", value=short(value))


def figure(table: Table, count: str, x: str, y: str, chosen: Sequence[Row]) -> Figure:
    """Return the chart; every point carries its codec, accounting and setting.

    ``count``, ``x`` and ``y`` are the view's; the rows ``chosen`` are marked with a ring.
    """
    drawn, across = charts.figure(460), AXES[x]
    for codec, rows in curves.by_codec(table, count).items():
        _curve(drawn, codec, drawable(rows, across, y), across, y)
    for codec, rows in curves.situations(table).items():
        _arrow(drawn, codec, drawable(rows, across, y), across, y)
    drawn.add_scatter(
        **_places(drawable(chosen, across, y), across, y),
        mode="markers",
        marker={"size": 19, "color": "rgba(0,0,0,0)", "line": {"width": 2, "color": _TEXT}},
        hoverinfo="skip",
        showlegend=False,
    )
    left, right, low, high = frame(table, count, x, y)
    log = {"type": "log", "range": [math.log10(left), math.log10(right)]}
    drawn.update_layout(
        xaxis=charts.axis(t(f"rate.axis_{x}"), charts.ticks(left, right)) | log,
        yaxis=charts.axis(t(f"rate.axis_{y}")) | {"range": [low, high]},
    )
    return drawn


def frame(table: Table, count: str, x: str, y: str) -> tuple[float, float, float, float]:
    """Return left, right, low and high of the view: around our own curve, else around everything."""
    across = AXES[x]
    every = curves.by_codec(table, count)
    own = drawable(every.get("ours", []), across, y)
    around = [row for rows in curves.situations(table).values() for row in rows]
    shown = (own + drawable(around, across, y)) if own else _all(every, across, y)
    if not shown:
        return 1.0, 10.0, 0.0, 1.0
    places, heights = [row[across] for row in shown], [row[y] for row in shown]
    room = 0.08 * (max(heights) - min(heights)) or 0.05
    return min(places) / _FRAME, max(places) * _FRAME, min(heights) - room, max(heights) + room


def hover(row: Row) -> str:
    """Return what a point says: codec, setting, size, quality."""
    counted = count_label(str(row.get("accounting", "")))
    about = " · ".join(filter(None, (counted, setting_label(row))))
    size = t("rate.point_size", bits=number(row["bits_per_image"], 0), bytes=bytes_text(row))
    quality = f"{number(row['psnr'], 1)} dB"
    if number_of(row, "ssim") is not None:
        quality += f" · SSIM {number(row['ssim'], 3)}"
    return f"<b>{label(str(row['codec']))}</b><br>{about}<br>{size}<br>{quality}"


def bytes_text(row: Row) -> str:
    """Return a row's bytes an image, without its unit."""
    return number(row["bits_per_image"] / 8, 1)


def _curve(drawn: Figure, codec: str, rows: list[Row], across: str, y: str) -> None:
    look = charts.look(theme.ink(codec), bold=codec == "ours")
    drawn.add_scatter(**_places(rows, across, y), name=label(codec), **look, **_points(rows))


def _arrow(drawn: Figure, codec: str, rows: list[Row], across: str, y: str) -> None:
    falls = len(rows) > 1 and rows[-1][across] < rows[0][across]
    symbols = ["circle-open", f"triangle-{'left' if falls else 'right'}"]
    drawn.add_scatter(
        **_places(rows, across, y),
        name=t("rate.situations"),
        legendgroup="situations",
        showlegend=not any(trace.legendgroup == "situations" for trace in drawn.data),
        mode="lines+markers+text",
        text=[codec.rsplit(" ", 1)[-1]] + [""] * (len(rows) - 1),
        textposition="top center",
        line={"color": _TEXT, "width": 1},
        marker={"color": _TEXT, "symbol": symbols, "size": 9},
        **_points(rows),
    )


def _places(rows: Sequence[Row], across: str, y: str) -> dict[str, list[float]]:
    return {"x": [row[across] for row in rows], "y": [row[y] for row in rows]}


def _points(rows: Sequence[Row]) -> Mapping[str, object]:
    """Return what a click gives back, what a pointer reads, and: a chosen point dims no other."""
    return {
        "customdata": [[r["codec"], r["accounting"], r.get("setting")] for r in rows],
        "hovertemplate": [hover(row) + "<extra></extra>" for row in rows],
        "unselected": {"marker": {"opacity": 1}},
    }


def drawable(rows: Sequence[Row], across: str, y: str) -> list[Row]:
    """Return the rows that have a place on both axes."""
    sound = [r for r in rows if number_of(r, across) is not None and number_of(r, y) is not None]
    return [row for row in sound if row[across] > 0]


def _all(every: Mapping[str, list[Row]], across: str, y: str) -> list[Row]:
    return [row for rows in every.values() for row in drawable(rows, across, y)]
