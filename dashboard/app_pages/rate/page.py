"""Rate and quality: how few bytes an image needs, by our codec and by the world's."""

import streamlit as st

from ae_core import runs
from ae_core.evaluation import photographs, rate_jobs, rate_points
from ae_core.runs import tables
from dashboard.app_pages.rate import costs, measure, pictures, sections, view
from dashboard.components import address, library, query, warming, widgets
from dashboard.i18n import spoken

every = runs.list_runs()
found, problems = tables.every([*rate_jobs.listed(), *every, photographs.measured()], tables.RATE)
found = rate_points.added(found, every)
sets = library.sets()
missing = {name for name, (_, state) in sets.items() if state == "missing"}
found.sort(key=lambda table: table.data in missing)  # first those whose images can be shown
for problem in problems:
    st.warning(spoken(problem), icon=":material/error:")

query.arrive("rate", lambda asked: view.from_address(asked, found))

if not found:
    address.show("rate", {})
    measure.follow()
    sections.empty()
    measure.form(expanded=True)
    warming.warm_up()
    st.stop()

st.session_state["rate_tables"] = found
entries = library.entries()
left, stage = st.columns([0.215, 0.785], gap="medium")
with stage:
    measure.follow()
with left:
    table = sections.controls(found)
    measure.form(expanded=False)
now = query.get("rate", view.View)
address.show("rate", now.address(table))
with stage:
    rows = pictures.chosen(table, now)
    come = table.run_id != photographs.ID  # photographs do not come with the program
    sections.head(table, now)
    sections.plot(table, now, rows, images_follow=come)
    if come:
        pictures.pictures(table, now, rows, entries)
        pictures.goal(table)
    else:
        costs.costs(table, now)
    widgets.explanation("rate.how")

warming.warm_up()
