"""A teacher's link: ``?lesson=network,kind`` opens Explore without these controls.

What is hidden keeps the value that the address gives it. The grammar is names with commas between
them; a name that is not known is said in one sentence and changes nothing.
"""

from __future__ import annotations

import re

import streamlit as st

from dashboard.i18n import t

CONTROLS = (
    "data",
    "code",
    "noise",
    "kind",
    "network",
    "count",
    "draws",
    "own",
    "download",
    "compare",
    "closer",
    "help",
)
_MOST_NAMED = 5


def parse(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the controls to hide, each once in the page's order, and the names not known."""
    asked = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in dict.fromkeys(asked) if name not in CONTROLS]
    return tuple(name for name in CONTROLS if name in asked), unknown


def shown(control: str) -> bool:
    """Return whether this visit's lesson leaves the control on the page."""
    return control not in st.session_state["explore_lesson"]


def notice(text: str) -> None:
    """Say which names of a lesson are not known, and which are."""
    unknown = parse(text)[1]
    if unknown:
        named = ", ".join(re.sub(r"[^\w-]", "·", name[:24]) for name in unknown[:_MOST_NAMED])
        sentence = t("lesson.unknown", names=named, known=", ".join(CONTROLS))
        st.info(sentence, icon=":material/school:")


def how() -> str:
    """Return how a lesson's link is made."""
    return t("lesson.how", known=", ".join(f"`{name}`" for name in CONTROLS))
