"""Explore below its heading: what a choice changes, drawn again by itself.

Everything a visitor moves stands in one fragment. So a step of a slider leaves the frame of the page,
its menu and the reading of all runs alone.
"""

from __future__ import annotations

import streamlit as st

from ae_core.errors import UserError
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import busy, controls, drag, sections, view
from dashboard.components import address, query
from dashboard.components.controls import Sets, problem
from dashboard.lessons import share


@st.fragment
def body(entries: list[Entry], sets: Sets) -> None:
    """Draw the choices, and beside them the images; then what brings frames ahead."""
    with busy.turn():
        _draw(entries, sets)


def _draw(entries: list[Entry], sets: Sets) -> None:
    left, stage = st.columns([0.215, 0.785], gap="medium")
    with stage:
        sliders = controls.places()
    with left:
        controls.controls(entries, sets, sliders)
    now = query.get("explore", view.View)
    address.show("explore", query.address(now))
    chosen = sections.chosen(entries, now)
    with stage, busy.at_work():
        frames = {}
        at = sections.frame()
        try:
            shown = sections.images(at, now, chosen, entries, sets)
        except UserError as error:
            controls.dragged(entries, sliders, frames)
            problem(error, now.data, sets)
        else:
            if not sections.searches(now, chosen):  # frames ahead show the encoder's codes
                frames = drag.asks(now, chosen, entries, shown.x)
            controls.dragged(entries, sliders, frames)
            sections.stage(at, now, chosen, entries, shown)
    drag.ahead(frames)
    share.follow()
