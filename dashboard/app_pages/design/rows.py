"""What a layer comes to, beside it, and what is wrong with it, below it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ae_core.networks.designed.notation import FORMS, IMAGE, Layer
from ae_core.networks.designed.plan import DECODER, Plan
from dashboard.app_pages.design.fields import LARGER, SIZES, Row, name_of
from dashboard.components.web import drawing
from dashboard.i18n import number, spoken, t


@contextmanager
def row(plan: Plan, of: Row) -> Iterator[None]:
    """Draw a row: its fields, which the caller draws, then its figures and its problems."""
    with st.container(key=f"design_row_{name_of(of)}", gap="xxsmall"):
        with st.container(
            horizontal=True, vertical_alignment="bottom", key=f"design_fields_{name_of(of)}"
        ):
            yield
            st.html(_figures(plan, of), width="content")
        _problems(plan, of)


def written(plan: Plan, marked: Row | None) -> None:
    """Draw the mirrored decoder: rows as the others, to be read only."""
    for place, layer in enumerate(plan.decoder):
        of = (DECODER, place)
        name = t("design.layer", n=place + 1)
        with st.container(key=f"design_row_{name_of(of)}", gap="xxsmall"):
            words = html.escape(in_words(layer))
            css = "ae-layer marked" if of == marked else "ae-layer"
            said = f"<b>{name}</b><span>{words}</span>"
            st.html(f"<div class='{css}'>{said}{_figures(plan, of)}</div>")
            _problems(plan, of)


def in_words(layer: Layer) -> str:
    """Return a layer in words: "Convolution · 32 filters · 3×3 · ReLU"."""
    fields, parts = FORMS[layer.kind].fields, [t(f"design.kind_{layer.kind}")]
    if "size" in fields:
        counted = t(f"design.n_{SIZES[layer.kind]}", n=layer.size)
        parts.append(t("design.the_image") if layer.size == IMAGE else counted)
    if "shape" in fields:
        parts.append(drawing.shape_text(layer.shape))
    if "kernel" in fields:
        parts.append(f"{layer.kernel}×{layer.kernel}")
    if "stride" in fields and layer.stride > 1:
        parts.append(f"{'×' if layer.kind in LARGER else '÷'}{layer.stride}")
    if "activation" in fields:
        parts.append(t(f"design.activation_{layer.activation}"))
    return " · ".join(parts)


def _figures(plan: Plan, of: Row) -> str:
    """Return shape, parameters and multiply-adds of a row as HTML; dashes where it makes nothing."""
    steps = plan.of_row(*of)
    shape = drawing.shape_text(steps[-1].shape) if steps else "–"
    said = {
        "output": shape,
        "parameters": number(sum(step.parameters for step in steps), 0) if steps else "–",
        "operations_short": number(sum(step.operations for step in steps), 0) if steps else "–",
    }
    cells = [f"<div><dt>{t(f'design.{k}')}</dt><dd>{v}</dd></div>" for k, v in said.items()]
    return f"<dl class='ae-made'>{''.join(cells)}</dl>"


def _problems(plan: Plan, of: Row) -> None:
    for problem in plan.problems:
        if problem.row == of:
            colour, icon = ("red", "error") if problem.error else ("orange", "warning")
            said = spoken(problem.message)
            st.markdown(f":{colour}[:material/{icon}: {said}]")
