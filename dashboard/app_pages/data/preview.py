"""Own images as they would be stored: some of them, how many, and what was assumed."""

from __future__ import annotations

from dataclasses import fields

import pandas
import streamlit as st

from ae_core.data.own import apart
from ae_core.data.own.apart import Draft
from ae_core.data.own.reading import PARTS, Assumption, Choices
from dashboard.components import figures, image_grid, widgets
from dashboard.i18n import number, spoken, t, translated

_ROW, _SIDE = 16, 56  # images in a line, and pixels of one at most
_LISTED = 200  # refused files that are listed
_ASKED = "data_storing"  # in the session: whether the draft is to be stored


def draw(draft: Draft) -> bool:
    """Draw everything about a draft; return whether it is to be stored."""
    st.header(t("data.preview"), anchor=False)
    sums = [sum(counts) for counts in zip(*(row for _, row in draft.classes), strict=True)]
    items = [(t("data.images_found"), number(draft.count, 0))]
    if len(sums) > 1:
        items += [(t(f"data.{p}"), number(n, 0)) for p, n in zip(PARTS, sums, strict=True)]
    items += [(t("data.classes"), number(len(draft.classes), 0))]
    st.html(figures.facts(items))
    x = draft.samples()
    image_grid.sheet(x, _ROW, _SIDE, t("data.preview_alt", n=len(x)), "data-preview")
    for remark in draft.remarks:
        st.warning(spoken(remark), icon=":material/warning:")
    for place, entry in enumerate(draft.assumed):
        _assumption(place, entry)
    _classes(draft)
    refused(draft.skipped, draft.refused)
    st.toggle(t("data.replace"), key="data_replace")
    with st.container(horizontal=True, key="data_decide"):
        widgets.deed("data.store", "save", type="primary", on_click=_asked)
        widgets.button("data.drop", "delete", on_click=forget)
    return st.session_state.get(_ASKED, False)


def refused(skipped: tuple[tuple[str, str], ...], count: int) -> None:
    """List the files that were left out, with the reason."""
    if not count:
        return
    many = number(count, 0)
    with st.expander(t("data.skipped", n=many), key="data_skipped"):
        frame = pandas.DataFrame(
            [(name, translated(reason)) for name, reason in skipped[:_LISTED]],
            columns=[t("data.file_name"), t("data.reason")],
        )
        widgets.table(frame, "data_skipped_table", t("data.skipped_alt", n=many))


def key_of(option: str) -> str:
    """Under which key of the session a choice is kept."""
    return f"data_choice_{option}"


def answered() -> None:
    """The wish to store a draft is fulfilled, or cannot be."""
    st.session_state.pop(_ASKED, None)


def fit_label(fit: str) -> str:
    """Return what a way to bring images to one size is called."""
    return t(f"data.fit_{fit}")


def forget() -> None:
    """Throw the draft of this visit away."""
    answered()
    draft = st.session_state.pop("data_draft", None)
    if draft is not None:
        apart.drop(draft)


def forget_choices() -> None:
    """What was chosen for one source says nothing about the next one."""
    for name in (*(f.name for f in fields(Choices)), "fit", "size"):
        st.session_state.pop(key_of(name), None)


def _assumption(place: int, entry: Assumption) -> None:
    """Draw one sentence, and a list of what else it could be where it was a guess."""
    said = spoken(entry.said)
    if not entry.option or not entry.others:
        st.markdown(f"- {said}")
        return
    left, right = st.columns([0.72, 0.28], vertical_alignment="center")
    with left:
        st.markdown(f"- {said}")
    with right:
        key = f"data_change_{place}_{entry.option}"
        st.selectbox(
            said,
            dict.fromkeys([entry.chosen, *entry.others]),
            format_func=fit_label if entry.option == "fit" else str,
            key=key,
            label_visibility="collapsed",
            on_change=_change,
            args=(entry.option, key),
        )


def _asked() -> None:
    # Kept until it is answered: a click alone is forgotten when the page is drawn again meanwhile.
    st.session_state[_ASKED] = True


def _change(option: str, key: str) -> None:
    st.session_state[key_of(option)] = st.session_state[key]
    st.session_state["data_again"] = True


def _classes(draft: Draft) -> None:
    names = [t(f"data.{part}") for part in PARTS]
    if len(draft.classes[0][1]) == 1:
        names = [t("data.images_found")]
    rows = [(name, *counts) for name, counts in draft.classes]
    frame = pandas.DataFrame(rows, columns=[t("data.class"), *names])
    with st.expander(t("data.by_class"), key="data_preview_by_class"):
        widgets.table(frame, "data_preview_classes", t("data.preview_classes_alt", n=len(frame)))
