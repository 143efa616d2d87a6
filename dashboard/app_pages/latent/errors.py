"""Reconstruction errors over a set: their histogram, a threshold, and the images beyond it."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ae_core import data
from ae_core.errors import UserError
from ae_core.evaluation import outliers, unlike
from ae_core.images import paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import parts
from dashboard.app_pages.latent.view import PARTS, View
from dashboard.components import (
    address,
    charts,
    figures,
    image_grid,
    job_panel,
    library,
    query,
    widgets,
)
from dashboard.components.controls import Sets
from dashboard.components.image_grid import Row
from dashboard.i18n import as_text, number, t

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SHOWN = 16  # images beyond the threshold, at most
STEP = 0.5  # grey levels
_QUIET = "#000036"  # the page's own quiet text, put in as in look.Ink


@st.fragment
def errors(found: Entry, now: View, sets: Sets) -> None:
    """Draw the choice of images, their errors, the threshold, and what lies beyond it."""
    home = _home(found, now, sets)
    over = _over(now, home, sets)
    try:
        with st.spinner(t("explore.reconstructing")):
            chosen = dict.fromkeys([*PARTS, over])
            found_errors = {name: _errors(found, *_images(name, home)) for name in chosen}
        _draw(found, home, over, found_errors)
    except UserError as error:
        job_panel.say(error)
    address.show("latent", query.address(query.get("latent", View)))


def _draw(found: Entry, home: str, over: str, known: dict[str, np.ndarray]) -> None:
    threshold = _threshold(known)
    drawn = _figure(home, over, known, threshold)
    alt = t("latent.errors_alt", threshold=number(threshold, 1))
    charts.draw(drawn, "latent_errors", f"errors_{home}", alt)
    items = []
    for name, values in known.items():
        count = int((values > threshold).sum())
        about = {"n": number(len(values), 0), "percent": number(100 * count / len(values), 1)}
        items.append(
            (
                t("latent.beyond_of", name=_label(name, home), **about),
                number(count, 0),
            )
        )
    st.html(figures.facts(items))
    name, part = _images(over, home)
    if over not in PARTS:
        _without_network(name, home)
    worst = unlike.beyond(known[over], threshold)[:SHOWN]
    if not len(worst):
        st.caption(t("latent.none_beyond"))
        return
    shown, x_hat = parts.images(name, part), parts.reconstructions(found, name, part)[worst]
    x = shown.x[worst]
    rows = [
        Row("original", paint.coloured(x)),
        Row("reconstruction", paint.coloured(x_hat)),
        Row("error", paint.error_map(x, x_hat), scale=True),
    ]
    about = {
        t("latent.error"): [number(known[over][i], 1) for i in worst],
        t("latent.image"): [html.escape(shown.name(i)) for i in worst],
    }
    image_grid.strip(rows, max(x.shape[1:3]), about, key="latent-beyond")


def _home(found: Entry, now: View, sets: Sets) -> str:
    """Return the set whose training images stand for all that the network was trained on."""
    if now.data in found.data:
        return now.data
    here = [name for name in reversed(found.data) if name in sets and sets[name][1] != "missing"]
    return here[0] if here else now.data


def _over(now: View, home: str, sets: Sets) -> str:
    """Draw the choice of what is looked at: a part of the network's own set, or another set."""
    shape = sets[home][0].shape
    others = [
        name
        for name, (info, state) in sets.items()
        if name != home and info.shape == shape and (info.kind == "own" or name == now.data)
    ]
    state, options = st.session_state, [*PARTS, *others]
    if state.get("latent_over") not in options:
        state["latent_over"] = "test"
    return widgets.switch("latent.over", options, lambda name: as_text(_label(name, home)), wrap=True)


def _images(over: str, home: str) -> tuple[str, str]:
    """Return the set, and the part of it, that a choice means."""
    return (home, over) if over in PARTS else (over, "all")


def _label(over: str, home: str) -> str:
    if over in PARTS:
        return t(f"latent.over_{over}", data=library.set_label(home))
    return library.set_label(over)


def _errors(found: Entry, name: str, part: str) -> np.ndarray:
    x_hat = parts.reconstructions(found, name, part)
    return unlike.errors(parts.images(name, part).x[: len(x_hat)], x_hat)


def _threshold(known: dict[str, np.ndarray]) -> float:
    """Draw the slider over all errors; it begins where one in 100 training images lies beyond."""
    state, top = st.session_state, max(float(values.max()) for values in known.values())
    top = max(STEP, math.ceil(top / STEP) * STEP)
    if state.get("latent_beyond") is None:
        state["latent_beyond"] = round(unlike.usual_threshold(known["train"]) / STEP) * STEP
    state["latent_beyond"] = min(max(float(state["latent_beyond"]), 0.0), top)
    return st.slider(
        t("latent.beyond"),
        0.0,
        top,
        step=STEP,
        format="%.1f",
        help=t("latent.beyond_help"),
        key="latent_beyond",
        persist_state="session",
    )


def _figure(home: str, over: str, known: dict[str, np.ndarray], threshold: float) -> Figure:
    names = list(dict.fromkeys(["train", over]))
    edges, shares = unlike.histogram([known[name] for name in names])
    drawn = charts.figure(280, top=26)
    for name, share in zip(names, shares, strict=True):
        drawn.add_scatter(
            x=edges,
            y=100 * np.append(share, share[-1]),
            name=charts.as_text(_label(name, home)),
            mode="lines",
            line={"shape": "hv"},
            fill="tozeroy",
            showlegend=True,
            hovertemplate="%{x:.1f}: %{y:.1f} %",
        )
    drawn.add_vline(x=threshold, line={"color": _QUIET, "width": 1, "dash": "dot"})
    across, up = charts.axis(t("latent.error_axis")), charts.axis(t("latent.share_axis"))
    return drawn.update_layout(xaxis=across, yaxis=up)


def _without_network(name: str, home: str) -> None:
    """Say how many images of another set are unlike the training images, asking no network."""
    fingerprints = [data.load(one).fingerprint for one in (name, home)]
    count, total = _apart(name, home, *fingerprints)
    st.caption(t("latent.apart", n=count, total=number(total, 0), data=library.set_text(home)))


@st.cache_data(max_entries=16, show_spinner=False)
def _apart(name: str, home: str, fingerprint: str, home_fingerprint: str) -> tuple[int, int]:
    x = parts.images(name, "all").x
    return int(outliers.far(x, [outliers.learn(data.load(home))]).sum()), len(x)
