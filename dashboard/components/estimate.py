"""How long a training will take on this machine: asked for by a click, from a few real steps."""

from __future__ import annotations

import dataclasses

import streamlit as st

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.machine import devices
from ae_core.training import estimate, queue
from dashboard.components import figures
from dashboard.i18n import number, t, translated

_KEPT = "train_tried"  # what was found in this session, by configuration


def section(config: TrainConfig, missing: bool, page: str = "train") -> None:
    """Draw what is known of the effort, or the button that finds it out.

    Args:
        config: the training that the page describes.
        missing: its data are not on this machine.
        page: the first word of the keys.
    """
    # The number of epochs, and what the training is called, change nothing of one epoch.
    asked = dataclasses.replace(config, epochs=1, seed=0)
    kept: dict[TrainConfig, estimate.Estimate] = st.session_state.setdefault(_KEPT, {})
    with st.container(key=f"{page}_effort", gap="xsmall"):
        if asked not in kept:
            clicked = st.button(
                t("train.try"),
                icon=":material/timer:",
                key=f"{page}_try",
                type="tertiary",
                disabled=missing,
                help=t("train.try_help"),
            )
            if not clicked:
                return
            try:
                with st.spinner(t("train.trying")):
                    kept[asked] = estimate.measure(asked)
            except UserError as error:
                st.error(translated(error))
                return
        _facts(kept[asked], config)


def _facts(found: estimate.Estimate, config: TrainConfig) -> None:
    items = [
        (t("train.weights"), number(found.parameters, 0)),
        (t("train.an_epoch"), figures.duration(found.epoch_seconds)),
        (t("train.in_all"), figures.duration(found.total(config.epochs))),
    ]
    st.html(figures.facts(items))
    text = t("train.tried", images=number(found.images, 0))
    if queue.queue(devices.resolve(config.device)):
        text += " " + t("train.tried_busy")
    st.caption(text)
