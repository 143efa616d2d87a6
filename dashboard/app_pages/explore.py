"""Explore: real images through trained networks, with two sliders and the numbers they move."""

import streamlit as st
from components import (
    address,
    busy,
    engine,
    explore_controls,
    explore_drag,
    explore_parts,
    lesson,
    library,
    view,
)
from i18n import t

from ae_core.errors import UserError

entries = library.entries()
sets = library.sets()
asked = address.arrived("explore")
if asked is not None:
    start = explore_parts.first_view(entries)
    wanted, ignored = view.from_address(asked, sets, {e.id for e in entries}, start)
    view.put(wanted)
    st.session_state["explore_ignored"] = ignored
    st.session_state["explore_lesson_asked"] = asked.get("lesson", "")

st.html(f"<h1 class='ae-lead'>{t('explore.lead')}</h1>")
explore_parts.notices(entries)
lesson.notice(st.session_state.pop("explore_lesson_asked", ""))

controls, stage = st.columns([0.215, 0.785], gap="medium")
with stage:
    sliders = explore_controls.places()
with controls:
    explore_controls.controls(entries, sets, sliders)
now = view.get()
address.show("explore", now.address())
chosen = explore_parts.chosen(entries, sets, now)
with stage, busy.at_work():
    frames = {}
    at = explore_parts.frame()
    try:
        x, notes = explore_parts.images(at, now, chosen, entries, sets)
    except UserError as error:
        explore_controls.dragged(entries, sliders, frames)
        explore_parts.problem(error, now, sets)
    else:
        frames = explore_drag.asks(now, chosen, entries, x)
        explore_controls.dragged(entries, sliders, frames)
        explore_parts.stage(at, now, chosen, entries, x, notes)

explore_drag.ahead(frames)
engine.warm_up()
