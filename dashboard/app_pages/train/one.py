"""Train, one network: the form on the left, the training shown and the list on the right."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.errors import UserError
from dashboard.app_pages.train import form, panel, run_table
from dashboard.components import address, job_panel, library, widgets
from dashboard.i18n import t


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
                job_panel.say(error)
        if shown in ids:
            panel.panel(shown)
        elif not shown:
            st.html(f"<p class='ae-note'>{t('train.empty' if not ids else 'train.choose')}</p>")
        if ids:
            st.header(t("train.runs"), anchor=False)
            widgets.select("train.show", ["", *ids], _label, key="train_run")
            run_table.table()


def _label(run_id: str) -> str:
    return f"{library.title(runs.get(run_id))} ({run_id})" if run_id else t("train.none")
