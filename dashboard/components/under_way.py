"""The chip that says, on every page, that a training runs."""

from __future__ import annotations

import os

import streamlit as st

from ae_core import runs
from dashboard.components import job_panel, library
from dashboard.i18n import as_text, t

_POLL_S = 2 * float(os.environ.get("AE_POLL_SECONDS", "1"))


def chip(page) -> None:
    """Draw a link to the training that runs, if one does; it follows the training.

    Args:
        page: Train, as ``st.Page`` knows it.
    """
    # A place of its own, filled or not: what stands below is not moved, and drawn twice meanwhile.
    with st.container(key="under_way", width="content"):
        if runs.under_way():
            st.fragment(_chip, run_every=_POLL_S)(page)


def _chip(page) -> None:
    active = runs.under_way()
    if not active:
        st.rerun()
    run, status = active[0], active[0].status()
    title = as_text(library.title(run))
    epoch, epochs = (int(job_panel.number(status.get(k)) or 0) for k in ("epoch", "epochs"))
    label = t("job.under_way", title=title)
    if epoch:
        label = t("job.under_way_epoch", title=title, epoch=epoch, epochs=epochs)
    st.page_link(page, label=label, icon=":material/model_training:", query_params={"run": run.id})
