"""Data: the sets of pictures, what is in them, where they come from, and the visitor's own."""

import streamlit as st

from dashboard.app_pages.data import import_form, sections
from dashboard.components import address, library
from dashboard.i18n import t

sets = library.sets()
asked = address.arrived("data")
st.html(f"<h1 class='ae-lead'>{t('data.lead')}</h1>")
if asked is not None:
    ignored = [n for n in asked if n != "data" and not n.startswith("embed")]
    if asked.get("data") in sets:
        st.session_state["data_name"] = asked["data"]
    elif "data" in asked:
        ignored.append("data")
    if ignored:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")
if (wanted := st.session_state.pop("data_wanted", None)) in sets:
    st.session_state["data_name"] = wanted

left, stage = st.columns([0.215, 0.785], gap="medium")
with left:
    name = sections.choice(library.entries(), sets)
address.show("data", {"data": name})
with stage:
    import_form.form()
    sections.stage(*sets[name])
