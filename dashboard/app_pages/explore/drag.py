"""Explore's two sliders where a network is elastic: the images follow while they are dragged.

The sliders stand above the strip. At the end of the page stand the frames for them and what asks
for frames; they are a fragment, so that frames arrive without drawing the page again.

Frames of every place near the one shown come first, so that a step by keyboard finds its own images
in the browser, exact, before it is asked; then some that are spread over the whole slider, for the
hand; then, of the code's sizes, all that lie between those, so that a jump finds its own as well.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np
import streamlit as st

from ae_core.i18n import format
from ae_core.images import paint
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import busy, frames
from dashboard.app_pages.explore.view import View
from dashboard.components import figures, image_grid, library, warming, web
from dashboard.components.controls import noise_levels
from dashboard.i18n import language, t

CODES, LEVELS = 30, 16  # frames, at most, over each slider
_BLOCK, _REACH = 8, 4  # places in a sheet of those near; steps to either side that have frames
_ASK_MS, _ASK_LATER_MS = 350, 1500  # with TensorFlow loaded, and without; for each visitor here
Asks = dict[str, list[frames.Ask]]
_DRAG = web.component("drag", html="drag.html", css="drag.css", js="paint.js drag.js")
_SHEET = web.component("sheet", js="sheets.js")
_POLL = web.component("poll", js="poll.js")


def asks(now: View, found: Entry | None, entries: list[Entry], x: np.ndarray) -> Asks:
    """Return the frames wanted for the images ``x`` by slider, none without an elastic network.

    One sheet is spread over the whole slider; the slider moved last has others, of the places near.
    The last is computed first. Noise hardly packs: between the levels spread there are no frames.
    """
    if found is None or not found.longest:
        return {}
    shape = library.shape_of(now.data)
    sizes = [s for s in choose.positions(entries, shape) if s <= found.longest]
    levels = noise_levels(now.kind, 0.0, choose.top_level(entries, shape, now.kind))
    if st.session_state.get("explore_moved") == "noise":
        near_sizes, near_levels = [], near(levels, now.level)
    else:
        near_sizes, near_levels = near(range(1, found.longest + 1), now.code), []
    kind, by_level = now.most_noise, [spread(levels, LEVELS), *near_levels]
    some = spread(sizes, CODES)
    between = [size for size in sizes if size not in some]
    by_size = [*([between] if between else []), some, *near_sizes]
    return {
        "noise": [frames.ask(found, x, kind, "noise", places) for places in by_level],
        "code": [frames.ask(found, x, now.noise, "code", places) for places in by_size],
    }


def spread(places: Sequence[float], most: int) -> list[float]:
    """Return at most ``most`` of the places, evenly chosen, the first and the last among them."""
    return [places[i] for i in _spread(len(places), most)]


@lru_cache
def _spread(count: int, most: int) -> list[int]:
    return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int)).tolist()


def near(places: Sequence[float], now: float) -> list[list[float]]:
    """Return the blocks of ``places``, ascending, that a few steps from ``now`` lead to.

    Blocks begin at fixed places: so a step seldom needs another one.
    """
    at, last = bisect_left(places, now), len(places) - 1
    ends = max(0, min(at - _REACH, last)), min(last, at + _REACH)
    blocks = range(ends[0] // _BLOCK, ends[1] // _BLOCK + 1)
    return [list(places[_BLOCK * k : _BLOCK * (k + 1)]) for k in blocks]


def slider(
    over: str, places: Sequence[float], label: str, wanted: Asks, side: int, marks: Sequence[float]
) -> None:
    """Draw the slider for "code" or "noise"; a release changes the view and draws the page again.

    ``places`` are its positions, ascending; ``label`` is for those who do not see the heading above
    it; ``wanted`` comes from :func:`asks`; ``side`` is that of the images in pixels; ``marks`` are
    places that are marked.
    """
    state = "explore_code" if over == "code" else "explore_level"
    write = partial(format.number if over == "code" else format.short, language())
    _DRAG(
        key=f"explore_drag_{over}",
        data={
            "places": list(places),
            "texts": [write(place) for place in places],
            "marks": list(marks),
            "now": st.session_state[state],
            "heard": st.session_state.get(f"explore_heard_{over}", 0),
            "label": label,
            "noisy": t("row.noisy"),
            "live": t("drag.live", psnr="%p dB", place="%f"),
            "live_flat": t("drag.live", psnr=figures.called("%p dB", None, 1.0), place="%f"),
            "language": language(),
            "sheets": [one.key for one in wanted.get(over, ())],
            "tile": image_grid.tile_of(side),
            "gap": paint.GAP,
            "mat": paint.MAT,
            "columns": image_grid.COLUMNS,
        },
        on_release_change=_released(over, state, places),
    )


def _released(over: str, state: str, places: Sequence[float]):
    def released() -> None:
        release = st.session_state[f"explore_drag_{over}"].get("release")
        if not isinstance(release, dict):
            return
        st.session_state[f"explore_heard_{over}"] = release.get("sent")
        to = release.get("to")
        if isinstance(to, int | float) and to in places:
            st.session_state[state] = int(to) if over == "code" else float(to)
            st.session_state["explore_moved"] = over

    return released


def ahead(wanted: Asks) -> None:
    """Draw what brings the frames, at the end of the page; takes no space."""
    keys = {one.key for sheets in wanted.values() for one in sheets}
    frames.forget(st.session_state.get("explore_sheets", set()) - keys)
    st.session_state["explore_sheets"] = keys
    runs = st.session_state.setdefault("explore_runs", itertools.count())
    with st.container(key="explore_ahead", gap=None):
        _ahead(wanted, next(runs))


@st.fragment
def _ahead(wanted: Asks, run: int) -> None:
    """Hand over the frames that are ready. Only what the page itself asks for is computed.

    So nothing begins while a visitor moves on from place to place, nor where no browser is.
    """
    asked = st.session_state.get("explore_poll", {}).get("poll") is not None
    missing = 0
    for over, sheets in wanted.items():
        for k, one in enumerate(sheets):  # the last wish is computed first: what is near
            sheet = frames.sheet(one) if asked else frames.at_hand(one)
            missing += sheet is None
            if sheet is not None:
                _SHEET(key=f"explore_sheet_{over}_{k}", data=sheet)
    turns = st.session_state.setdefault("explore_turns", itertools.count())
    _POLL(
        key="explore_poll",
        data={
            "run": run,
            "missing": missing,
            "turn": next(turns),
            "wait": busy.visitors() * (_ASK_MS if warming.ready() else _ASK_LATER_MS),
        },
        on_poll_change=lambda: None,
    )
