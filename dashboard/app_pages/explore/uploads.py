"""A visitor's own images on Explore: uploaded or pasted, with a warning where they are unlike."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae_core import data
from ae_core.errors import UserError
from ae_core.evaluation import outliers
from ae_core.images import files
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore.view import View
from dashboard.components import library, web, widgets
from dashboard.i18n import as_text, spoken, t

MOST = 16  # images at a time
_MEGABYTES = files.LARGEST_FILE >> 20
_PASTE = web.component("paste", html="paste.html", css="paste.css", js="paste.js")
_DROP = web.component("own", html="own.html", css="own.css", js="own.js")
_HELD, _UPLOADED = "explore_clipboard", "explore_uploaded"  # (name, content) of this visit


def pictures(now: View, found: Entry | None) -> tuple[np.ndarray, list[str], tuple[str, ...]] | None:
    """Draw the menu for own images; return them, uint8 (N, H, W, C), notes, and names, or None."""
    with st.popover(t("upload.title"), icon=":material/upload:", key="explore_own"):
        how = {"label": t("upload.label", most=_MEGABYTES), "on_change": _chosen}
        chosen = widgets.files("explore_files", None, _MEGABYTES, **how)
        if not chosen and (before := st.session_state.pop(_UPLOADED, None)):
            _hold(before)  # the page was left, and with it the place that held them
        given = [(file.name, file.getvalue()) for file in chosen]
        given += st.session_state.get(_HELD, [])
        _paste()
        fitted, given_names, notes = _fitted(given[:MOST], library.shape_of(now.data))
        if len(given) > MOST:
            st.caption(t("upload.too_many", most=MOST))
    _drop([name for name, _ in given])
    if not fitted:
        return None
    x, names = np.stack(fitted), [as_text(name) for name in given_names]
    notes = [*_unlike(x, names, found), *notes, t("upload.shown", n=len(fitted))]
    return x, notes, tuple(given_names)


def _fitted(given: list[tuple[str, bytes]], shape) -> tuple[list[np.ndarray], list[str], list[str]]:
    fitted, names = [], []
    changed: dict[str, list[str]] = {}  # kind of change: what is said of each image
    for given_name, content in given:
        name, notes = as_text(given_name), {}
        try:
            x = files.read(content, notes=notes)
        except UserError as error:
            st.error(f"{name}: {spoken(error)}")
            continue
        fitted.append(files.fit(x, shape))
        names.append(given_name)
        said = {kind: f"{name}: {spoken(note)}" for kind, note in notes.items()}
        if x.shape[:2] != shape[:2]:
            before, after = (f"{width}×{height}" for height, width, _ in (x.shape, shape))
            said["fitted"] = t("upload.fitted", name=name, before=before, after=after)
        if files.loses_colour(x, shape[2]):
            said["grey"] = t("upload.grey", name=name)
        for kind, sentence in said.items():
            changed.setdefault(kind, []).append(sentence)
    return fitted, names, [_of_all(each) for each in changed.values()]


def _of_all(each: list[str]) -> str:
    """Say of the first image what is alike in the others, and how many these are."""
    more = len(each) - 1
    return each[0] + (f" {t('upload.likewise', n=more)}" if more else "")


def _chosen() -> None:
    files_of = st.session_state.get("explore_files") or []
    st.session_state[_UPLOADED] = [(file.name, file.getvalue()) for file in files_of]
    st.session_state.setdefault(_HELD, [])


def _hold(given: list[tuple[str, bytes]]) -> None:
    held = st.session_state.setdefault(_HELD, [])
    held.extend(given)
    del held[:-MOST]


def _drop(names: list[str]) -> None:
    """Take images that are dropped anywhere on the page; and those of this tab, after a reload."""
    state = st.session_state
    first = not names and _HELD not in state
    label = t("upload.drop")
    about = {"label": label, "most": files.LARGEST_FILE, "count": MOST, "names": names}
    _DROP(key="explore_drop", data=about | {"first": first}, on_dropped_change=_dropped)


def _dropped() -> None:
    sent = st.session_state["explore_drop"].get("dropped")
    for one in sent if isinstance(sent, list) else []:
        if not isinstance(one, dict):
            continue
        content = _decoded(str(one.get("uri") or ""))
        if len(content) <= files.LARGEST_FILE:
            _hold([(str(one.get("name") or "")[:200], content)])


def _decoded(uri: str) -> bytes:
    """Return the content of a data address; empty where it is none: what it lacks is said later."""
    try:
        return base64.b64decode(uri.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _paste() -> None:
    _PASTE(
        key="explore_paste",
        data={
            "label": t("upload.paste"),
            "nothing": t("upload.paste_nothing"),
            "by_keys": t("upload.paste_keys"),
            "too_large": t("upload.paste_large", most=_MEGABYTES),
            "most": files.LARGEST_FILE,
        },
        on_pasted_change=_pasted,
    )
    if st.session_state.get(_HELD):
        st.button(t("upload.forget"), key="explore_forget", on_click=_forget)


def _pasted() -> None:
    """Keep the image just pasted; what is no image is said when it is opened."""
    content = _decoded(str(st.session_state["explore_paste"].get("pasted") or ""))
    if len(content) <= files.LARGEST_FILE:
        _hold([(t("upload.pasted", n=len(st.session_state.get(_HELD, [])) + 1), content)])


def _forget() -> None:
    st.session_state[_HELD] = []


def _unlike(x: np.ndarray, names: list[str], found: Entry | None) -> list[str]:
    if found is None:
        return []
    with st.spinner(t("upload.comparing")):
        apart = outliers.far(x, _learned(found.data))
    strange = [name for name, is_far in zip(names, apart, strict=True) if is_far]
    if not strange:
        return []
    named = ", ".join(strange[:3]) + (f" (+{len(strange) - 3})" if len(strange) > 3 else "")
    known = library.set_label("+".join(found.data))
    return [f":orange[:material/warning:] {t('upload.unlike', names=named, data=known)}"]


def _learned(names: Sequence[str]) -> list[outliers.Known]:
    """Return what is known of those of the data sets that are on this machine."""
    found = []
    for name in names:
        try:
            found.append(_learn(name))
        except UserError:
            continue
    return found


@st.cache_data(max_entries=6, show_spinner=False)
def _learn(name: str) -> outliers.Known:
    return outliers.learn(data.load(name))
