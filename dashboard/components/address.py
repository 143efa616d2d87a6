"""The state of a page in its address, so that a copied link shows the same view.

A page *arrives* at an address when somebody opens a link, goes back in the history, or edits the
address by hand: then its parameters are read. From then on the page writes what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import i18n

_WRITTEN = "address_written"
_LANGUAGE_ASKED = "address_language"


def arrived(page: str) -> dict[str, str] | None:
    """Return the address's parameters when the page must read them, else None.

    An address without parameters is an arrival only at the first visit of the page.
    """
    found = {k: v for k, v in st.query_params.to_dict().items() if k != "lang"}
    written = st.session_state.setdefault(_WRITTEN, {})
    if page in written and (not found or found == written[page]):
        return None
    return found


def show(page: str, parameters: Mapping[str, object]) -> None:
    """Write the parameters of ``page`` into the address."""
    wanted = {k: str(v) for k, v in parameters.items()}
    st.session_state.setdefault(_WRITTEN, {})[page] = dict(wanted)
    if _language_in_address():
        wanted["lang"] = i18n.short_code(i18n.language())
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


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
