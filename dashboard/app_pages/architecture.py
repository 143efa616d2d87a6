"""Architecture: a network drawn to scale, and what each of its layers makes of a picture."""

import streamlit as st
from components import address, arch_parts, arch_view, engine, library
from i18n import t, translated

from ae_core.errors import UserError

st.html(f"<h1 class='ae-lead'>{t('arch.lead')}</h1>")
entries = arch_view.entries()
asked = address.arrived("architecture")
if asked is not None:
    wanted, ignored = arch_view.from_address(asked, entries)
    arch_view.put(wanted)
    if ignored and entries:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

if not entries:
    address.show("architecture", {})
    st.info(t("explore.no_networks"), icon=":material/model_training:")
    st.stop()

found, tools = arch_parts.choose(entries)
try:
    drawn = arch_view.drawn(found.id)
except UserError as error:
    address.show("architecture", {"run": found.id})
    st.error(translated(error), icon=":material/error:")
    st.stop()

layers = drawn.layers
with tools:
    arch_parts.band(drawn)
    arch_parts.downloads(found)
now = arch_view.get(drawn)
arch_parts.head(found, drawn)
arch_parts.drawing(found, layers, now)
picked = st.container(key="arch_picked")
now = arch_view.get(drawn)
address.show("architecture", now.address())
with picked:
    try:
        arch_parts.layer(found, layers, now, library.entries())
    except UserError as error:
        st.error(translated(error), icon=":material/error:")
arch_parts.table(layers)
with st.expander(t("arch.how_title"), key="arch_how"):
    st.markdown(t("arch.how"))

engine.warm_up()
