"""Devices: what this machine can compute with, and where a graphics card pays."""

import streamlit as st
from components import address, devices_job, devices_parts, devices_results
from i18n import t, translated

from ae_core import device_bench

address.arrived("devices")
address.show("devices", {})
st.html(f"<h1 class='ae-lead'>{t('devices.lead')}</h1>")
devices_parts.machine()
devices_parts.doctor_panel()
devices_job.panel()

found = device_bench.measured()
for sentence in found["problems"]:
    st.warning(translated(sentence), icon=":material/error:")
devices_results.here(found["this_machine"])
devices_results.others(found["elsewhere"], found["recorded"])
devices_results.aim(found["this_machine"] + found["elsewhere"] + found["recorded"])
with st.expander(t("devices.how_title"), key="devices_how"):
    st.markdown(t("devices.how"))
