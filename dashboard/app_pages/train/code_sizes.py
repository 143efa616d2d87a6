"""The code sizes that the Train form offers for each network, and what they promise."""

from __future__ import annotations

import math

import streamlit as st

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.runs import choose
from dashboard.components import figures
from dashboard.i18n import number, t

USUAL = 64
LONGEST = 256  # what an elastic network's decoder can be told of its code's length
RATE_SIZES = (100, 200, 288, 400, 624)

Shape = tuple[int, int, int]


def usual(network: str, shape: Shape) -> int:
    """Return the code size that a network has until another is chosen."""
    about = networks.info(network)
    if about.rate:
        return min(288 if shape[2] == 1 else 624, most(network, shape))
    return LONGEST if about.elastic else USUAL


def most(network: str, shape: Shape) -> int:
    """Return the largest code size on offer for images of this shape."""
    about, (height, width, channels) = networks.info(network), shape
    if about.rate:  # two thirds of a colour code speak of brightness, which has a value a pixel
        return min(1024, height * width if channels == 1 else height * width * 3 // 2)
    return LONGEST if about.elastic else choose.POWERS[-1]


def sizes(network: str, shape: Shape) -> list[int]:
    """Return the code sizes on offer."""
    steps = RATE_SIZES if networks.info(network).rate else choose.POWERS
    return [size for size in steps if size <= most(network, shape)]


def promise(config: TrainConfig, shape: tuple[int, int, int]) -> None:
    """Say what an image will be compressed to, before anything is trained."""
    image = math.prod(shape)
    code = networks.code_values(config.network, config.code, shape)
    with st.container(key="train_promise", gap="xxsmall"):
        if not code:
            st.html(f"<p class='ae-sum'>{t('explore.no_code')}</p>")
            return
        if networks.info(config.network).rate:
            st.html(f"<p class='ae-sum'>{t('train.rate_promise', n=number(code, 0))}</p>")
            return
        if networks.info(config.network).elastic:
            ends = " – ".join(figures.ratio_text(figures.ratio(image, n)) for n in (code, 1))
            st.html(figures.facts([(t("figure.ratio"), ends)]))
            st.html(f"<p class='ae-sum'>{t('train.elastic_promise', n=number(code, 0))}</p>")
            return
        ratio = figures.ratio_text(figures.ratio(image, code))
        st.html(figures.facts([(t("figure.ratio"), ratio)]))
        st.html(f"<p class='ae-sum'>{figures.sum_text(image, code)}</p>")
        if verdict := figures.verdict(image, code):
            st.markdown(f":orange[:material/balance:] {verdict}")
