"""The parts of Design around its rows: the choices, the drawing, the sums, the line, the program."""

from __future__ import annotations

import math

import streamlit as st

from ae_core.config import LOSSES, OPTIMIZERS
from ae_core.drawing import architecture
from ae_core.drawing import plan as drawn
from ae_core.errors import UserError
from ae_core.networks.designed import keras_code, notation, notebook
from ae_core.networks.designed.plan import Plan
from ae_core.training import control
from dashboard.app_pages.design import fields, view
from dashboard.app_pages.design.fields import Row
from dashboard.app_pages.design.view import View
from dashboard.components import download_panel, figures, job_panel, library
from dashboard.components.web import drawing
from dashboard.i18n import number, spoken, t

_MARKED = "design_marked"  # the row of the layer that was clicked in the drawing
_WRONG = "design_wrong"  # (what was typed for a line, the design then shown, why it cannot be read)


def choices(now: View, sets: dict) -> bool:
    """Draw what goes with the design; return whether its images are missing on this machine."""
    starts = view.starts(library.shape_of(now.data), sets)
    options = {
        "start": (list(starts), view.start_label),
        "data": (list(sets), library.set_label),
        "loss": (LOSSES, lambda name: t(f"choice.loss.{name}")),
        "optimizer": (OPTIMIZERS, lambda name: t(f"choice.optimizer.{name}")),
    }
    shown = now.start if now.start in starts else View.start
    with st.container(horizontal=True, vertical_alignment="bottom", key="design_choices"):
        for name, (names, words) in options.items():
            key = f"design_{name}"
            fields.set_to(key, shown if name == "start" else getattr(now, name))
            st.selectbox(
                t(f"design.{name}"),
                names,
                format_func=words,
                key=key,
                help=t(f"design.{name}_help"),
                on_change=_chosen,
                args=(name, starts),
                width=206,
            )
        _way_back(starts[shown])
    return _missing(now.data, sets)


def diagram(plan: Plan) -> Row | None:
    """Draw the network to scale; return the row of the layer that is marked in it."""
    marked = st.session_state.get(_MARKED)
    layers = drawn.layers(plan)
    numbers = [n for n, step in enumerate(plan.steps, 2) if step.row == marked]
    chosen = max(numbers, default=None)
    svg = architecture.svg(
        layers,
        library.network_label("designed"),
        drawing.words(),
        chosen=chosen,
        number=lambda value: number(value, 0),
    )
    drawing.show(svg, t("design.alt", n=len(layers)), "design_drawing", _mark)
    st.caption(t("design.scale"))
    return marked if chosen else None


def sums(plan: Plan) -> None:
    """Draw what the whole network comes to."""
    code = next(layer for layer in drawn.layers(plan) if layer.code)
    image, values = math.prod(plan.image_shape), plan.code_values
    items = [
        (t("design.parameters"), number(plan.parameters, 0)),
        (t("design.operations"), number(plan.operations, 0)),
        (t("architecture.field"), drawing.shape_text(code.field)),
        (t("figure.ratio"), figures.ratio_text(figures.ratio(image, values))),
    ]
    with st.container(key="design_sums", gap="xxsmall"):
        st.html(figures.facts(items))
        st.html(f"<p class='ae-sum'>{figures.sum_text(image, values)}</p>")
        if verdict := figures.verdict(image, values):
            st.markdown(f":orange[:material/balance:] {verdict}")


def training(now: View, missing: bool) -> None:
    """Draw the button that leads to the training, and what an epoch of it takes here."""
    config, wrong = None, view.refused()
    try:
        config = now.config()
    except UserError as error:
        wrong = wrong or error
    if wrong is not None:
        st.error(spoken(wrong), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center", key="design_start_bar"):
        if st.button(
            t("design.train"),
            type="primary",
            icon=":material/model_training:",
            key="design_train",
            disabled=config is None,
        ):
            st.switch_page("app_pages/train/page.py", query_params=now.asked)
        if config is not None:
            if not missing:
                control.expect(config.device)
            job_panel.trial(config, missing, "design")


def line(now: View) -> None:
    """Draw the design's one line, to read, copy and type; what cannot be read stays as typed."""
    typed, of, error = st.session_state.get(_WRONG, ("", "", None))
    wrong = error is not None and of == now.design
    key = f"design_design{view.suffix()}"
    fields.set_to(key, typed if wrong else now.design)
    st.text_input(
        t("design.line"),
        key=key,
        help=t("design.line_help"),
        max_chars=4000,
        on_change=_typed,
        args=(key,),
    )
    if wrong:
        st.error(spoken(error), icon=":material/error:")


def program(now: View, plan: Plan) -> None:
    """Draw the training as a program of plain Keras, to copy and to take home."""
    with st.expander(t("design.program"), key="design_program", icon=":material/code:"):
        try:
            config = now.config()
            script = keras_code.script(config, plan.image_shape)
        except UserError:
            st.caption(t("design.no_program"))
            return
        st.caption(t("design.program_about"))
        with st.container(horizontal=True, key="design_downloads"):
            for name, data, file, mime in (
                ("script", script, "autoencoder.py", "text/x-python"),
                (
                    "notebook",
                    lambda: notebook.notebook(config, plan.image_shape),
                    "autoencoder.ipynb",
                    "application/x-ipynb+json",
                ),
            ):
                st.download_button(
                    t(f"design.download_{name}"),
                    data,
                    file,
                    mime,
                    key=f"design_download_{name}",
                    icon=":material/download:",
                    on_click="ignore",
                )
        st.code(script, language="python")


def _chosen(name: str, starts: dict[str, View]) -> None:
    chosen = st.session_state[f"design_{name}"]
    view.change(**(vars(starts[chosen]) if name == "start" else {name: chosen}))


def _way_back(start: View) -> None:
    """Draw the buttons that take changes back."""
    for name, icon, able, action in (
        ("undo", "undo", view.can_undo(), view.undo),
        ("redo", "redo", view.can_redo(), view.redo),
    ):
        st.button(
            t(f"design.{name}"),
            key=f"design_{name}",
            icon=f":material/{icon}:",
            disabled=not able,
            on_click=action,
        )
    st.button(
        t("design.again"),
        key="design_again",
        icon=":material/restart_alt:",
        help=t("design.again_help"),
        on_click=view.change,
        kwargs=vars(start),
    )


def _missing(name: str, sets: dict) -> bool:
    about, state = sets[name]
    if state != "missing":
        return False
    st.warning(library.missing_sentence(name), icon=":material/folder_off:")
    if about.terms:
        st.caption(library.terms(about))
    if about.kind == "download":
        download_panel.panel(name)
    return True


def _mark(n: int) -> None:
    """Mark the row of the layer with a number in the drawing; the image, number 1, has none."""
    steps = view.plan().steps
    st.session_state[_MARKED] = steps[n - 2].row if 2 <= n < len(steps) + 2 else None


def _typed(key: str) -> None:
    typed = st.session_state[key]
    st.session_state.pop(_WRONG, None)
    try:
        view.edit(notation.parse(typed))
    except UserError as error:
        st.session_state[_WRONG] = typed, st.session_state["design_now"].design, error.message
