"""What a report shall be: networks, language, author, title, test images."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.report import DEFAULT_RUNS, Order, worker
from ae_core.report.request import command
from ae_core.runs import naming
from dashboard import i18n
from dashboard.components import job_panel, library, widgets
from dashboard.i18n import LANGUAGES, as_text, t

DATA = ("drawn", "real")
MOST = 200  # letters of author and title


@st.fragment
def form() -> None:
    """Draw the form; its button starts a worker and shows its report."""
    titles = _titles()
    if not titles:
        st.info(t("report.no_runs"), icon=":material/hourglass_empty:")
        return
    _keep_sane(titles)
    about = {"help": t("report.runs_help"), "placeholder": t("report.runs_placeholder")}
    widgets.several("report.runs", titles, titles.get, **about)
    widgets.switch("app.language", LANGUAGES, LANGUAGES.get, key="report_language")
    widgets.text("report.author", max_chars=MOST)
    widgets.text("report.name", key="report_title", max_chars=MOST)
    widgets.switch("report.data", DATA, help=t("report.data_help"))
    _missing()
    chosen = tuple(st.session_state["report_runs"])
    if not chosen:
        st.caption(t("report.choose"))
    how = {"type": "primary", "width": "stretch", "disabled": not chosen}
    if widgets.deed("report.make", "description", **how):
        job_panel.attempt(_start, _order(chosen))
    st.caption(t("report.takes"))
    if chosen:
        with st.expander(t("report.command"), key="report_command"):
            st.code(command(_order(chosen)), language=None, wrap_lines=True)


def _order(chosen: tuple[str, ...]) -> Order:
    state = st.session_state
    return Order(
        chosen,
        state["report_language"],
        state["report_author"].strip(),
        state["report_title"].strip(),
        state["report_data"],
    )


def _start(order: Order) -> None:
    st.session_state["report_shown"] = worker.start(order).id


def _titles() -> dict[str, str]:
    """Return the networks that can be reported: own ones, the course's, then the others."""
    usable = [run for run in runs.list_runs() if library.usable(run)]
    found = {run.id: library.title(run) for run in usable}
    own = [run.id for run in usable if not run.pretrained]
    order = [*own, *(name for name in DEFAULT_RUNS if name in found), *found]
    return naming.apart({name: found[name] for name in dict.fromkeys(order)})


def _keep_sane(titles: dict[str, str]) -> None:
    """Give first choices, and drop what is no longer there; before the widgets are drawn."""
    state = st.session_state
    usual = [name for name in DEFAULT_RUNS if name in titles] or list(titles)[:1]
    start = {"language": i18n.language(), "author": "", "title": "", "data": DATA[0]}
    for name, value in start.items():
        state.setdefault(f"report_{name}", value)
    kept = state.get("report_runs", usual)
    state["report_runs"] = [name for name in kept if name in titles]


def _missing() -> None:
    if st.session_state["report_data"] != "real":
        return
    missing = [
        library.set_label(name)
        for name, (info, state) in library.sets().items()
        if info.kind == "download" and state == "missing"
    ]
    if missing:
        st.caption(t("report.missing", names=as_text(", ".join(missing))))
