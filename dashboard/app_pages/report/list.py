"""All reports made before, by anybody on this machine: shown and deleted from here."""

from __future__ import annotations

import streamlit as st

from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.report import store
from dashboard.app_pages.report import panel
from dashboard.components import job_state
from dashboard.i18n import moment, number, plain, t

LOOK_S = 3.0  # another window may have asked for one
MEGABYTE = 1e6


def made() -> None:
    """Draw the list of reports, the newest first; it follows what other windows do."""
    st.fragment(_made, run_every=LOOK_S)()


def _made() -> None:
    found = store.list_reports()
    if not found:
        return
    st.header(t("report.made"), anchor=False)
    for report in found:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"report_row_{report.id}"
        ):
            st.markdown(_line(report), width="stretch")
            _button(report, "show", "visibility", _show)
            if report.state() not in states.ACTIVE:
                _button(report, "delete", "delete", panel.confirm_delete)


def _button(report: store.Report, name: str, icon: str, action) -> None:
    if st.button(
        t(f"report.{name}"),
        icon=f":material/{icon}:",
        type="tertiary",
        key=f"report_{name}_{report.id}",
    ):
        action(report.id)


def _show(name: str) -> None:
    st.session_state["report_shown"] = name
    st.rerun()


def _line(report: store.Report) -> str:
    """Return title, day, networks, language and size of one report, or its state."""
    created, state = report.created(), report.state()
    parts = [moment(created)] if created else []
    try:
        order = report.order()
        parts += [t("report.networks", n=number(len(order.runs), 0)), order.language]
    except UserError:
        pass
    if state == "finished":
        size = report.page_path.stat().st_size + report.notebook_path.stat().st_size
        parts.append(f"{number(size / MEGABYTE, 1)} MB")
    badge = "" if state == "finished" else f" {_badge(state)}"
    return f"{plain(panel.title(report))}{badge}  \n:small[{' · '.join(parts)}]"


def _badge(state: str) -> str:
    running = f":blue-badge[{t('report.running')}]"
    return running if state == "running" else job_state.badge(state)
