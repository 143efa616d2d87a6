"""Explore below its heading, in two parts that are drawn by themselves.

What a choice changes is one fragment: it leaves the frame of the page, its menu and the reading of
all runs alone. In it, what a step of a slider changes is another: it leaves the choices and the tools
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae_core.errors import UserError
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import busy, controls, drag, sections, view
from dashboard.components import address, library, query, widgets
from dashboard.components.controls import Sets, problem
from dashboard.lessons import share
from dashboard.lessons.frame import offered


@dataclass(frozen=True, eq=False)
class Still:
    """What stays as it is while a slider is moved, and places in it for what does not.

    Attributes:
        entries: the runs to choose from.
        shown: the images.
        network: the run that all this was drawn for, "" for none.
        places: those of the sliders, and those among the choices.
        menu: the menu of files to take home; None while it is shut.
        below: the place under the tools.
        end: that at the end of the page.
    """

    entries: list[Entry]
    shown: sections.Shown
    network: str
    places: controls.Moving
    menu: DeltaGenerator | None
    below: DeltaGenerator
    end: DeltaGenerator


@st.fragment
def body(entries: list[Entry], sets: Sets) -> None:
    """Draw the choices, and beside them the images."""
    left, stage = st.columns([0.215, 0.785], gap="medium")
    with stage:
        sliders = controls.places()
        moving = st.container()
        tools = st.container(key="explore_tools", horizontal=True, vertical_alignment="center")
        below = st.container()
    end = st.container()
    with left:
        places = controls.controls(entries, sets, sliders)
    now = query.get("explore", view.View)
    found = sections.chosen(entries, now)
    with stage, busy.at_work():
        try:
            shown = sections.images(tools, moving, now, found, entries, sets)
        except UserError as error:
            controls.sliders(entries, places, {})
            address.show("explore", query.address(now))
            problem(error, now.data, sets)
            with end:
                drag.ahead({})
            share.follow()
            return
        menu = sections.menu(tools)
        still = Still(entries, shown, _name(found), places, menu, below, end)
        # Without an elastic network, each code size has a network of its own: then all is drawn anew.
        elastic = bool(choose.longest(entries, library.shape_of(now.data)))
        with moving:
            (st.fragment(moved) if elastic else moved)(still)
        if offered("help"):
            widgets.explanation("explore.how")


def moved(still: Still) -> None:
    """Draw what a step of a slider changes: it, images, figures; then what brings frames."""
    at = sections.frame(still.below)
    controls.network(still.entries, still.places)
    now = query.get("explore", view.View)
    found = sections.chosen(still.entries, now)
    if _name(found) != still.network:
        st.rerun()
    address.show("explore", query.address(now))
    with busy.at_work():
        frames = {}
        if not sections.searches(now, found):  # frames ahead show the encoder's codes
            frames = drag.asks(now, found, still.entries, still.shown.x)
        controls.sliders(still.entries, still.places, frames)
        sections.stage(at, now, found, still.entries, still.shown, still.menu)
    with still.end:
        drag.ahead(frames)
    share.follow()


def _name(found: Entry | None) -> str:
    return found.id if found else ""
