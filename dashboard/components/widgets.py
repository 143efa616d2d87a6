"""Streamlit's widgets as the pages use them: one name says a widget's text and its key.

``name`` is the text's key in the catalogue, "latent.count"; the widget's own key is ``latent_count``
unless ``key`` says another. Where ``label`` gives the text, ``name`` only says the key. What is
chosen is kept while other pages are visited. Anything else is as Streamlit takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import streamlit as st
from streamlit import config

from ae_core.data.own import limits
from ae_core.evaluation import codes as code_files
from ae_core.machine import settings
from dashboard.components import web
from dashboard.i18n import t

Words = Callable[[Any], str]
_DROPZONE = web.component("dropzone", js="dropzone.js")


def select(name: str, options: Iterable, words: Words = str, **more: Any) -> Any:
    """Draw a list to choose one of ``options`` from."""
    return _choice(st.selectbox, name, options, words, **_KEPT | more)


def followed(name: str, key: str, options: Iterable, words: Words = str) -> Any:
    """Draw a list to choose one of ``options`` from, as :func:`select`, that :func:`put` may set."""
    state = st.session_state
    at = f"{key}--{state.get(f'{key}_put', 0)}"

    def chosen() -> None:
        state[key] = state[at]

    state[at] = state[key]
    return select(name, options, words, key=at, on_change=chosen)


def put(key: str, value: Any) -> None:
    """Choose ``value`` in the list that :func:`followed` draws, whatever the page still says of it.

    With each click the page sends what all its widgets hold; one that it sends before it has seen the
    new choice would bring the old one back. So the list that shows the new choice is another widget.
    """
    state = st.session_state
    state[f"{key}_put"] = state.get(f"{key}_put", 0) + 1
    state[key] = value


def several(name: str, options: Iterable, words: Words = str, **more: Any) -> list:
    """Draw a list to choose any of ``options`` from."""
    more = {"placeholder": t("app.choose")} | more  # else Streamlit says it, in English
    return _choice(st.multiselect, name, options, words, **_KEPT | more)


def slider(name: str, options: Iterable, words: Words = str, **more: Any) -> Any:
    """Draw a slider over ``options``."""
    return _choice(st.select_slider, name, options, words, **_KEPT | more)


def switch(name: str, options: Iterable, words: Words | None = None, **more: Any) -> Any:
    """Draw ``options`` side by side; one of them is always chosen.

    Without ``words``, the catalogue has an option's text under ``name`` and the option:
    "latent.layout_plane".
    """
    words = words or (lambda option: t(f"{name}_{option}"))
    more = _KEPT | {"required": True} | more
    return _choice(st.segmented_control, name, options, words, **more)


def whole(name: str, low: int, high: int, **more: Any) -> int:
    """Draw a field for a whole number."""
    return _draw(st.number_input, name, low, high, **_KEPT | {"step": 1} | more)


def text(name: str, **more: Any) -> str:
    """Draw a field for a line of text; what it is for stands in it while it is empty."""
    return _draw(st.text_input, name, placeholder=t(f"{name}_placeholder"), **_KEPT | more)


def toggle(name: str, **more: Any) -> bool:
    """Draw a switch between on and off."""
    return _draw(st.toggle, name, **_KEPT | more)


def table(frame: Any, key: str, alt: str, **more: Any) -> Any:
    """Draw a data frame, without its index; ``alt`` says what it shows to those who do not see."""
    return st.dataframe(frame, hide_index=True, key=key, alt=alt, **more)


def explanation(name: str, *more: str) -> None:
    """Draw what a page explains at its end, unfolded on demand."""
    with st.expander(t(f"{name}_title"), key=_key(name)):
        for words in (t(name), *more):
            st.markdown(words)


def button(name: str, icon: str, **more: Any) -> bool:
    """Draw a button with a Material icon."""
    return _draw(st.button, name, icon=f":material/{icon}:", **more)


def exhibited() -> bool:
    """Return whether visitors may only look."""
    return settings.read().exhibition


def deed(name: str, icon: str, **more: Any) -> bool:
    """Draw a button that starts, stops, stores or deletes something; in an exhibition none."""
    if "on_click" in more:
        more["on_click"] = allowed(more["on_click"])
    return not exhibited() and button(name, icon, **more)


def allowed(change: Callable[..., None]) -> Callable[..., None]:
    """Return ``change`` as a click may call it: a button of before an exhibition does nothing."""

    def done(*given: Any) -> None:
        if not exhibited():
            change(*given)

    return done


def download(name: str, data: Any, file: str, mime: str, **more: Any) -> None:
    """Draw a button that saves ``data``, or what a function returns when it is asked for."""
    more = {"icon": ":material/download:", "on_click": "ignore"} | more
    _draw(st.download_button, name, data, file, mime, **more)


def codes(
    page: str, y: np.ndarray, whose: Callable[[], tuple[list[str], list[str]]], stem: str, **how: Any
) -> None:
    """Draw the buttons that save codes, as ``python -m ae_core encode`` writes them.

    Args:
        page: the first word of the keys.
        y: the codes, float32 (N, h, w, c).
        whose: gives a file name and a class for each; asked when the table is saved.
        stem: of the files' names.
        how: of the buttons, as :func:`download` takes it.
    """

    def table() -> bytes:
        return code_files.table(y, *whose()).encode()

    for kind, made, mime in (
        ("npy", lambda: code_files.npy(y), "application/octet-stream"),
        ("csv", table, "text/csv"),
    ):
        key = f"{page}_codes_{kind}"
        download(f"codes.{kind}", made, f"{stem}_codes.{kind}", mime, key=key, **how)


def most_upload() -> int:
    """Return the megabytes that a file sent to a page has at the most, which an import reads too."""
    most = limits.LARGEST_ARCHIVE >> 20
    return min(settings.read().most_upload_mb or most, most)


def bound_uploads() -> None:
    """Let the server take files as large as the settings say, and no larger ones.

    It refuses by an option of its own, whatever the place for files on a page says.
    """
    most = most_upload() + 1  # what is sent with a file counts there
    if config.get_option("server.maxUploadSize") != most:
        config.set_option("server.maxUploadSize", most)


def files(name: str, endings: Iterable[str] | None, most_mb: int = 0, **more: Any) -> list:
    """Draw a place for files; the keyboard stops at it once.

    Each has at most ``most_mb`` megabytes, and as many as the settings say, where those are fewer.

    ``endings`` None takes all: what a file is, its reader says, in the visitor's language.
    """
    key = more.setdefault("key", _key(name))
    more = {"type": endings and list(endings), "accept_multiple_files": True} | more
    most = min(most_mb or most_upload(), most_upload())
    found = _draw(st.file_uploader, name, max_upload_size=most, **more)
    _DROPZONE(key=f"{key}_stop")
    return found


_KEPT = {"persist_state": "session"}


def _choice(widget: Callable, name: str, options: Iterable, words: Words, **more: Any) -> Any:
    """Draw a choice; its words are those of this visit, whoever asks for them later."""
    listed = list(options)
    said = {option: words(option) for option in listed}
    return _draw(widget, name, listed, format_func=lambda o: said.get(o) or words(o), **more)


def _draw(widget: Callable, name: str, *given: Any, label: str = "", **more: Any) -> Any:
    return widget(label or t(name), *given, **{"key": _key(name)} | more)


def _key(name: str) -> str:
    return name.replace(".", "_")
