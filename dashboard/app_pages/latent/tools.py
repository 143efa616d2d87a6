"""What can be done with codes: go from one to another, turn their values, walk the plane."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from ae_core import files
from ae_core.evaluation import latent
from ae_core.evaluation.latent import Plane
from ae_core.images import animation, paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import classes, compute, draws, errors, view
from dashboard.app_pages.latent.compute import Sample
from dashboard.app_pages.latent.view import View
from dashboard.components import image_grid, widgets
from dashboard.components.controls import Sets
from dashboard.components.image_grid import Row
from dashboard.i18n import number, t

STEPS = image_grid.COLUMNS  # images in a line
FRAMES = 16  # of an animation from one end to the next
SIDE = 7  # images along each side of a square
ACROSS = 11  # images along each side of the plane
BY_HAND = 8  # codes of at most so many values can be turned by hand
LINES = 8  # values of a code whose effect is shown


def tools(found: Entry, sample: Sample, on: Plane, now: View, sets: Sets) -> None:
    """Draw the choice of what to do, and that."""
    tool = widgets.switch("latent.tool", view.TOOLS, label=t("latent.tools"), wrap=True)
    if not sample.live:
        st.caption(t("latent.not_yet"))
        return
    st.html(f"<p class='ae-note'>{t(f'latent.about_{tool}')}</p>")
    if tool == "between":
        _between(found, sample, now)
    elif tool == "values":
        _values(found, sample, now)
    elif tool == "moves":
        _moves(found, sample, now)
    elif tool == "grid":
        _grid(found, sample, on)
    elif tool == "samples":
        draws.draws(found, now)
    elif tool == "errors":
        errors.errors(found, now, sets)
    else:
        classes.classes(found, now)


def _between(found: Entry, sample: Sample, now: View) -> None:
    """Draw the way from code to code: as strips, between four as a square, and moving."""
    st.session_state["latent_ends_picked"] = st.session_state["latent_ends"]
    about = {"help": t("latent.ends_help"), "placeholder": t("latent.ends_placeholder")}
    how = {"key": "latent_ends_picked", "max_selections": view.MOST_ENDS, **about}
    numbers = range(len(sample.x))
    widgets.several("latent.ends", numbers, sample.name, on_change=_ends_picked, **how)
    ends = st.session_state["latent_ends"]
    if len(ends) < 2:
        st.caption(t("latent.ends_few"))
        return
    with st.spinner(t("explore.reconstructing")):
        walk = _decoded(found, latent.path(sample.y[ends], STEPS))
        moving = _decoded(found, latent.path(sample.y[ends], FRAMES))
    rows = []
    for leg, (a, b) in enumerate(zip(ends[:-1], ends[1:], strict=True)):
        part = walk[leg * (STEPS - 1) : (leg + 1) * (STEPS - 1) + 1]
        rows.append(Row(f"leg-{leg}", part, label=f"{a + 1} → {b + 1}"))
    image_grid.strip(rows, max(found.shape[:2]), {}, key="latent-path")
    names = ", ".join(sample.name(i) for i in ends)
    if len(ends) == view.MOST_ENDS:
        st.caption(t("latent.square"))
        with st.spinner(t("explore.reconstructing")):
            square = _decoded(found, latent.square(sample.y[ends], SIDE))
        alt = t("latent.square_alt", names=names)
        image_grid.sheet(square, SIDE, 56, alt, "latent-square")
    _animation(found, moving, names, now)


def _ends_picked() -> None:
    st.session_state["latent_ends"] = list(st.session_state["latent_ends_picked"])


def _animation(found: Entry, frames: np.ndarray, names: str, now: View) -> None:
    frames = animation.there_and_back(frames)
    with st.container(horizontal=True, vertical_alignment="center", key="latent_animation"):
        st.toggle(t("latent.play"), key="latent_play")
        stem = files.slug(
            "_".join(["latent", now.data, found.network, "-".join(str(i + 1) for i in now.ends)])
        )
        exact = frames[..., :1] if found.shape[2] == 1 else frames
        for kind, mime in animation.KINDS.items():
            made = partial(animation.file, exact, kind)
            widgets.download(f"latent.save_{kind}", made, f"{stem}.{kind}", mime)
    if st.session_state["latent_play"]:
        content = animation.file(exact, "webp")
        alt = t("latent.animation_alt", names=names)
        width = exact.shape[2] * animation.factor(exact)
        image_grid.moving(content, "image/webp", width, alt, "latent-moving")


@st.fragment
def _values(found: Entry, sample: Sample, now: View) -> None:
    """Draw one slider a code value and the image of the code that they make."""
    if found.code > BY_HAND:
        st.caption(t("latent.too_long", n=number(found.code, 0), most=BY_HAND))
        return
    state, y = st.session_state, sample.y[now.image]
    low, high = sample.y.min(axis=0), sample.y.max(axis=0)
    still = compute.dead(found, sample)
    meant = (now.run, now.data, found.code, now.image, len(sample.x))
    if state.get("latent_turned") != meant:
        state["latent_turned"] = meant
        _turn_back(y)
    left, right = st.columns([0.38, 0.62], gap="medium")
    with left:
        for k in range(found.code):
            if still[k]:
                st.caption(t("latent.still", n=k + 1, value=number(y[k], 2)))
                continue
            lowest, highest = float(low[k]), float(high[k])
            key = f"latent_value_{k}"
            state[key] = min(max(float(state.get(key, y[k])), lowest), highest)
            st.slider(
                t("latent.value", n=k + 1),
                lowest,
                highest,
                step=(highest - lowest) / 100,
                format="%.2f",
                key=key,
            )
        widgets.button("latent.reset", "restart_alt", on_click=_turn_back, args=(y,))
    code = np.array([state.get(f"latent_value_{k}", y[k]) for k in range(found.code)])
    with right:
        shown = _decoded(found, np.stack([code, y]))
        rows = [
            Row("turned", shown[:1], label=t("latent.turned")),
            Row("reconstruction", shown[1:], label=t("latent.unturned")),
        ]
        said = {"turned": " · ".join(number(v, 2) for v in code)}
        image_grid.closer(rows, 0, said, key="latent-values")


def _turn_back(y: np.ndarray) -> None:
    for k, value in enumerate(y[:BY_HAND]):
        st.session_state[f"latent_value_{k}"] = float(value)


def _moves(found: Entry, sample: Sample, now: View) -> None:
    """Draw a row of images for each value that moves over the range that was seen."""
    y, still = sample.y, compute.dead(found, sample)
    order = [k for k in latent.by_spread(y).tolist() if not still[k]]
    if found.code <= BY_HAND:
        order.sort()
    pages = -(-len(order) // LINES)
    page = 1
    if pages > 1:
        state = st.session_state
        state["latent_page"] = min(state.get("latent_page", 1), pages)
        label = t("latent.page", n=number(len(order), 0))
        page = widgets.whole("latent_page", 1, pages, label=label, width=320)
    shown = order[(page - 1) * LINES : page * LINES]
    if not shown:
        st.caption(t("latent.all_still"))
        return
    low, high = y.min(axis=0), y.max(axis=0)
    walks = [latent.traverse(y[now.image], k, low[k], high[k], STEPS) for k in shown]
    with st.spinner(t("explore.reconstructing")):
        x_hat = _decoded(found, np.concatenate(walks))
    rows = [
        Row(
            f"value-{k}",
            x_hat[i * STEPS : (i + 1) * STEPS],
            (f"{number(low[k], 2)} → {number(high[k], 2)}",),
            label=t("latent.value", n=k + 1),
        )
        for i, k in enumerate(shown)
    ]
    image_grid.strip(rows, max(found.shape[:2]), {}, key="latent-moves")


def _grid(found: Entry, sample: Sample, on: Plane) -> None:
    """Draw what the decoder makes of codes spread evenly over the map."""
    codes = latent.grid(on, on.place(sample.y), ACROSS)
    with st.spinner(t("explore.reconstructing")):
        x_hat = _decoded(found, codes)
    alt = t("latent.grid_alt", across=ACROSS, rows=len(codes) // ACROSS)
    image_grid.sheet(x_hat, ACROSS, 64, alt, "latent-grid")
    if not on.direct:
        st.caption(t("latent.grid_plane", percent=number(100 * on.shares.sum(), 0)))


def _decoded(found: Entry, y: np.ndarray) -> np.ndarray:
    return paint.coloured(compute.decoded(found, y))
