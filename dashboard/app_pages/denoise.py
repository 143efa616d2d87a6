"""Denoise: the same noisy pictures through our networks and every classical denoiser."""

import streamlit as st
from components import (
    address,
    denoise_curve,
    denoise_live,
    denoise_parts,
    denoise_view,
    engine,
    library,
)
from i18n import t

from ae_core.errors import UserError

entries = library.entries()
sets = library.sets()
asked = address.arrived("denoise")
st.html(f"<h1 class='ae-lead'>{t('denoise.lead')}</h1>")
if asked is not None:
    start = denoise_parts.first_view(entries, sets)
    wanted, ignored = denoise_view.from_address(asked, sets, start)
    denoise_view.put(wanted)
    if ignored:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    denoise_parts.controls(entries, sets)
now = denoise_view.get()
address.show("denoise", now.address())
with stage:
    try:
        denoise_parts.stage(now, entries, sets)
    except UserError as error:
        denoise_parts.problem(error, now, sets)
    shape = library.shape_of(now.data)
    denoise_curve.curve(now, denoise_live.networks(entries, now.data, shape, now.level))
    with st.expander(t("denoise.how_title"), key="denoise_how"):
        st.markdown(t("denoise.how"))

engine.warm_up()
