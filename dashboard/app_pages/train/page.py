"""Train: choose, see what it will compress to, start, watch, stop, go on; one network or many."""

import streamlit as st

from ae_core import runs
from dashboard.app_pages.train import form, sweep_view, view
from dashboard.components import address, library
from dashboard.i18n import t, translated

ONE, MANY = "one", "many"

sets = library.sets()
asked = address.arrived("train")
if asked is not None:
    sweep_view.prefill(asked)
    one = {k: v for k, v in asked.items() if k not in ("run", "sweep")}
    ignored = form.prefill(one, sets)
    st.session_state["train_mode"] = MANY if "sweep" in asked else ONE
    if "run" in asked:
        st.session_state["train_run"] = asked["run"]
    if ignored:
        st.info(t("explore.ignored", names=", ".join(ignored)), icon=":material/link_off:")

st.html(f"<h1 class='ae-lead'>{t('train.lead')}</h1>")
for name, reason in runs.broken_runs():
    st.caption(t("run.broken", name=name[:80], reason=translated(reason)))

left, right = st.columns([0.215, 0.785], gap="medium")
with left:
    st.segmented_control(
        t("sweep.mode"),
        [ONE, MANY],
        format_func=lambda mode: t(f"sweep.mode_{mode}"),
        key="train_mode",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
many = st.session_state.get("train_mode") == MANY
(sweep_view if many else view).draw(left, right, sets)
