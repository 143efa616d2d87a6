"""The chart of Rate and quality as a drawing to take home, the view the same as on the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ae_core.drawing import inks
from ae_core.drawing.paper import Axis, Chart, Curve, svg
from ae_core.i18n import format
from ae_core.runs.tables import Table
from dashboard.app_pages.rate import chart
from dashboard.app_pages.rate import curves as measured
from dashboard.app_pages.rate.curves import AXES
from dashboard.i18n import language, t

_POINT = inks.Ink("#1a1d21")


def drawing(table: Table, count: str, x: str, y: str) -> Chart:
    """Return the curves of :func:`chart.figure`, in the visitor's language."""
    left, right, low, high = chart.frame(table, count, x, y)
    curves = []
    for codec, rows in measured.by_codec(table, count).items():
        points = [(row[AXES[x]], row[y]) for row in chart.drawable(rows, AXES[x], y)]
        width = 3 if codec == "ours" else 1.6
        how = rows[0].get("network", codec) if rows and codec != "ours" else codec
        curves.append(Curve(chart.label(codec), points, inks.ink(str(how)), width))
    for rows in measured.points(table).values():
        points = [(row[AXES[x]], row[y]) for row in chart.drawable(rows, AXES[x], y)]
        kind = chart.group(rows[0])
        ink = inks.OURS if kind == "own" else _POINT
        curves.append(Curve(t(f"rate.points_{kind}"), points, ink, 1, arrow=True))
    return Chart(
        t("rate.chart_title", data=chart.set_label(table), n=table.images),
        curves,
        Axis(t(f"rate.axis_{x}"), log=True, ticks=chart.ticks(left, right), limits=(left, right)),
        Axis(t(f"rate.axis_{y}"), limits=(low, high)),
        partial(format.short, language()),
        width=760,
        height=500,
    )


def file(table: Table, count: str, x: str, y: str) -> Callable[[], str]:
    """Return what draws the chart as SVG when it is asked for, outside of the visitor's session."""
    return partial(svg, drawing(table, count, x, y))
