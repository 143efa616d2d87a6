"""Quality over rate: learned curves solid, classical dashed, PCA dotted; one code size: an arrow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.evaluation import photographs
from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.rate import curves
from dashboard.app_pages.rate.curves import AXES, Row
from dashboard.components import charts, figures, library, theme
from dashboard.i18n import number, short, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FRAME = 1.25  # the first view ends so many times left and right of what is drawn
_TICKS = 9  # that a narrow screen has room for
_TEXT = "#000037"  # the page's own colour, put in as in theme.Ink


def label(codec: str) -> str:
    """Return a codec's name in the visitor's language: that of a run is its title."""
    return t("rate.ours") if codec == "ours" else run_label(codec)


def run_label(name: str) -> str:
    """Return a run's title in the visitor's language; the name itself of what is no run."""
    try:
        return library.title(runs.get(name))
    except UserError:
        return name


def set_label(table: Table) -> str:
    """Return what a table's images are called, in the visitor's language."""
    if table.run_id != photographs.ID:
        return library.set_label(table.data)
    name, _, every = table.data.partition("/")
    return t("rate.photographs_every", name=name, n=every) if every else name


def ink(row: Row) -> theme.Ink:
    """Return how the codec of a row is drawn: a network as its kind."""
    codec = str(row["codec"])
    return theme.ink(codec if codec == "ours" else str(row.get("network", codec)))


def count_label(count: str) -> str:
    """Return how bytes are counted, in the visitor's language."""
    return t(f"rate.count_{count.replace(' ', '-')}")


def setting_label(row: Row) -> str:
    """Return at what setting a row was measured: "level 128", "quality 30", "64 values"."""
    codec, value = str(row.get("codec")), number_of(row, "setting")
    if value is None:
        return ""
    kinds = {"ours": "level", "PCA": "step", "JPEG 2000": "target"}
    numbers = row.get("accounting") in ("nominal", "stored")
    kind = "values" if numbers else kinds.get(codec, "quality")
    return t(f"rate.at_{kind}", value=short(value), n=value)


def group(row: Row) -> str:
    """Return which of the points that a legend tells apart a network of one code size is."""
    if row.get("own"):
        return "own"
    known = networks.KINDS.get(str(row.get("network")))
    return "situations" if known and known.one_size else "fixed"


def figure(table: Table, count: str, x: str, y: str, chosen: Sequence[Row]) -> Figure:
    """Return the chart; every point carries its codec, accounting and setting.

    ``count``, ``x`` and ``y`` are the view's; the rows ``chosen`` are marked with a ring.
    """
    drawn, across = charts.figure(460), AXES[x]
    for codec, rows in curves.by_codec(table, count).items():
        _curve(drawn, codec, drawable(rows, across, y), across, y)
    for rows in curves.points(table).values():
        _arrow(drawn, drawable(rows, across, y), across, y)
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
        xaxis=charts.axis(t(f"rate.axis_{x}"), ticks(left, right)) | log,
        yaxis=charts.axis(t(f"rate.axis_{y}")) | {"range": [low, high]},
    )
    return drawn


def frame(table: Table, count: str, x: str, y: str) -> tuple[float, float, float, float]:
    """Return left, right, low and high of the view: all that is drawn, every rival with it."""
    across = AXES[x]
    every = [*curves.by_codec(table, count).values(), *curves.points(table).values()]
    shown = [row for rows in every for row in drawable(rows, across, y)]
    if not shown:
        return 1.0, 10.0, 0.0, 1.0
    places, heights = [row[across] for row in shown], [row[y] for row in shown]
    room = 0.08 * (max(heights) - min(heights)) or 0.05
    return min(places) / _FRAME, max(places) * _FRAME, min(heights) - room, max(heights) + room


def ticks(left: float, right: float) -> list[float]:
    """Return round numbers for the axis of bits: 1, 2, 5, 10 ..., or 1, 5, 10 ... where many fit."""
    found = charts.ticks(left, right)
    return found if len(found) <= _TICKS else [n for n in found if f"{n:e}"[0] != "2"]


def hover(row: Row) -> str:
    """Return what a point says: codec, setting, size, quality."""
    counted = count_label(str(row.get("accounting", "")))
    about = " · ".join(filter(None, (counted, setting_label(row))))
    size = t("rate.point_size", bits=number(row["bits_per_image"], 0), bytes=bytes_text(row))
    quality = figures.of_summary(row)
    if number_of(row, "ssim") is not None:
        quality += f" · SSIM {number(row['ssim'], 3)}"
    lines = [f"<b>{charts.as_text(label(str(row['codec'])))}</b>", about, size, quality]
    if (images := number_of(row, "images")) is not None:
        lines.append(t("rate.point_images", n=int(images)))
    return "<br>".join(lines)


def point_label(row: Row) -> str:
    """Return what stands at a point: the situation's number, else the values of the code."""
    numbered = group(row) == "situations"
    return str(row["network"]).rsplit("-", 1)[-1] if numbered else short(row["setting"])


def bytes_text(row: Row) -> str:
    """Return a row's bytes an image, without its unit."""
    return number(row["bits_per_image"] / 8, 1)


def _curve(drawn: Figure, codec: str, rows: list[Row], across: str, y: str) -> None:
    look = charts.look(ink(rows[0] if rows else {"codec": codec}), bold=codec == "ours")
    name = charts.as_text(label(codec))
    drawn.add_scatter(**_places(rows, across, y), name=name, **look, **_points(rows))


def _arrow(drawn: Figure, rows: list[Row], across: str, y: str) -> None:
    if not rows:
        return
    kind = group(rows[0])
    colour = theme.ink("ours").theme if kind == "own" else _TEXT
    falls = len(rows) > 1 and rows[-1][across] < rows[0][across]
    symbols = ["circle-open", f"triangle-{'left' if falls else 'right'}"]
    drawn.add_scatter(
        **_places(rows, across, y),
        name=t(f"rate.points_{kind}"),
        legendgroup=kind,
        showlegend=not any(trace.legendgroup == kind for trace in drawn.data),
        mode="lines+markers+text",
        text=[point_label(rows[0])] + [""] * (len(rows) - 1),
        textposition="top center",
        line={"color": colour, "width": 1},
        marker={"color": colour, "symbol": symbols, "size": 9},
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
