"""What is said of damaged run folders, wherever runs are listed."""

from __future__ import annotations

import streamlit as st

from ae_core import runs
from dashboard.i18n import as_text, spoken, t

_SHOWN = 3  # more are folded away


def notes() -> None:
    """Say quietly which runs are left out, and which are used without a damaged file, and why."""
    left_out = [("run.broken", *found) for found in runs.broken_runs()]
    lines = [
        t(key, name=as_text(name[:80]), reason=spoken(reason))
        for key, name, reason in [*left_out, *(("run.damaged", *found) for found in runs.damaged())]
    ]
    for line in lines[:_SHOWN]:
        st.caption(line)
    if rest := lines[_SHOWN:]:
        with st.expander(t("run.more_damaged", n=len(rest)), key="runs_damaged"):
            st.markdown("\n".join(f"- {line}" for line in rest))
