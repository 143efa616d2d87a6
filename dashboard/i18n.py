"""The language of a visit: ``?lang=`` in the address, else the browser's, else English."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ae_core import i18n
from ae_core.i18n import LANGUAGES, format

_STATE = "language"
_now = threading.local()  # held: the run of a page in this thread, and its language


def t(key: str, **values: object) -> str:
    """Return the text of ``key`` with ``values`` put into its {places}; ``n`` chooses the plural."""
    return i18n.text(language(), key, **values)


def translated(words: object) -> str:
    """Return an error, or what the program wrote of itself, in the language of the visitor."""
    return i18n.say(language(), words)


def spoken(words: object) -> str:
    """Return :func:`translated` for a place that reads Markdown: names and paths in it as text."""
    return i18n.say(language(), words, as_text)


def language() -> str:
    """Return a key of :data:`LANGUAGES`, decided once per visit and changed by the switch."""
    # Asked for hundreds of times a page, and each look-up in a visit's state is slow: so once a run.
    run, (of, held) = get_script_run_ctx(suppress_warning=True), getattr(_now, "held", (None, ""))
    if run is None or run is not of:
        held = _of_visit()
        _now.held = (run, held)
    return held


def _of_visit() -> str:
    found = st.session_state.get(_STATE)
    if found is None:
        of_browser = _known(st.context.locale or "")
        found = _known(st.query_params.get("lang", "")) or of_browser or "en"
        st.session_state[_STATE] = found
    return found


def short_code(language: str) -> str:
    """Return a language as it stands in an address: "pt"."""
    return language.partition("-")[0]


def choose(code: str) -> None:
    """Change the language of this visit."""
    if found := _known(code):
        st.session_state[_STATE] = found
        _now.held = (None, "")


def number(value: float | None, digits: int = 1) -> str:
    """Return ``value`` with grouped thousands: 6,272.5 in English, 6.272,5 in Portuguese.

    A dash stands for what is not known.
    """
    return "–" if value is None or value != value else format.number(language(), value, digits)


def short(value: float) -> str:
    """Return ``value`` without needless zeros: 25 rather than 25.0."""
    return format.short(language(), value)


def moment(when: object) -> str:
    """Return a day and time here: 2026-11-23 21:17 in English, 23/11/2026 21:17 in Portuguese.

    ``when`` is a datetime, or one as a file has it; a dash stands for anything else.
    """
    try:
        return format.moment(language(), datetime.fromisoformat(str(when)))
    except (ValueError, OverflowError):  # of another time zone, the year 1 may begin before it
        return "–"


def listed(items: Sequence[str]) -> str:
    """Return "a, b and c" in the language of the visit."""
    return format.listed(language(), items)


def separators() -> str:
    """Return the signs for decimals and thousands as Plotly takes them."""
    return format.separators(language())


def _known(asked: str) -> str | None:
    """Return the language whose first letters are those of ``asked``: "pt" for pt, pt-PT, PT_br."""
    return next((one for one in LANGUAGES if one[:2] == str(asked).lower()[:2]), None)


def as_text(name: str) -> str:
    """Return what somebody named, for a place that reads Markdown: every sign of it as it stands.

    A word joiner, which nobody sees, keeps an address from becoming a link, ":smile:" a face.
    """
    name = _LINKS.sub(f"\\g<0>{_JOINER}", " ".join(name.split()))
    return _AT_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\g<0>", name))


def as_code(command: str) -> str:
    """Return words for a place of Markdown between backticks."""
    return command.replace("`", "'")


_JOINER = "\u2060"
# Addresses, emoji, icons and arrows, which Streamlit looks for behind every escape.
_LINKS = re.compile(r":(?=[/\w+-])|@|www(?=\.)|[-<>~](?=[-=>])", re.IGNORECASE)
_SIGNS = re.compile(r"[\\`*\[\]<>~$:{}|&]|(?<![^\W_])_|_(?![^\W_])")
_AT_START = re.compile(r"^(\d*)([-+#=.)!])")  # of a line: a heading, a list, a rule
