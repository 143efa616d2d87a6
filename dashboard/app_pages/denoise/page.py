"""Denoise: the same noisy pictures through our networks and every classical denoiser."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.denoise import compute, curve, sections, view
from dashboard.components import address, inference, library
from dashboard.i18n import t

entries = library.entries()
sets = library.sets()
asked = address.arrived("denoise")
st.html(f"<h1 class='ae-lead'>{t('denoise.lead')}</h1>")
if asked is not None:
    start = sections.first_view(entries, sets)
    wanted, ignored = view.from_address(asked, sets, start)
    view.put(wanted)
    if ignored:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    sections.controls(entries, sets)
now = view.get()
address.show("denoise", now.address())
with stage:
    try:
        sections.stage(now, entries, sets)
    except UserError as error:
        sections.problem(error, now, sets)
    shape = library.shape_of(now.data)
    curve.curve(now, compute.networks(entries, now.data, shape, now.level))
    with st.expander(t("denoise.how_title"), key="denoise_how"):
        st.markdown(t("denoise.how"))

inference.warm_up()
