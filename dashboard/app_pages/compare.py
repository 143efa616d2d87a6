"""Compare: several networks side by side, their choices, curves, figures and pictures."""

import streamlit as st
from components import address, compare_charts, compare_parts, compare_view, engine, library
from i18n import t, translated

from ae_core.errors import UserError

st.html(f"<h1 class='ae-lead'>{t('compare.lead')}</h1>")
found = compare_view.all_runs()
asked = address.arrived("compare")
if asked is not None:
    wanted, ignored = compare_view.from_address(asked, found)
    compare_view.put(wanted)
    if ignored and found:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

if not found:
    address.show("compare", {})
    st.info(t("explore.no_networks"), icon=":material/model_training:")
    st.stop()

picked = compare_parts.table(found)
controls = st.container(key="compare_controls", horizontal=True, vertical_alignment="bottom")
with controls:
    compare_charts.controls()
now = compare_view.get()
address.show("compare", now.address())
if not picked:
    st.html(f"<p class='ae-note'>{t('compare.none')}</p>")
    st.stop()

compare_charts.curves(picked, now)
compare_parts.figures_table(picked)
try:
    compare_parts.pictures(picked, library.entries(), library.sets())
except UserError as error:
    st.error(translated(error), icon=":material/error:")
with st.expander(t("compare.how_title"), key="compare_how"):
    st.markdown(t("compare.how"))

engine.warm_up()
