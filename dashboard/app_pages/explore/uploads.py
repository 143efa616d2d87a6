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


def pictures(now: View, found: Entry | None) -> tuple[np.ndarray, list[str], tuple[str, ...]] | None:
    """Draw the menu for own images; return them, uint8 (N, H, W, C), notes, and names, or None."""
    with st.popover(t("upload.title"), icon=":material/upload:", key="explore_own"):
        label = t("upload.label", most=_MEGABYTES)
        chosen = widgets.files("explore_files", None, _MEGABYTES, label=label)
        _paste()
        given = [(file.name, file.getvalue()) for file in chosen]
        given += st.session_state.get("explore_clipboard", [])
        fitted, given_names, notes = _fitted(given[:MOST], library.shape_of(now.data))
        if len(given) > MOST:
            st.caption(t("upload.too_many", most=MOST))
    if not fitted:
        return None
    x, names = np.stack(fitted), [as_text(name) for name in given_names]
    notes = [*_unlike(x, names, found), *notes[:3], t("upload.shown", n=len(fitted))]
    return x, notes, tuple(given_names)


def _fitted(given: list[tuple[str, bytes]], shape) -> tuple[list[np.ndarray], list[str], list[str]]:
    fitted, names, notes = [], [], []
    for given_name, content in given:
        name = as_text(given_name)
        try:
            x = files.read(content)
        except UserError as error:
            st.error(f"{name}: {spoken(error)}")
            continue
        fitted.append(files.fit(x, shape))
        names.append(given_name)
        if x.shape[:2] != shape[:2]:
            before, after = (f"{width}×{height}" for height, width, _ in (x.shape, shape))
            notes.append(t("upload.fitted", name=name, before=before, after=after))
    return fitted, names, notes


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
    if st.session_state.get("explore_clipboard"):
        st.button(t("upload.forget"), key="explore_forget", on_click=_forget)


def _pasted() -> None:
    """Keep the image just pasted; what is no image is said when it is opened."""
    kept = st.session_state.setdefault("explore_clipboard", [])
    sent = str(st.session_state["explore_paste"].get("pasted") or "")
    try:
        content = base64.b64decode(sent.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if len(content) <= files.LARGEST_FILE:
        kept.append((t("upload.pasted", n=len(kept) + 1), content))
        del kept[:-MOST]


def _forget() -> None:
    st.session_state["explore_clipboard"] = []


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
