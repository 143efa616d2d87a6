"""Compare: several networks side by side, their choices, curves, figures and images."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.compare import charts, sections, view
from dashboard.components import address, job_panel, library, query, warming, widgets
from dashboard.i18n import t

found = view.all_runs()
if query.arrive("compare", lambda asked: view.from_address(asked, found)):
    view.renew_table()

if not found:
    address.show("compare", {})
    st.info(t("explore.no_networks"), icon=":material/model_training:")
    st.stop()

picked = sections.table(found)
controls = st.container(key="compare_controls", horizontal=True, vertical_alignment="bottom")
with controls:
    charts.controls()
now = query.get("compare", view.View)
address.show("compare", query.address(now))
if not picked:
    st.html(f"<p class='ae-note'>{t('compare.none')}</p>")
    st.stop()

charts.curves(picked, now)
sections.figures_table(picked)
try:
    sections.pictures(picked, library.entries(), library.sets())
except UserError as error:
    job_panel.say(error)
widgets.explanation("compare.how")

warming.warm_up()
