"""What a report shall be: networks, language, author, title, test images."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.errors import UserError
from ae_core.report import DEFAULT_RUNS, Order, worker
from ae_core.report.request import command
from dashboard import i18n
from dashboard.components import library
from dashboard.i18n import LANGUAGES, t, translated

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
    st.multiselect(
        t("report.runs"),
        titles,
        format_func=titles.get,
        key="report_runs",
        placeholder=t("report.runs_placeholder"),
        help=t("report.runs_help"),
        persist_state="session",
    )
    st.segmented_control(
        t("app.language"),
        LANGUAGES,
        format_func=LANGUAGES.get,
        key="report_language",
        required=True,
        persist_state="session",
    )
    st.text_input(
        t("report.author"),
        key="report_author",
        max_chars=MOST,
        persist_state="session",
        placeholder=t("report.author_placeholder"),
    )
    st.text_input(
        t("report.name"),
        key="report_title",
        max_chars=MOST,
        persist_state="session",
        placeholder=t("report.name_placeholder"),
    )
    st.segmented_control(
        t("report.data"),
        DATA,
        format_func=lambda d: t(f"report.data_{d}"),
        key="report_data",
        required=True,
        help=t("report.data_help"),
        persist_state="session",
    )
    _missing()
    chosen = tuple(st.session_state["report_runs"])
    if not chosen:
        st.caption(t("report.choose"))
    if st.button(
        t("report.make"),
        type="primary",
        icon=":material/description:",
        key="report_make",
        width="stretch",
        disabled=not chosen,
    ):
        _start(_order(chosen))
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
    try:
        report = worker.start(order)
    except UserError as error:
        st.error(translated(error), icon=":material/error:")
        return
    st.session_state["report_shown"] = report.id
    st.rerun()


def _titles() -> dict[str, str]:
    """Return the networks that can be reported: the course's first, then the others."""
    found = {}
    for run in runs.list_runs():
        try:
            if library.usable(run):
                found[run.id] = library.title(run)
        except (UserError, OSError):
            continue
    order = [*(name for name in DEFAULT_RUNS if name in found), *found]
    twice = {title for title in found.values() if list(found.values()).count(title) > 1}
    return {
        name: f"{found[name]} ({name})" if found[name] in twice else found[name]
        for name in dict.fromkeys(order)
    }


def _keep_sane(titles: dict[str, str]) -> None:
    """Give first choices, and drop what is no longer there; before the widgets are drawn."""
    state = st.session_state
    usual = [name for name in DEFAULT_RUNS if name in titles] or list(titles)[:1]
    state.setdefault("report_language", i18n.language())
    state.setdefault("report_author", "")
    state.setdefault("report_title", "")
    state.setdefault("report_data", DATA[0])
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
        st.caption(t("report.missing", names=", ".join(missing)))
