"""Rate and quality: how few bytes a picture needs, by our codec and by the world's."""

import streamlit as st

from dashboard.app_pages.rate import pictures, sections, view
from dashboard.app_pages.rate import table as rate_table
from dashboard.components import address, inference, library, measured
from dashboard.i18n import t

st.html(f"<h1 class='ae-lead'>{t('rate.lead')}</h1>")
tables, troubles = measured.read(measured.RATE, rate_table.NEEDED)
sets = library.sets()
missing = {name for name, (_, state) in sets.items() if state == "missing"}
tables.sort(key=lambda table: table.data in missing)  # first those whose pictures can be shown
for sentence in troubles:
    st.warning(sentence, icon=":material/error:")

asked = address.arrived("rate")
if asked is not None:
    wanted, ignored = view.from_address(asked, tables)
    view.put(wanted)
    if ignored and tables:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")

if not tables:
    address.show("rate", {})
    sections.empty()
    st.stop()

st.session_state["rate_tables"] = tables
entries = library.entries()
left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    table = sections.controls(tables)
now = view.get()
address.show("rate", now.address(table))
with stage:
    rows = pictures.chosen(table, now)
    sections.head(table, now)
    sections.chart(table, now, rows)
    pictures.pictures(table, now, rows, entries)
    pictures.goal(table, now)
    with st.expander(t("rate.how_title"), key="rate_how"):
        st.markdown(t("rate.how"))

inference.warm_up()
