"""Train, many at once: the form on the left, the matrix of the series shown on the right."""

from __future__ import annotations

import streamlit as st

from ae_core.training.sweeps import store
from dashboard.app_pages.train import sweep_form, sweep_panel
from dashboard.components import address, library, widgets
from dashboard.i18n import t


def draw(left, right, sets: dict) -> None:
    """Draw both columns; the address names the sweep that is shown."""
    with left:
        sweep_form.draw(sets)
    labels = {sweep.id: library.whose(sweep, sweep.id) for sweep in store.list_sweeps()}
    names = list(labels)
    shown = st.session_state.setdefault("sweep_shown", "")
    wrong = "" if shown in names else shown
    if shown not in names:
        shown = st.session_state["sweep_shown"] = names[0] if names else ""
    address.show("train", {"sweep": shown})
    with right:
        if wrong:  # said where it would stand
            sweep_panel.panel(wrong)
        if not names:
            st.html(f"<p class='ae-note'>{t('sweep.empty')}</p>")
            return
        if len(names) > 1:
            widgets.followed("sweep.show", "sweep_shown", names, labels.get)
        sweep_panel.panel(shown)
