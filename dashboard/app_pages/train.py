"""Train: choose, see what it will compress to, start, watch, stop, go on."""

import streamlit as st
from components import address, job_panel, library, run_table, train_form
from i18n import t

from ae_core import runs
from ae_core.errors import UserError

sets = library.sets()
asked = address.arrived("train")
if asked is not None:
    ignored = train_form.prefill({k: v for k, v in asked.items() if k != "run"}, sets)
    if "run" in asked:
        st.session_state["train_run"] = asked["run"]
    if ignored:
        st.info(t("explore.ignored", names=", ".join(ignored)), icon=":material/link_off:")

st.html(f"<h1 class='ae-lead'>{t('train.lead')}</h1>")
for name, reason in runs.broken_runs():
    st.caption(t("run.broken", name=name[:80], reason=reason))

left, right = st.columns([0.215, 0.785], gap="medium")
with left:
    train_form.form(sets)

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
            st.error(str(error), icon=":material/error:")
    if shown in ids:
        job_panel.panel(shown)
    elif not shown:
        st.html(f"<p class='ae-note'>{t('train.empty' if not ids else 'train.choose')}</p>")
    if ids:
        st.subheader(t("train.runs"), anchor=False)
        st.selectbox(
            t("train.show"),
            ["", *ids],
            format_func=lambda i: runs.get(i).title + f" ({i})" if i else t("train.none"),
            key="train_run",
            persist_state="session",
        )
        run_table.table()
