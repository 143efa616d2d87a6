"""Latent space: where the codes of many images lie, and what lies between and around them."""

import streamlit as st
from components import address, engine, latent_parts, latent_tools, latent_view, library
from i18n import t

from ae_core import latent
from ae_core.errors import UserError

entries = [entry for entry in library.entries() if entry.code]
sets = library.sets()
asked = address.arrived("latent")
st.html(f"<h1 class='ae-lead'>{t('latent.lead')}</h1>")
if asked is not None:
    start = latent_view.first(entries)
    wanted, ignored = latent_view.from_address(asked, entries, sets, start)
    latent_view.put(wanted)
    if ignored and entries:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

if not entries:
    address.show("latent", {})
    st.info(t("latent.no_networks"), icon=":material/model_training:")
    if st.button(t("explore.train_it"), key="latent_train", icon=":material/model_training:"):
        st.switch_page("app_pages/train.py", query_params={"network": "conv", "code": "2"})
    st.stop()

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    found = latent_parts.controls(entries, sets)
now = latent_view.get()
with stage:
    try:
        sample = latent_parts.sample_of(found, now, sets)
        now = latent_parts.settle(sample)
        on = latent.plane(sample.y)
        latent_parts.head(found, sample, on, now)
        latent_parts.the_map(sample, on, now)
        latent_parts.chosen(found, sample, now)
        latent_tools.tools(found, sample, on, now)
    except UserError as error:
        latent_parts.problem(error, now, sets)
    with st.expander(t("latent.how_title"), key="latent_how"):
        st.markdown(t("latent.how"))
address.show("latent", latent_view.get().address())

engine.warm_up()
