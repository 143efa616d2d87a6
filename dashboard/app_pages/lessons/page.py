"""Lessons: take one, or make one of links to what any page shows."""

import streamlit as st

from dashboard.app_pages.lessons import maker, sections
from dashboard.components import address
from dashboard.i18n import t

st.html(f"<h1 class='ae-lead'>{t('lessons.lead')}</h1>")
address.arrived("lessons")
address.show("lessons", {})
sections.shipped()
sections.own()
maker.draw()
