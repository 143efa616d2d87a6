"""Train, one network: the form on the left, the training shown and the list on the right."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.errors import UserError
from dashboard.app_pages.train import form, job_panel, run_table
from dashboard.components import address, library
from dashboard.i18n import t, translated


def draw(left, right, sets: dict) -> None:
    """Draw both columns; the address names the training that is shown."""
    with left:
        form.form(sets)
    ids = run_table.options()
    shown = st.session_state.setdefault("train_run", "")
    if shown and shown not in ids:
        st.session_state["train_run"] = ""
    address.show("train", {"run": shown} if shown in ids else {})
    with right:
        if shown and shown not in ids:
            try:
                runs.get(shown)
            except UserError as error:
                st.error(translated(error), icon=":material/error:")
        if shown in ids:
            job_panel.panel(shown)
        elif not shown:
            st.html(f"<p class='ae-note'>{t('train.empty' if not ids else 'train.choose')}</p>")
        if ids:
            st.header(t("train.runs"), anchor=False)
            st.selectbox(
                t("train.show"),
                ["", *ids],
                format_func=_label,
                key="train_run",
                persist_state="session",
            )
            run_table.table()


def _label(run_id: str) -> str:
    return f"{library.title(runs.get(run_id))} ({run_id})" if run_id else t("train.none")
