"""The fields of a row. Each is set to what the design says, then drawn; typing makes a new design."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from ae_core.networks.designed.notation import (
    ACTIVATIONS,
    CODES,
    FORMS,
    IMAGE,
    MOST_KERNEL,
    MOST_SIZE,
    MOST_STRIDE,
    MOST_WEIGHT,
    PENALTIES,
    RATES,
    Code,
    Layer,
)
from dashboard.app_pages.design import view
from dashboard.i18n import t

Row = tuple[str, int]  # part of the design, place in it
SIDES = ("height", "width", "channels")
LARGER = ("up", "shuffle", "deconv")  # kinds whose stride makes a map larger
SIZES = {  # what a size counts, by kind
    "conv": "filters",
    "deconv": "filters",
    "dense": "units",
    "map": "channels",
    "vector": "values",
}
_CODE_FIELDS = {"map": ("size", "kernel"), "vector": ("size",), "fold": ("shape",)}
_WIDTHS = {"kind": 196, "code_kind": 148, "activation": 128, "penalty": 156}  # px; others need less
_NARROW = 84


def of_layer(row: Row, layer: Layer, changed: Callable[[Row, str], None]) -> None:
    """Draw the fields that a layer has; ``changed`` is called with the row and a field's name."""
    _select(row, "kind", layer.kind, FORMS, changed)
    for name in FORMS[layer.kind].fields:
        _of(row, name, layer, changed)


def of_code(row: Row, code: Code, changed: Callable[[Row, str], None]) -> None:
    """Draw the fields of the code."""
    _select(row, "kind", code.kind, CODES, changed, "code_kind")
    for name in (*_CODE_FIELDS[code.kind], "activation"):
        _of(row, name, code, changed)
    _select(row, "penalty", code.penalty, PENALTIES, changed)
    if code.penalty != "none":
        label = t(f"design.weight_{code.penalty}")
        _number(row, "weight", label, code.weight, 0.0, MOST_WEIGHT, changed)


def value(row: Row, name: str, before: Any) -> Any:
    """Return what the widgets say of a field; what is empty is as it was."""
    if name != "shape":
        typed = st.session_state.get(_key(row, name))
        return before if typed is None else typed
    typed = [st.session_state.get(_key(row, side)) for side in SIDES]
    return tuple(b if side is None else int(side) for side, b in zip(typed, before, strict=True))


def set_to(key: str, value: Any) -> None:
    """Let a widget show a value; one that shows it already keeps what is being typed into it."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def name_of(row: Row) -> str:
    """Return the name of a row in keys."""
    return f"{row[0]}_{row[1]}"


def _of(row: Row, name: str, owner: Layer | Code, changed: Callable) -> None:
    if name == "size" and owner.size == IMAGE:
        text = f"<small>{t(f'design.{SIZES[owner.kind]}')}</small><b>{t('design.the_image')}</b>"
        st.html(f"<div class='ae-fixed'>{text}</div>", width=_NARROW)
    elif name == "size":
        label = t(f"design.{SIZES[owner.kind]}")
        _number(row, name, label, owner.size, 1, MOST_SIZE, changed)
    elif name == "shape":
        for side, label in zip(owner.shape, SIDES, strict=True):
            _number(row, label, t(f"design.{label}"), side, 1, MOST_SIZE, changed, name)
    elif name == "rate":
        _number(row, name, t("design.rate"), owner.rate, *RATES, changed)
    elif name == "kernel":
        sides = range(1, MOST_KERNEL + 1)
        _select(row, name, owner.kernel, sides, changed, words=lambda side: f"{side}×{side}")
    elif name == "stride":
        _stride(row, owner, changed)
    else:
        _select(row, name, owner.activation, ACTIVATIONS, changed)


def _stride(row: Row, layer: Layer, changed: Callable) -> None:
    """A convolution has a stride; what has nothing else has it as a factor."""
    alone = FORMS[layer.kind].fields == ("stride",)
    sign = "" if not alone else "×" if layer.kind in LARGER else "÷"
    _select(
        row,
        "stride",
        layer.stride,
        range(2 if alone else 1, MOST_STRIDE + 1),
        changed,
        "factor" if alone else "stride",
        lambda stride: f"{sign}{stride}",
    )


def _select(
    row: Row,
    name: str,
    now: Any,
    options: Iterable,
    changed: Callable,
    label: str = "",
    words: Callable[[Any], str] | None = None,
) -> None:
    label = label or name
    set_to(_key(row, name), now)
    st.selectbox(
        t(f"design.{label}"),
        list(options),
        format_func=words or (lambda option: t(f"design.{label}_{option}")),
        key=_key(row, name),
        on_change=changed,
        args=(row, name),
        width=_WIDTHS.get(label, _NARROW),
    )


def _number(
    row: Row,
    name: str,
    label: str,
    now: float,
    low: float,
    high: float,
    changed: Callable,
    field: str = "",
) -> None:
    set_to(_key(row, name), min(max(now, low), high))
    real = isinstance(low, float)
    st.number_input(
        label,
        low,
        high,
        step=0.1 if real else 1,
        format="%g" if real else "%d",
        key=_key(row, name),
        on_change=changed,
        args=(row, field or name),
        width=_NARROW,
    )


def _key(row: Row, name: str) -> str:
    return f"design_{name}_{name_of(row)}{view.suffix()}"
