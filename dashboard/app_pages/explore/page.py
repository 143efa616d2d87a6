"""Explore: real images through trained networks, with two sliders and the numbers they move."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.explore import busy, controls, drag, sections, view
from dashboard.components import address, inference, library, query, widgets
from dashboard.components.controls import problem
from dashboard.i18n import t
from dashboard.lessons import frame as lesson_frame
from dashboard.lessons import shelf

entries = library.entries()
sets = library.sets()
asked = address.arrived("explore")
if asked is not None:
    start = sections.first_view(entries, asked.get("run", ""))
    known = {"data": sets, "run": {e.id for e in entries}}
    wanted, ignored = query.from_address(start, asked, known)
    query.put("explore", wanted)
    st.session_state["explore_ignored"] = ignored

with st.container(horizontal=True, vertical_alignment="center", key="explore_lead"):
    st.html(f"<h1 class='ae-lead'>{t('explore.lead')}</h1>")
    if not address.framed().keys() & {"guide", "present"}:
        note, icon = t("explore.invite_help"), "play_circle"
        if widgets.button("explore.invite", icon, type="tertiary", help=note):
            lesson_frame.start(shelf.ORDER[0])
sections.notices(entries)

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
        frames = drag.asks(now, chosen, entries, shown.x)
        controls.dragged(entries, sliders, frames)
        sections.stage(at, now, chosen, entries, shown)

drag.ahead(frames)
inference.warm_up()
