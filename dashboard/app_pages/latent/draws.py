"""Codes drawn at random, and the images that the decoder makes of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae_core import data, networks, runs
from ae_core.evaluation import sampling
from ae_core.images import paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import compute, parts
from dashboard.app_pages.latent.view import View
from dashboard.components import image_grid, inference, widgets
from dashboard.i18n import number, t

COUNT, ACROSS = 24, 6
_SIDE = 56  # pixels of an image on the page, at most


def draws(found: Entry, now: View) -> None:
    """Draw images of codes from the prior, where there is one, and from the codes' own Gaussian."""
    widgets.button("latent.again", "casino", on_click=_again)
    config = runs.get(found.id).config
    prior = networks.kind(config.network).has_prior(config)
    ways = ["prior", "fitted"] if prior else ["fitted"]
    with st.spinner(t("explore.reconstructing")):
        given = (now.data, data.load(now.data).fingerprint, now.count, now.draw)
        drawn = {way: _drawn(found, *parts.key(found), *given, way) for way in ways}
        pictures = {way: compute.decoded(found, y) for way, (y, _) in drawn.items()}
    for place, way in zip(st.columns(len(ways), gap="medium"), ways, strict=True):
        with place:
            st.markdown(f"**{t(f'latent.drawn_{way}')}**")
            alt = t("latent.drawn_alt", n=COUNT, way=t(f"latent.drawn_{way}"))
            shown = paint.coloured(pictures[way])
            image_grid.sheet(shown, ACROSS, _SIDE, alt, f"latent-drawn-{way}")
            times = number(drawn[way][1], 1)
            st.caption(t(f"latent.seen_{way}", n=number(parts.MOST["train"], 0), times=times))


def _again() -> None:
    st.session_state["latent_draw"] = (st.session_state["latent_draw"] + 1) % inference.LAST_DRAW


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(
    _found: Entry,
    run_id: str,
    stamp: int,
    size: int,
    name: str,
    fingerprint: str,
    count: int,
    draw: int,
    way: str,
) -> tuple[np.ndarray, float]:
    """Return codes, float64 (24, K), and how much farther from training images' than test images'."""
    seen, known = parts.codes(_found, name, "train"), compute.sample(_found, name, count).y
    if way == "prior":
        y = sampling.from_prior(seen.shape[1], COUNT, draw)
    else:
        y = sampling.fit(seen).draw(COUNT, draw)
    return y, sampling.remoteness(y, known, seen)
