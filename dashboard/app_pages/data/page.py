"""Data: the sets of images, what is in them, where they come from, and the visitor's own."""

import streamlit as st

from dashboard.app_pages.data import import_form, sections
from dashboard.app_pages.data.view import View
from dashboard.components import address, library, query, widgets

sets = library.sets()
before = query.get("data", View)
query.arrive("data", lambda asked: query.from_address(before, asked, {"data": sets}))
if (wanted := st.session_state.pop("data_wanted", None)) in sets:
    st.session_state["data_name"] = wanted

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    name = sections.choice(library.entries(), sets)
address.show("data", query.address(View(name)))
with stage:
    if not widgets.exhibited():
        import_form.form()
    sections.stage(*sets[name])
