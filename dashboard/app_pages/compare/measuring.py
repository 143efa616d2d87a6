"""A run without figures on test images: how far its measurement is, the button that starts it."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from ae_core.evaluation import job
from ae_core.evaluation.job import Measurement
from ae_core.jobs.states import ACTIVE
from dashboard.components import job_panel, library, widgets
from dashboard.i18n import as_text, spoken, t


def panel(run: runs.Run) -> None:
    """Draw what there is to say and to do about one such run."""
    title = as_text(library.title(run))
    if run.state() in ACTIVE:
        st.caption(t("compare.in_training", title=title))
        return
    if not library.usable(run):
        st.caption(t("compare.no_network", title=title))
        return
    if job.of(run).state() in ACTIVE:
        job_panel.panel(lambda: job.of(run), lambda found, state: _progress(found, state, title))
        return
    reason = job.of(run).message() or run.status().get("unmeasured")
    if reason:
        st.warning(
            t("compare.unmeasured", title=title, reason=spoken(reason)),
            icon=":material/error:",
        )
    label, key = t("compare.measure", title=title), f"compare_measure_{run.id}"
    if widgets.deed(key, "straighten", label=label, key=key):
        job_panel.attempt(job.start, run)


def _progress(found: Measurement, state: str, title: str) -> None:
    if state not in ACTIVE:
        return
    done = job_panel.number(found.status().get("done")) or 0.0
    with st.container(horizontal=True, vertical_alignment="center", key=f"compare_at_{found.run}"):
        words = "compare.measure_waits" if state == "queued" else "compare.measuring"
        st.progress(job_panel.share(done), text=t(words, title=title), width="stretch")
        if state == "cancelling":
            st.caption(t("job.stopping"))
        elif widgets.deed("job.cancel", "stop", key=f"compare_cancel_{found.run}"):
            job_panel.attempt(found.cancel)
