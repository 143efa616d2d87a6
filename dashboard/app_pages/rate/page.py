"""Rate and quality: how few bytes an image needs, by our codec and by the world's."""

import streamlit as st

from ae_core import runs
from ae_core.runs import tables
from dashboard.app_pages.rate import pictures, sections, view
from dashboard.components import address, inference, library, query, widgets
from dashboard.i18n import t, translated

st.html(f"<h1 class='ae-lead'>{t('rate.lead')}</h1>")
found, problems = tables.every(runs.list_runs(), tables.RATE)
sets = library.sets()
missing = {name for name, (_, state) in sets.items() if state == "missing"}
found.sort(key=lambda table: table.data in missing)  # first those whose images can be shown
for problem in problems:
    st.warning(translated(problem), icon=":material/error:")

query.arrive("rate", lambda asked: view.from_address(asked, found))

if not found:
    address.show("rate", {})
    sections.empty()
    st.stop()

st.session_state["rate_tables"] = found
entries = library.entries()
left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    table = sections.controls(found)
now = query.get("rate", view.View)
address.show("rate", now.address(table))
with stage:
    rows = pictures.chosen(table, now)
    sections.head(table, now)
    sections.plot(table, now, rows)
    pictures.pictures(table, now, rows, entries)
    pictures.goal(table)
    widgets.explanation("rate.how")

inference.warm_up()
