"""Encoder, code and decoder as rows that are edited in place, and what each click does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from ae_core.networks.designed.notation import MOST_LAYERS, Layer
from ae_core.networks.designed.plan import CODE, DECODER, ENCODER, Plan
from dashboard.app_pages.design import edits, fields, rows, view
from dashboard.app_pages.design.fields import Row
from dashboard.i18n import t

_ACTIONS = ("insert", "up", "down", "remove")


def draw(plan: Plan, marked: Row | None) -> None:
    """Draw the three parts; the row ``marked`` stands out."""
    st.header(t("design.encoder"), anchor=False)
    _half(plan, ENCODER, plan.design.encoder, marked)
    st.header(t("design.the_code"), anchor=False)
    with rows.row(plan, (CODE, 0)):
        fields.of_code((CODE, 0), plan.design.code, _code_changed)
    mirrored = plan.design.decoder is None
    with st.container(horizontal=True, vertical_alignment="center", key="design_decoder_head"):
        st.header(t("design.decoder"), anchor=False, width="content")
        fields.set_to("design_mirror", mirrored)
        st.toggle(
            t("design.mirror"),
            key="design_mirror",
            help=t("design.mirror_help"),
            on_change=_mirror_changed,
        )
    if mirrored:
        rows.written(plan, marked)
    else:
        _half(plan, DECODER, plan.design.decoder, marked)


def _half(plan: Plan, part: str, layers: Sequence[Layer], marked: Row | None) -> None:
    for place, layer in enumerate(layers):
        row = part, place
        with rows.row(plan, row):
            _menu(row, len(layers), row == marked)
            fields.of_layer(row, layer, _layer_changed)
    full = len(layers) >= MOST_LAYERS
    with st.container(horizontal=True, vertical_alignment="center", key=f"design_end_{part}"):
        st.button(
            t("design.add"),
            key=f"design_add_{part}",
            icon=":material/add:",
            type="tertiary",
            disabled=full,
            on_click=_add,
            args=(part,),
        )
        if full or not layers:
            st.caption(t("design.full", n=MOST_LAYERS) if full else t(f"design.empty_{part}"))


def _menu(row: Row, total: int, marked: bool) -> None:
    """Draw what can be done with a row as a whole."""
    able = {"insert": total < MOST_LAYERS, "up": row[1] > 0, "down": row[1] < total - 1}
    label = t("design.layer", n=row[1] + 1)
    st.menu_button(
        f":primary[**{label}**]" if marked else label,
        [action for action in _ACTIONS if able.get(action, True)],
        format_func=lambda action: t(f"design.action_{action}"),
        key=f"design_menu_{fields.name_of(row)}",
        type="tertiary",
        on_click=_act,
        args=(row,),
    )


# What a click or a key does


def _act(row: Row) -> None:
    part, place = row
    action, layers = st.session_state[f"design_menu_{fields.name_of(row)}"], _layers(part)
    if action == "insert":
        _insert(part, place)
    elif action == "remove":
        _put(part, edits.remove(layers, place, part))
    else:
        _put(part, edits.move(layers, place, -1 if action == "up" else 1, part))


def _add(part: str) -> None:
    """Add a layer at the end of the encoder, or before the decoder's last one."""
    _insert(part, max(0, len(_layers(part)) - (part == DECODER)))


def _insert(part: str, place: int) -> None:
    new = edits.fitting(edits.reads(view.plan(), part, place))
    _put(part, edits.insert(_layers(part), place, new, part))


def _layer_changed(row: Row, name: str) -> None:
    part, place = row
    layers = _layers(part)
    layer = layers[place]
    entry = fields.value(row, name, getattr(layer, name))
    if name == "kind":
        layer = edits.of_kind(layer, entry, edits.reads(view.plan(), part, place))
    else:
        layer = replace(layer, **{name: entry})
    _put(part, edits.put(layers, place, layer, part))


def _code_changed(row: Row, name: str) -> None:
    plan = view.plan()
    code = plan.design.code
    entry = fields.value(row, name, getattr(code, name))
    if name == "kind":
        code = edits.code_of_kind(plan, entry)
    elif name == "penalty":
        code = edits.code_with_penalty(code, entry)
    else:
        code = replace(code, **{name: entry})
    view.edit(replace(plan.design, code=code))


def _mirror_changed() -> None:
    plan = view.plan()
    decoder = None if st.session_state["design_mirror"] else plan.decoder
    view.edit(replace(plan.design, decoder=decoder))


def _layers(part: str) -> tuple[Layer, ...]:
    design = view.plan().design
    return design.encoder if part == ENCODER else design.decoder


def _put(part: str, layers: Any) -> None:
    view.edit(replace(view.plan().design, **{part: layers}))
