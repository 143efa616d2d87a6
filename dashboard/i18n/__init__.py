"""The words of the dashboard, in English and in Brazilian Portuguese.

One plain JSON catalogue per language, the same keys in both. ``t("explore.title")`` gives the text
in the language of the visitor: ``?lang=`` in the address, else the browser's, else English.
Numbers and dates are written as the language writes them.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import streamlit as st

from ae_core import sentences

LANGUAGES = {"en": "English", "pt": "Português"}
_FILES = {"en": "en.json", "pt": "pt-BR.json"}
_STATE = "language"


def t(key: str, **values: object) -> str:
    """Return the text of ``key`` with ``values`` put into its {placeholders}."""
    return catalogue(language())[key].format(**values)


def translated(words: object) -> str:
    """Return an error, or what the program wrote of itself, in the language of the visitor."""
    return sentences.portuguese(str(words)) if language() == "pt" else str(words)


def language() -> str:
    """Return "en" or "pt", decided once per visit and changed by the switch."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _asked() or _of_browser()
    return st.session_state[_STATE]


def choose(code: str) -> None:
    """Change the language of this visit."""
    if code in LANGUAGES:
        st.session_state[_STATE] = code


def number(value: float, digits: int = 1) -> str:
    """Return ``value`` with grouped thousands: 6,272.5 in English, 6.272,5 in Portuguese."""
    return _localised(f"{value:,.{digits}f}")


def short(value: float) -> str:
    """Return ``value`` without needless zeros: 25 rather than 25.0."""
    return _localised(f"{value:,.10g}")


def moment(when: datetime) -> str:
    """Return a day and time here: 2026-11-23 21:17 in English, 23/11/2026 21:17 in Portuguese."""
    day = "%d/%m/%Y" if language() == "pt" else "%Y-%m-%d"
    return f"{when.astimezone():{day} %H:%M}"


@cache
def catalogue(code: str) -> dict[str, str]:
    """Return all texts of one language."""
    return json.loads((Path(__file__).parent / _FILES[code]).read_text(encoding="utf-8"))


def _localised(text: str) -> str:
    if language() == "pt":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def _asked() -> str | None:
    asked = str(st.query_params.get("lang", "")).lower()[:2]
    return asked if asked in LANGUAGES else None


def _of_browser() -> str:
    return "pt" if (st.context.locale or "").lower().startswith("pt") else "en"
