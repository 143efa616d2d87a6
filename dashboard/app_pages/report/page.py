"""Report: choose networks, have a notebook and a page written on them, take both home."""

import streamlit as st

from ae_core.report import store
from dashboard.app_pages.report import form, list, panel
from dashboard.app_pages.report.view import View
from dashboard.components import address, query
from dashboard.i18n import t

before = query.get("report", View)
query.arrive("report", lambda asked: query.from_address(before, asked))
made = [report.id for report in store.list_reports()]
shown = st.session_state.setdefault("report_shown", "") or (made[0] if made else "")
address.show("report", query.address(View(shown)) if shown in made else {})

left, right = st.columns([0.29, 0.71], gap="medium")
with left:
    form.form()
with right:
    if shown:
        panel.panel(shown)
    else:
        st.html(f"<p class='ae-note'>{t('report.empty')}</p>")
    list.made()
