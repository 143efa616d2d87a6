"""Denoise: images of a set through every denoiser, or a picture of the visitor's own through one."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.denoise import compute, curve, own, sections, view
from dashboard.components import address, controls, library, query, warming, widgets

entries = library.entries()
sets = library.sets()
denoisers = view.denoisers(entries)
known = [e for e in denoisers if e.data[-1] in sets]  # the others have no images here to clean
start = sections.first_view(entries, sets)
query.arrive("denoise", lambda asked: view.from_address(asked, start, known, sets))

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    widgets.switch("denoise.source", view.SOURCES)
if st.session_state["denoise_source"] == "own":
    address.show("denoise", query.address(query.get("denoise", view.View)))
    own.section(denoisers, left, stage)
else:
    with left:
        sections.controls(known, entries, sets)
    now = query.get("denoise", view.View)
    address.show("denoise", query.address(now))
    with stage:
        try:
            sections.stage(now, known, entries, sets)
        except UserError as error:
            controls.problem(error, now.data, sets)
        shape = library.shape_of(now.data)
        curve.curve(now, view.at_work(known, now, shape, compute.NETWORKS))
with stage:
    widgets.explanation("denoise.how")

warming.warm_up()
