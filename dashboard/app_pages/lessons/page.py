"""Lessons: take one, or make one of links to what any page shows."""

from dashboard.app_pages.lessons import maker, sections
from dashboard.components import address

address.arrived("lessons")
address.show("lessons", {})
sections.shipped()
sections.own()
maker.draw()
