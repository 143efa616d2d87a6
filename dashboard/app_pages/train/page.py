"""Train: choose, see what it will compress to, start, watch, stop, go on; one network or many."""

import streamlit as st

from dashboard.app_pages.train import many, one, view
from dashboard.components import address, job_panel, library, query, widgets

sets = library.sets()
asked = address.arrived("train")
if asked is not None:
    query.note("train", view.take(asked, sets), asked)

damaged = st.container()

left, right = st.columns([0.215, 0.785], gap="medium")
with left:
    widgets.switch(
        "sweep.mode", [view.ONE, view.MANY], key="train_mode", label_visibility="collapsed"
    )
(many if st.session_state["train_mode"] == view.MANY else one).draw(left, right, sets)
with damaged:
    job_panel.damage()
