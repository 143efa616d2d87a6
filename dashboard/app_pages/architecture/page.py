"""Architecture: a network drawn to scale, and what each of its layers makes of an image."""

import streamlit as st

from ae_core.errors import UserError
from dashboard.app_pages.architecture import sections, view
from dashboard.components import address, job_panel, library, query, warming, widgets
from dashboard.i18n import t

entries = library.entries(bits=True, otherwise=view.shape_of)  # none needs images to be drawn
query.arrive("architecture", lambda asked: view.from_address(asked, entries))

if not entries:
    address.show("architecture", {})
    st.info(t("explore.no_networks"), icon=":material/model_training:")
    st.stop()

found, tools = sections.choose(entries)
try:
    drawn = view.drawn(found.id)
except UserError as error:
    address.show("architecture", {"run": found.id})
    job_panel.say(error)
    st.stop()

layers = drawn.layers
with tools:
    sections.band(drawn)
    sections.downloads(found)
now = view.get(drawn)
sections.head(found, drawn)
sections.diagram(found, drawn, now)
picked = st.container(key="architecture_picked")
now = view.get(drawn)
address.show("architecture", query.address(now))
with picked:
    try:
        sections.layer(found, layers, now, library.entries())
    except UserError as error:
        job_panel.say(error)
sections.table(layers)
widgets.explanation("architecture.how")

warming.warm_up()
