"""Explore: real images through trained networks, with two sliders and the numbers they move."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.explore import controls as explore_controls
from dashboard.app_pages.explore import drag, lesson, sections, view
from dashboard.components import address, busy, inference, library
from dashboard.i18n import t

entries = library.entries()
sets = library.sets()
asked = address.arrived("explore")
if asked is not None:
    start = sections.first_view(entries)
    wanted, ignored = view.from_address(asked, sets, {e.id for e in entries}, start)
    view.put(wanted)
    st.session_state["explore_ignored"] = ignored
    st.session_state["explore_lesson_asked"] = asked.get("lesson", "")

st.html(f"<h1 class='ae-lead'>{t('explore.lead')}</h1>")
sections.notices(entries)
lesson.notice(st.session_state.pop("explore_lesson_asked", ""))

controls, stage = st.columns([0.215, 0.785], gap="medium")
with stage:
    sliders = explore_controls.places()
with controls:
    explore_controls.controls(entries, sets, sliders)
now = view.get()
address.show("explore", now.address())
chosen = sections.chosen(entries, sets, now)
with stage, busy.at_work():
    frames = {}
    at = sections.frame()
    try:
        x, notes = sections.images(at, now, chosen, entries, sets)
    except UserError as error:
        explore_controls.dragged(entries, sliders, frames)
        sections.problem(error, now, sets)
    else:
        frames = drag.asks(now, chosen, entries, x)
        explore_controls.dragged(entries, sliders, frames)
        sections.stage(at, now, chosen, entries, x, notes)

drag.ahead(frames)
inference.warm_up()
