"""The state of a page in its address, so that a copied link shows the same view.

A page *arrives* at an address when somebody opens a link, goes back in the history, or edits the
address by hand: then its parameters are read. From then on the page writes what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import i18n

# Parameters that say what stands around a page (see dashboard.lessons.frame), not what is on it.
FRAME = ("lang", "guide", "step", "say", "lesson", "mark", "present")
_OF_ONE_PAGE = ("say", "lesson", "mark")
_FRAMED = "address_frame"  # what of FRAME, but for the language, holds now, and on which page
_LEFT = "address_frames_left"  # those before, and when they were left
_WRITTEN = "address_written"  # by page: its last addresses, the newest last, and when they were left
_PAGE = "address_page"  # the page of the last run
_LANGUAGE_ASKED = "address_language"
_ASTRAY = "address_astray"
_ECHO_S = 60.0  # so long a request may be on its way that was sent before an address was written
_Written = list[tuple[dict[str, str], float]]


def arrived(page: str) -> dict[str, str] | None:
    """Return the address's parameters when the page must read them, else None.

    An address without parameters is an arrival only at the first visit of the page. Whoever is faster
    than the server sends requests that still carry an address that was overtaken: that is none.
    """
    found = {k: v for k, v in st.query_params.to_dict().items() if k not in FRAME}
    state = st.session_state
    written: _Written = state.setdefault(_WRITTEN, {}).get(page, [])
    stayed, state[_PAGE] = state.get(_PAGE) == page, page
    if not written:
        return found
    if not found or found == written[-1][0]:
        return None
    late = any(found == old and time.monotonic() - left < _ECHO_S for old, left in written[:-1])
    return None if late and stayed and not _went_back() else found


def show(page: str, parameters: Mapping[str, object]) -> None:
    """Write the parameters of ``page`` into the address."""
    wanted = {k: str(v) for k, v in parameters.items()}
    now, known = time.monotonic(), st.session_state.setdefault(_WRITTEN, {})
    written: _Written = known.get(page, [])
    moved = not written or written[-1][0] != wanted
    if moved:
        left = [*written[:-1], *((old, now) for old, _ in written[-1:])]
        known[page] = [*(one for one in left if now - one[1] < _ECHO_S), (wanted, now)]
    shown = wanted | framed()
    if _language_in_address():
        shown["lang"] = i18n.short_code(i18n.language())
    # What this request carried may have been overtaken in the browser by what was written last.
    if moved or st.query_params.to_dict() != shown:
        st.query_params.from_dict(shown)


def astray(known: Collection[str]) -> str:
    """Return the address that this visit came to where it is no page's, in ``known``; else ""."""
    context = get_script_run_ctx()
    name = context.pages_manager.intended_page_name if context is not None else ""
    if name and name not in known and "/" not in name:  # no page's address may have one
        st.session_state[_ASTRAY] = name
    return st.session_state.get(_ASTRAY, "")


def forget(page: str) -> None:
    """Take the next address of ``page`` for an arrival, whatever it is: the program leads there."""
    st.session_state.setdefault(_WRITTEN, {}).pop(page, None)


def frame(page: str) -> None:
    """Read what the address says of what stands around ``page``, the one about to be drawn."""
    found = {k: v for k, v in st.query_params.to_dict().items() if k in FRAME and k != "lang"}
    now, on = st.session_state.setdefault(_FRAMED, ({}, page))
    if on != page and not found:  # by the menu: a lesson goes on beside it
        kept = {k: v for k, v in now.items() if k not in _OF_ONE_PAGE}
        st.session_state[_FRAMED] = (kept, page)
        return
    left: _Written = st.session_state.get(_LEFT, [])
    late = any(found == old and time.monotonic() - when < _ECHO_S for old, when in left)
    if found != now and ((found and not late) or _went_back()):
        reframe(found)
    st.session_state[_FRAMED] = (framed(), page)


def framed() -> dict[str, str]:
    """Return the parameters of :data:`FRAME` that hold now, the language left out."""
    return st.session_state.get(_FRAMED, ({}, ""))[0]


def presented() -> bool:
    """Return whether the page is shown by a projector."""
    return "present" in framed()


def reframe(wanted: Mapping[str, str]) -> None:
    """Let these parameters of :data:`FRAME` hold from now on."""
    state, now = st.session_state, time.monotonic()
    before, page = state.get(_FRAMED, ({}, ""))
    left = [one for one in state.get(_LEFT, []) if now - one[1] < _ECHO_S and one[0] != wanted]
    state[_LEFT] = [*left, (before, now)]
    state[_FRAMED] = (dict(wanted), page)


def names_of(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas, each once."""
    return tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))


def _went_back() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def language_switch() -> None:
    """Draw EN | PT. The choice goes into the address, so a link keeps its language."""
    _language_in_address()
    st.session_state["language_switch"] = i18n.short_code(i18n.language()).upper()
    with st.container(key="language"):
        st.segmented_control(
            i18n.t("app.language"),
            [i18n.short_code(code).upper() for code in i18n.LANGUAGES],
            key="language_switch",
            required=True,
            label_visibility="collapsed",
            on_change=_switched,
        )


def _switched() -> None:
    i18n.choose(str(st.session_state["language_switch"]))
    st.session_state[_LANGUAGE_ASKED] = True


def _language_in_address() -> bool:
    if "lang" in st.query_params:
        st.session_state.setdefault(_LANGUAGE_ASKED, True)
    return st.session_state.get(_LANGUAGE_ASKED, False)
