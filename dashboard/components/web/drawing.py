"""A drawing of a network in the page: crisp in both themes, scrolled sideways, layers to click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from ae_core import i18n
from ae_core.drawing import architecture
from dashboard.components import web
from dashboard.i18n import language, number

_FILES = {"html": "drawing.html", "css": "drawing.css", "js": "drawing.js"}
_DRAWING = web.component("network_drawing", **_FILES, more_css=architecture.CSS)


def show(svg: str, label: str, key: str, clicked: Callable[[int], None]) -> None:
    """Draw ``svg``; a click on a layer calls ``clicked`` with its number."""

    def tell() -> None:
        layer = st.session_state[key].get("layer")
        if isinstance(layer, (int, float)):
            clicked(int(layer))

    _DRAWING(data={"svg": svg, "label": label}, key=key, on_layer_change=tell)


def words() -> dict[str, str]:
    """Return the drawing's words in the visitor's language, their placeholders left in."""
    return i18n.part(language(), "paper.draw.")


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape with its numbers as the visitor's language writes them: "1×1×1,024"."""
    return architecture.shape_text(shape, partial(number, digits=0))
