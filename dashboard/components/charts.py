"""What all Plotly charts here have in common: how they are begun, framed and saved."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.i18n import separators, short, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from dashboard.components.theme import Ink


MOST_RUNS = 6  # more could not be told apart in a chart
_TICKS = [m * 10.0**e for e in range(-3, 7) for m in (1, 2, 5)]
# Plotly's own words for the tools above a chart, and ours.
_TOOLS = {
    "Download plot": "save",
    "Download plot as a PNG": "save",
    "Zoom": "zoom",
    "Pan": "pan",
    "Zoom in": "zoom_in",
    "Zoom out": "zoom_out",
    "Reset axes": "reset",
}


def figure(height: int, top: int = 8) -> Figure:
    """Return an empty chart, its numbers written as the visitor's language writes them."""
    # Plotly asks whether data are pandas', and fails where pandas is only half there: TensorFlow,
    # loaded in the background, brings it too. Importing it here waits until it is whole.
    import pandas  # noqa: F401
    from plotly.graph_objects import Figure

    return Figure().update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": top, "b": 8},
        hovermode="closest",
        separators=separators(),
        legend={"orientation": "h", "x": 0, "y": 1.04, "yanchor": "bottom", "title": {"text": ""}},
    )


def as_text(name: str) -> str:
    """Return what somebody named for a place of a chart, where Plotly reads tags and ``%{...}``."""
    return html.escape(name, quote=False).replace("%{", "%&#123;")


def ticks(left: float, right: float) -> list[float]:
    """Return round numbers (1, 2, 5, 10 ...) for a logarithmic axis."""
    return [value for value in _TICKS if left <= value <= right]


def axis(title: str, places: Sequence[float] = ()) -> dict:
    """Return an axis; with ``places``, their numbers stand at it and no others."""
    at = {"tickvals": list(places), "ticktext": [short(place) for place in places]}
    return {"title": {"text": title}} | (at if places else {})


def look(ink: Ink, bold: bool) -> dict:
    """Return how a curve of measured points is drawn, ``bold`` where it is one of ours."""
    return {
        "mode": "lines+markers",
        "line": {"color": ink.theme, "width": 3.5 if bold else 1.8, "dash": ink.dash},
        "marker": {"color": ink.theme, "symbol": ink.symbol, "size": 9 if bold else 7},
    }


def draw(drawn: Figure, key: str, stem: str, alt: str, **more: Any) -> None:
    """Draw a chart on the page; ``stem`` names the file that it is saved as."""
    st.plotly_chart(drawn, key=key, config=_saving(stem), alt=alt, **more)


def _saving(stem: str) -> dict:
    """Return Streamlit's ``config`` for a chart.

    Its tools speak the visitor's language, none chooses an area, and it is saved as SVG.
    """
    said = {name: t(f"chart.{key}") for name, key in _TOOLS.items()}
    return {
        "locale": "visitor",
        "locales": {"visitor": {"dictionary": said, "format": {}}},
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "svg", "filename": stem},
    }
