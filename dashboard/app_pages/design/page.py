"""Design: layers as rows, the network they make drawn to scale, its program, and on to Train."""

import streamlit as st

from dashboard.app_pages.design import editor, importing, sections, view
from dashboard.components import address, library, query
from dashboard.i18n import t

sets = library.sets()
asked = address.arrived("design")
if asked is not None:
    query.note("design", view.arrive(asked, sets), asked)

now = view.now(sets)
address.show("design", query.address(now))
missing = sections.choices(now, sets)
plan = view.plan()
marked = sections.diagram(plan)
sections.sums(plan)
sections.training(now, missing)
editor.draw(plan, marked)
sections.line(now)
sections.program(now, plan)
importing.section(sets)
with st.expander(t("design.how_title"), key="design_how"):
    st.markdown(t("design.how"))
