"""Devices: what this machine can compute with, and where a graphics card pays."""

import streamlit as st

from ae_core.evaluation import bench
from dashboard.app_pages.devices import job, results, sections
from dashboard.components import address, widgets
from dashboard.i18n import spoken

address.arrived("devices")
address.show("devices", {})
sections.machine()
sections.doctor_panel()
sections.operator()
job.panel()

found = bench.measured()
for sentence in found["problems"]:
    st.warning(spoken(sentence), icon=":material/error:")
results.here(found["this_machine"])
results.others(found["elsewhere"], found["recorded"])
results.aim(found["this_machine"] + found["elsewhere"] + found["recorded"])
widgets.explanation("devices.how")
