"""Explore: real images through trained networks, with two sliders and the numbers they move."""

from dataclasses import replace

import streamlit as st

from dashboard.app_pages.explore import body, sections
from dashboard.components import address, job_panel, library, query, warming

entries = library.entries()
sets = library.sets()
asked = address.arrived("explore")
if asked is not None:
    start = sections.first_view(entries, asked.get("run", ""))
    known = {"data": sets, "run": {e.id for e in entries}}
    wanted, ignored = query.from_address(start, asked, known)
    if wanted.run and not sections.fits(entries, wanted):
        wanted, ignored = replace(wanted, run=""), [*ignored, "run"]
    query.put("explore", wanted)
    st.session_state["explore_ignored"] = (ignored, asked)

sections.notices(entries)
damaged = st.container()

body.body(entries, sets)
warming.warm_up()
with damaged:
    job_panel.damage()
