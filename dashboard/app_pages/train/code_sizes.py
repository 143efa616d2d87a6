"""What a training's code size promises, before anything is trained."""

from __future__ import annotations

import math

import streamlit as st

from ae_core import networks
from ae_core.config import TrainConfig
from dashboard.components import controls, figures
from dashboard.i18n import number, t


def promise(config: TrainConfig, shape: tuple[int, int, int]) -> None:
    """Say what an image will be compressed to, before anything is trained."""
    image = math.prod(shape)
    code = networks.code_values(config, shape)
    with st.container(key="train_promise", gap="xxsmall"):
        kind = networks.kind(config.network)
        if kind.every_size:
            ends = " – ".join(figures.ratio_text(figures.ratio(image, n)) for n in (code, 1))
            st.html(figures.facts([(t("figure.ratio"), ends)]))
        if code and not kind.one_task:
            text = t(f"train.{kind.name}_promise", n=number(code, 0))
            st.html(f"<p class='ae-sum'>{text}</p>")
            return
        if code:
            ratio = figures.ratio_text(figures.ratio(image, code))
            st.html(figures.facts([(t("figure.ratio"), ratio)]))
        controls.accounting(image, code)
