"""All reports made before, by anybody on this machine: shown and deleted from here."""

from __future__ import annotations

import contextlib
from functools import partial

import streamlit as st

from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.report import store
from dashboard.app_pages.report import panel
from dashboard.components import job_panel, library, widgets
from dashboard.i18n import as_text, moment, number, t

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
            if _button(report, "report.show", "visibility"):
                st.session_state["report_shown"] = report.id
                st.rerun()
            idle = report.state() not in states.ACTIVE
            if idle and not widgets.exhibited() and _button(report, "report.delete", "delete"):
                question = t("report.delete_question", title=as_text(panel.title(report)))
                job_panel.confirm("report", question, partial(_delete, report))


def _button(report: store.Report, name: str, icon: str) -> bool:
    key = f"{name.replace('.', '_')}_{report.id}"
    return widgets.button(name, icon, type="tertiary", key=key)


def _delete(report: store.Report) -> None:
    report.remove()
    if st.session_state.get("report_shown") == report.id:
        st.session_state["report_shown"] = ""


def _line(report: store.Report) -> str:
    """Return title, day, networks, language and size of one report, or its state."""
    created, state = report.created(), report.state()
    parts = [moment(created)] if created else []
    try:
        order = report.order()
        parts += [t("report.networks", n=number(len(order.runs), 0)), as_text(order.language)]
    except UserError:
        pass
    if state == "finished":
        with contextlib.suppress(OSError):  # deleted in another window
            size = report.page_path.stat().st_size + report.notebook_path.stat().st_size
            parts.append(f"{number(size / MEGABYTE, 1)} MB")
    badge = "" if state == "finished" else f" {_badge(state)}"
    title = as_text(library.whose(report, panel.title(report)))
    return f"{title}{badge}  \n:small[{' · '.join(parts)}]"


def _badge(state: str) -> str:
    running = f":blue-badge[{t('report.running')}]"
    return running if state == "running" else job_panel.badge(state)
