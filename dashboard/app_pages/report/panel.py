"""One report: how far it is; then its files, and the page itself."""

from __future__ import annotations

import math
import os
import time

import streamlit as st

from ae_core import files
from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.report import store
from ae_core.report.wording import Words
from dashboard.components import figures, job_state
from dashboard.i18n import number, plain, t, translated

POLL_S = float(os.environ.get("AE_POLL_SECONDS", "1"))
HEIGHT = 760  # pixels of the page that are seen at once
KILO = 1000


def panel(name: str) -> None:
    """Draw the report ``name``; while it is being made, look again every second."""
    try:
        active = store.get(name).state() in states.ACTIVE
    except UserError as error:
        st.error(translated(error), icon=":material/error:")
        return
    st.fragment(_panel, run_every=POLL_S if active else None)(name, active)


def title(report: store.Report) -> str:
    """Return what a report is called: the title asked for, or the usual one of its language."""
    try:
        order = report.order()
    except UserError:
        return report.id
    return order.title or Words(order.language)("title")


def confirm_delete(name: str) -> None:
    """Ask a second time, then delete."""

    @st.dialog(t("report.delete_title"))
    def ask() -> None:
        report = store.Report(store.reports_dir() / name)
        st.markdown(t("report.delete_question", title=plain(title(report))))
        if st.button(t("job.delete_yes"), type="primary", key="report_delete_yes"):
            try:
                report.remove()
            except UserError as error:
                st.error(translated(error))
                return
            if st.session_state.get("report_shown") == name:
                st.session_state["report_shown"] = ""
            st.rerun()

    ask()


def _panel(name: str, was_active: bool) -> None:
    try:
        report = store.get(name)
    except UserError as error:
        st.error(translated(error), icon=":material/error:")
        return
    state, status = report.state(), report.status()
    if was_active and state not in states.ACTIVE:
        st.rerun()  # the list and this panel's timer change with it
    st.header(plain(title(report)), anchor=False)
    if state in states.ACTIVE:
        _progress(report, state, status)
    elif state == "finished":
        _files(report)
    else:
        st.markdown(job_state.badge(state))
        _ended(report, state)


def _progress(report: store.Report, state: str, status: dict) -> None:
    fraction = _finite(status.get("fraction")) or 0.0
    doing = str(status.get("doing") or "")
    known = {"": "starting", "preparing": "starting", "writing": "writing", "done": "writing"}
    text = t(f"report.{known[doing]}") if doing in known else t("report.doing", part=doing)
    if state == "queued" and status.get("pid") is not None:
        text = t("report.waiting")
    if state == "cancelling":
        text = t("report.stopping")
    st.progress(min(max(fraction, 0.0), 1.0), text=text)
    started, rest = _finite(status.get("started")), _finite(status.get("eta_seconds"))
    items = []
    if started is not None:
        items.append((t("job.elapsed"), _clock(time.time() - started)))
    if rest is not None and state == "running":
        items.append((t("job.eta"), _clock(rest)))
    if items:
        st.html(figures.facts(items))
    st.caption(t("report.close"))
    if state != "cancelling" and st.button(
        t("job.cancel"), icon=":material/stop:", key="report_cancel"
    ):
        try:
            report.cancel()
        except UserError as error:
            st.error(translated(error))
            return
        st.rerun()


def _ended(report: store.Report, state: str) -> None:
    if state == "cancelled":
        st.caption(t("report.cancelled"))
        return
    st.error(translated(report.message()), icon=":material/error:")
    if said := report.tail():
        with st.expander(t("report.log"), key="report_log"):
            st.code(said, language=None, wrap_lines=True)


def _files(report: store.Report) -> None:
    page, notebook = report.page_path.read_bytes(), report.notebook_path.read_bytes()
    stem = _stem(report)
    with st.container(horizontal=True, vertical_alignment="center", key="report_files"):
        st.download_button(
            t("report.get_page"),
            page,
            f"{stem}.html",
            "text/html",
            key="report_get_page",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        st.download_button(
            t("report.get_notebook"),
            notebook,
            f"{stem}.ipynb",
            "application/x-ipynb+json",
            key="report_get_notebook",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            t(
                "report.sizes",
                page=number(len(page) / KILO, 0),
                notebook=number(len(notebook) / KILO, 0),
            )
        )
    # The page forbids scripts in itself; it is shown as it will be read.
    st.iframe(page.decode("utf-8"), height=HEIGHT, alt=t("report.preview", title=title(report)))
    st.caption(t("report.rerun"))


def _stem(report: store.Report) -> str:
    """Return the beginning of both files' names, in plain ASCII."""
    created = report.created()
    day = f"_{created.astimezone():%Y-%m-%d}" if created else ""
    try:
        language = f"_{report.order().language}"
    except UserError:
        language = ""
    return files.slug(f"{title(report)[:60].lower()}{language}{day}")


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d} min"


def _finite(value: object) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None
