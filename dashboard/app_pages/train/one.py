"""Train, one network: the form on the left, the training shown and the list on the right."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.jobs import states
from dashboard.app_pages.train import form, panel, run_table
from dashboard.components import address, library, widgets
from dashboard.i18n import t


def _under_way(found: dict[str, runs.Run]) -> str:
    """Return the own training that runs, the newest if several do; "" if none does."""
    own = [run for run in found.values() if not run.pretrained]
    return next((run.id for run in own if run.state() in states.ACTIVE), "")


def draw(left, right, sets: dict) -> None:
    """Draw both columns; the address names the training that is shown."""
    with left:
        form.form(sets)
    found = run_table.listed()
    shown = st.session_state.setdefault("train_run", _under_way(found))
    if shown not in found:
        st.session_state["train_run"] = ""
    address.show("train", {"run": shown} if shown in found else {})
    with right:
        if shown:  # one that is not there is said where it would stand
            panel.panel(shown)
        else:
            st.html(f"<p class='ae-note'>{t('train.choose' if found else 'train.empty')}</p>")
        if found:
            st.header(t("train.runs"), anchor=False)
            labels = {run.id: f"{library.title(run)} ({run.id})" for run in found.values()}
            labels = {"": t("train.none")} | labels
            widgets.followed("train.show", "train_run", list(labels), labels.get)
            run_table.table(found)
