"""The map of a latent space: every image's own thumbnail where its code lies, framed by its class."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from ae_core.evaluation.latent import Plane
from ae_core.images import files, paint
from dashboard.app_pages.latent.compute import Sample
from dashboard.components import charts, theme
from dashboard.i18n import number, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 580
_PLOT = 505  # pixels of that inside the axes
_NARROW = 300  # pixels across inside the axes on a telephone
_FRAME = 2  # pixels of class colour around a thumbnail
_TEXT = "#000037"  # the page's own colour, put in as in look.Ink


def places(on: Plane, sample: Sample) -> np.ndarray:
    """Return where each image stands, float64 (N, 2): with one code value, in lanes by class."""
    found = on.place(sample.y)
    if not on.axes[1].any() and sample.labels is not None:
        found[:, 1] = sample.labels
    return found


def figure(on: Plane, sample: Sample, ring: int, spots: np.ndarray | None = None) -> Figure:
    """Return the map; its points are the images in the sample's order.

    ``spots`` (N, 2), where given, are places without a scale, as t-SNE finds them.

    The ring is plotly's own mark of a chosen point: a click moves it without a new figure, so that
    the part that somebody has zoomed into stays.
    """
    free = spots is not None
    spots = spots if free else places(on, sample)
    low, high = spots.min(axis=0), spots.max(axis=0)
    room = np.where(high > low, (high - low) * 0.06, 0.5)
    low, high = low - room, high + room
    side = thumbnail_side(len(spots))
    drawn = charts.figure(HEIGHT)
    drawn.add_scatter(
        x=spots[:, 0],
        y=spots[:, 1],
        mode="markers",
        showlegend=False,
        hovertemplate=[
            t("latent.point", name=charts.as_text(sample.name(i))) + "<extra></extra>"
            for i in range(len(spots))
        ],
        marker={
            "size": side + 6,
            "symbol": "square-open",
            "color": _TEXT,
            "opacity": 0,
            "line": {"width": 3, "color": _TEXT},
        },
        selectedpoints=[ring],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
    )
    one = not free and not on.axes[1].any()
    titles = ["", ""] if free else [axis_title(on, 0), axis_title(on, 1)]
    bare = {"zeroline": False, "showgrid": False}  # lines would run over the images
    drawn.update_layout(
        images=_thumbnails(spots, sample, high - low, ring),  # at once: singly is slow
        xaxis=charts.axis(titles[0]) | bare | {"range": [low[0], high[0]]},
        yaxis=charts.axis(titles[1]) | bare | {"range": [low[1], high[1]]},
    )
    if free:
        drawn.update_layout(xaxis_showticklabels=False, yaxis_showticklabels=False)
    if one:
        lanes = list(range(len(sample.classes)))
        drawn.update_yaxes(tickvals=lanes, ticktext=list(map(charts.as_text, sample.classes)))
    return drawn


def thumbnail_side(count: int) -> int:
    """Return how many pixels a thumbnail has on the page: fewer where there are many."""
    return 34 if count <= 100 else 28 if count <= 200 else 22


def axis_title(on: Plane, axis: int) -> str:
    """Return what an axis means: a code value, or a direction with its share of the variance."""
    if on.direct:
        values = len(on.centre)
        return t("latent.value", n=axis + 1) if axis < values else t("latent.class")
    return t("latent.axis", n=axis + 1, percent=number(100 * on.shares[axis], 0))


def legend(sample: Sample) -> str:
    """Return the classes with their colours as HTML, nothing where they are not known."""
    if sample.labels is None:
        return ""
    chips = "".join(
        f"<span><i style='background:{theme.class_colour(k)}'></i>{html.escape(name)}</span>"
        for k, name in enumerate(sample.classes)
        if k in sample.labels
    )
    return f"<p class='ae-chips'>{chips}</p>"


def _thumbnails(spots: np.ndarray, sample: Sample, span: np.ndarray, ring: int) -> list[dict]:
    """Return a layout image for each image, the ringed one last and so on top."""
    side = thumbnail_side(len(spots))
    # An image keeps its shape within its box: the box is as high as wanted, and as wide as wanted
    # where the window is narrowest.
    width, height = side * span[0] / _NARROW, side * span[1] / _PLOT
    return [
        {
            "source": files.data_uri(framed(sample, i)),
            "xref": "x",
            "yref": "y",
            "x": spot[0],
            "y": spot[1],
            "sizex": width,
            "sizey": height,
            "sizing": "contain",
            "xanchor": "center",
            "yanchor": "middle",
            "layer": "below",
        }
        for i, spot in sorted(enumerate(spots), key=lambda place: place[0] == ring)
    ]


def framed(sample: Sample, index: int) -> np.ndarray:
    """Return one image in colour within a frame of its class's colour: uint8 (H + 4, W + 4, 3)."""
    x = paint.coloured(sample.x[index : index + 1])[0]
    label = None if sample.labels is None else int(sample.labels[index])
    colour = theme.class_colour(label)
    height, width, _ = x.shape
    out = np.empty((height + 2 * _FRAME, width + 2 * _FRAME, 3), np.uint8)
    out[:] = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    out[_FRAME:-_FRAME, _FRAME:-_FRAME] = x
    return out
