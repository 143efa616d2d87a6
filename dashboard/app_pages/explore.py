"""Explore: real images through trained networks, with two sliders and the numbers they move."""

import streamlit as st
from components import address, engine, explore_controls, explore_parts, library, view
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

st.html(f"<h1 class='ae-lead'>{t('explore.lead')}</h1>")
explore_parts.notices(entries)

controls, stage = st.columns([0.215, 0.785], gap="medium")
with controls:
    explore_controls.controls(entries, sets)
now = view.get()
address.show("explore", now.address())
chosen = explore_parts.chosen(entries, sets, now)
with stage:
    try:
        explore_parts.stage(now, chosen, entries, sets)
    except UserError as error:
        explore_parts.problem(error, now, sets)

engine.warm_up()
