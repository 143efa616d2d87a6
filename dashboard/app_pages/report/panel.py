"""One report: how far it is; then its files, and the page itself."""

from __future__ import annotations

import time

import streamlit as st

from ae_core import files
from ae_core.errors import UserError
from ae_core.files.reading import contents
from ae_core.jobs import states
from ae_core.report import store
from ae_core.report.wording import Words
from dashboard.app_pages.report import observed
from dashboard.components import figures, job_panel, widgets
from dashboard.i18n import as_text, number, t

HEIGHT = 760  # pixels of the page that are seen at once
MOST = 256 << 20  # bytes of a file
KILO = 1000


def panel(name: str) -> None:
    """Draw the report ``name``."""
    job_panel.panel(lambda: store.get(name), _panel)


def title(report: store.Report) -> str:
    """Return what a report is called: the title asked for, or the usual one of its language."""
    try:
        order = report.order()
    except UserError:
        return report.id
    return order.title or Words(order.language)("title")


def _panel(report: store.Report, state: str) -> None:
    st.header(as_text(title(report)), anchor=False)
    if state in states.ACTIVE:
        _progress(report, state, report.status())
    elif state == "finished":
        _files(report)
    else:
        st.markdown(job_panel.badge(state))
        _ended(report, state)


def _progress(report: store.Report, state: str, status: dict) -> None:
    names = ("fraction", "started", "eta_seconds")
    fraction, started, rest = (job_panel.number(status.get(name)) for name in names)
    doing = str(status.get("doing") or "")
    known = {"": "starting", "preparing": "starting", "writing": "writing", "done": "writing"}
    text = t(f"report.{known[doing]}") if doing in known else t("report.doing", part=as_text(doing))
    if state == "queued" and status.get("pid") is not None:
        text = t("report.waiting")
    if state == "cancelling":
        text = t("report.stopping")
    st.progress(job_panel.share(fraction or 0.0), text=text)
    items = []
    if started is not None:
        items.append((t("job.elapsed"), figures.duration(time.time() - started)))
    if rest is not None and state == "running":
        items.append((t("job.eta"), figures.duration(rest)))
    if items:
        st.html(figures.facts(items))
    st.caption(t("report.close"))
    if state != "cancelling" and widgets.deed("job.cancel", "stop", key="report_cancel"):
        job_panel.attempt(report.cancel)


def _ended(report: store.Report, state: str) -> None:
    if state == "cancelled":
        st.caption(t("report.cancelled"))
        return
    job_panel.say(report.message())
    job_panel.log("report", report)


def _files(report: store.Report) -> None:
    try:
        page, notebook = (contents(path, MOST) for path in (report.page_path, report.notebook_path))
    except FileNotFoundError:  # deleted in another window
        st.rerun()
    stem = _stem(report)
    with st.container(horizontal=True, vertical_alignment="center", key="report_files"):
        widgets.download("report.get_page", page, f"{stem}.html", "text/html", type="primary")
        kind = "application/x-ipynb+json"
        widgets.download("report.get_notebook", notebook, f"{stem}.ipynb", kind)
        sizes = {"page": len(page), "notebook": len(notebook)}
        st.caption(t("report.sizes", **{k: number(n / KILO, 0) for k, n in sizes.items()}))
    if seen := observed.sentence(report):
        st.markdown(seen)
    # The page forbids scripts in itself; it is shown as it will be read.
    st.iframe(
        page.decode("utf-8", "replace"), height=HEIGHT, alt=t("report.preview", title=title(report))
    )
    st.caption(t("report.rerun"))


def _stem(report: store.Report) -> str:
    """Return the beginning of both files' names, in plain ASCII."""
    created = report.created()
    day = f"_{created:%Y-%m-%d}" if created else ""
    try:
        language = f"_{report.order().language}"
    except UserError:
        language = ""
    return files.slug(f"{title(report)[:60].lower()}{language}{day}")
