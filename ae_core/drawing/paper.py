"""Line charts on white, drawn with matplotlib: for the report, and for files to take home."""

from __future__ import annotations

import html
import io
import logging
import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.drawing.inks import OURS, Ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis as Scale
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Point = tuple[float, float]
WIDTH, HALF, HEIGHT = 720, 420, 330  # pixels of a page
_PIXEL = 0.75  # points, matplotlib's unit
_INCH = 96  # pixels
_TEXT = "#1a1d21"
_DASHES = {"solid": "-", "dash": (0, (4, 2)), "dot": (0, (1, 2))}
_SYMBOLS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "triangle-down": "v",
    "triangle-left": "<",
    "x": "X",
    "pentagon": "p",
    "hexagon": "h",
    "star": "*",
}
_LOOK = Path(__file__).with_suffix(".mplstyle")
_SETTINGS = threading.RLock()  # matplotlib's settings are the whole process's


@dataclass(frozen=True)
class Curve:
    """A line: its name, its points, and how it is drawn; ``arrow``: an arrow to the last point."""

    name: str
    points: Sequence[Point]
    ink: Ink = OURS
    width: float = 1.8
    symbols: bool = True
    arrow: bool = False


@dataclass(frozen=True)
class Axis:
    """An axis: its words, whether it is logarithmic, ticks and limits of one's own."""

    words: str
    log: bool = False
    ticks: Sequence[float] = ()
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Chart:
    """Curves on two axes.

    ``title`` says what is seen: it is read aloud, and shown under the pointer. ``number`` writes a
    tick. ``mark`` is (x, name) of an upright line. Width and height are pixels; letters keep their
    size.
    """

    title: str
    curves: Sequence[Curve]
    x: Axis
    y: Axis
    number: Callable[[float], str]
    mark: tuple[float, str] | None = None
    width: int = WIDTH
    height: int = HEIGHT

    def drawable(self, curve: Curve) -> list[Point]:
        """Return the points that have a place on both axes."""
        return [
            (a, b)
            for a, b in curve.points
            if math.isfinite(a) and math.isfinite(b)
            if (a > 0 or not self.x.log) and (b > 0 or not self.y.log)
        ]


def figure(chart: Chart) -> Figure:
    """Return a chart as matplotlib's figure; curves without a point are left out."""
    with _style(chart):
        from matplotlib.figure import Figure

        drawn = Figure(figsize=(chart.width / _INCH, chart.height / _INCH))
        axes = drawn.add_subplot()
        axes.tick_params(grid_clip_on=False)
        clipped, named = bool(chart.x.limits or chart.y.limits), {}
        for curve in chart.curves:
            if points := chart.drawable(curve):
                named.setdefault(curve.name, _draw(axes, curve, points, clipped))
        _scale(axes.xaxis, axes.set_xscale, axes.set_xlim, chart.x, chart.number)
        _scale(axes.yaxis, axes.set_yscale, axes.set_ylim, chart.y, chart.number)
        if chart.mark:
            at, words = chart.mark
            line = {"color": _TEXT, "linewidth": _PIXEL, "linestyle": (0, (2, 3))}
            named[words] = axes.axvline(at, clip_on=False, **line)
        if len(named) > 1:
            _legend(drawn, named)
        return drawn


def svg(chart: Chart) -> str:
    """Return a chart as a whole SVG file; the same chart gives the same text."""
    file, about = io.StringIO(), {"Title": chart.title, "Date": None, "Creator": None}
    with _style(chart):
        figure(chart).savefig(file, format="svg", metadata=about)
    return file.getvalue()


def inline(chart: Chart) -> str:
    """Return a chart as an SVG element to stand among others in a page; "" where nothing is drawn."""
    if not any(map(chart.drawable, chart.curves)):
        return ""
    text = svg(chart).partition("<svg")[2]
    # A style and names of groups would be the whole page's.
    text = re.sub(r"\s*<(metadata|style)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"\s+", " ", text).replace("> <", "><")
    label = html.escape(chart.title, quote=True)
    return f"<svg class='plot' role='img' aria-label='{label}'{text}"


@contextmanager
def _style(chart: Chart) -> Iterator[None]:
    """Draw in our look, whatever a person's own settings are, and give those back."""
    # On its first start it warns that it looks for fonts, in the middle of a report.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib import style

    # Names inside the SVG are made of this, so that no two charts of a page share one.
    salt = {"svg.hashsalt": repr(vars(chart) | {"number": None})}
    with _SETTINGS, style.context(["default", _LOOK, salt]):
        yield


def _draw(axes: Axes, curve: Curve, points: Sequence[Point], clipped: bool) -> Line2D:
    """Draw a curve; return what stands for it in the legend."""
    ink, width = curve.ink, curve.width * _PIXEL
    if curve.arrow:
        axes.annotate("", points[-1], points[0], arrowprops={"arrowstyle": "->", "color": ink.colour})
    (line,) = axes.plot(
        *zip(*(points[:1] if curve.arrow else points), strict=True),
        color=ink.colour,
        linestyle=_DASHES[ink.dash],
        linewidth=width,
        marker=_SYMBOLS[ink.symbol] if curve.symbols else "",
        markersize=(curve.width + 3.8) * _PIXEL,
        markerfacecolor="white" if curve.arrow else ink.colour,
        markeredgewidth=0.8 if curve.arrow else 0,
        clip_on=clipped,
    )
    return line


def _scale(scale: Scale, bend, limit, said: Axis, number: Callable[[float], str]) -> None:
    from matplotlib import ticker

    if said.log:
        bend("log")
    if said.limits:
        limit(*said.limits)
    low, high = scale.get_view_interval()
    decades = math.log10(high / low) if said.log else 0
    if said.ticks:
        places = ticker.FixedLocator([t for t in said.ticks if low <= t <= high])
    elif decades > 0.5:
        places = ticker.LogLocator(subs=(1, 2, 5) if decades < 3 else (1,), numticks=24)
    else:
        places = ticker.MaxNLocator(7, steps=(1, 2, 5, 10))
    scale.set_major_locator(places)
    scale.set_minor_locator(ticker.NullLocator())
    scale.set_major_formatter(ticker.FuncFormatter(lambda value, _: number(value)))
    scale.set_label_text(said.words)


def _legend(drawn: Figure, named: dict) -> None:
    """Name the curves above the axes, in as few rows as they need."""
    for columns in range(len(named), 0, -1):
        legend = drawn.legend(named.values(), named.keys(), loc="outside upper left", ncols=columns)
        if columns == 1 or legend.get_window_extent().width < 0.97 * drawn.bbox.width:
            return
        legend.remove()
