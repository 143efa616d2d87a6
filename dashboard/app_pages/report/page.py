"""Report: choose networks, have a notebook and a page written on them, take both home."""

import streamlit as st

from ae_core.report import store
from dashboard.app_pages.report import form, list, panel
from dashboard.components import address
from dashboard.i18n import t

asked = address.arrived("report")
if asked is not None:
    if "report" in asked:
        st.session_state["report_shown"] = asked["report"]
    if ignored := [name for name in asked if name != "report" and not name.startswith("embed")]:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

st.html(f"<h1 class='ae-lead'>{t('report.lead')}</h1>")
made = [report.id for report in store.list_reports()]
shown = st.session_state.setdefault("report_shown", "") or (made[0] if made else "")
address.show("report", {"report": shown} if shown in made else {})

left, right = st.columns([0.29, 0.71], gap="medium")
with left:
    form.form()
with right:
    if shown:
        panel.panel(shown)
    else:
        st.html(f"<p class='ae-note'>{t('report.empty')}</p>")
    list.shelf()
