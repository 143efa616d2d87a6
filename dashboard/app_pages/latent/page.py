"""Latent space: where the codes of many images lie, and what lies between and around them."""

import streamlit as st

from ae_core.errors import UserError
from ae_core.evaluation import latent
from dashboard.app_pages.latent import sections, tools, view
from dashboard.components import address, controls, library, query, warming, widgets
from dashboard.i18n import t

entries = [entry for entry in library.entries() if entry.code]
sets = library.sets()
query.arrive("latent", lambda asked: view.from_address(asked, entries, sets))

if not entries:
    address.show("latent", {})
    st.info(t("latent.no_networks"), icon=":material/model_training:")
    if widgets.deed("explore.train_it", "model_training", key="latent_train"):
        st.switch_page("app_pages/train/page.py", query_params={"code": "2"})
    st.stop()

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    found = sections.controls(entries, sets)
now = query.get("latent", view.View)
with stage:
    try:
        sample = sections.sample_of(found, now, sets)
        now = sections.settle(sample)
        on = latent.plane(sample.y)
        sections.head(found, sample, on, now)
        sections.the_map(found, sample, on, now)
        sections.chosen(found, sample, now)
        tools.tools(found, sample, on, now, sets)
    except UserError as error:
        controls.problem(error, now.data, sets)
    widgets.explanation("latent.how")
address.show("latent", query.address(query.get("latent", view.View)))

warming.warm_up()
