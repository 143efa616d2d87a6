"""Explore's controls: images, code size, noise, and which of the trained networks is at work."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae_core.images.noise import KINDS
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import drag, view
from dashboard.components import library, query, widgets
from dashboard.components.controls import Sets, data_set, noise_levels
from dashboard.i18n import number, short, t
from dashboard.lessons.frame import offered

Shape = tuple[int, int, int]
Place = DeltaGenerator
Places = dict[str, Place]


def places() -> Places:
    """Return where the sliders go, side by side above the images that they move; empty."""
    with st.container(key="explore_sliders", horizontal=True, gap="medium"):
        return {over: st.container(key=f"explore_slider_{over}") for over in ("code", "noise")}


def controls(entries: list[Entry], sets: Sets, sliders: Places) -> None:
    """Draw the choices; afterwards the widgets hold a view that makes sense.

    ``sliders`` are where the sliders go, by "code" and "noise". Where a network is elastic they stay
    empty: :func:`dragged` fills them once it is known which images they move.
    """
    state = st.session_state
    if state["explore_data"] not in sets:
        state["explore_data"] = view.View().data
    if offered("data"):
        data_set(sets, entries, "explore_data", on_change=_data_changed, args=(entries,))
    shape = library.shape_of(state["explore_data"])
    elastic = bool(choose.longest(entries, shape))
    with st.container(key="explore_rest"):
        if offered("code"):
            _code(entries, shape, sliders["code"], elastic)
        kind = state["explore_kind"]
        state["explore_level"] = float(min(state["explore_level"], KINDS[kind].maximum))
        if offered("noise") and not elastic:
            _noise(entries, shape, sliders["noise"])
        if offered("kind"):
            widgets.select("explore.kind", view.NOISES, lambda name: t(f"noise.{name}"))
        if offered("network"):
            _network(entries, shape)
        if offered("search"):
            widgets.toggle("explore.search", help=t("explore.search_help"))
        if offered("count"):
            widgets.slider("explore.count", view.COUNTS)


def dragged(entries: list[Entry], sliders: Places, wanted: dict) -> None:
    """Draw the sliders of an elastic network, and the frames for them that ``wanted`` names."""
    state, shape = st.session_state, library.shape_of(st.session_state["explore_data"])
    if not choose.longest(entries, shape):
        return
    kind, side = state["explore_kind"], max(shape[:2])
    sizes = choose.positions(entries, shape, state["explore_code"])
    made_for = sorted(choose.trained(entries, shape))
    about_sizes = t("explore.code_help") + (" " + t("explore.marks_help") if made_for else "")
    for over, label, note, places, marks in (
        ("code", t("explore.code"), about_sizes, sizes, made_for),
        ("noise", _noise_label(kind), t(f"noise.{kind}_help"), _levels(entries, shape), []),
    ):
        if offered(over):
            with sliders[over], st.container(key=f"explore_{over}_place", gap=None):
                st.markdown(label, help=note)
                drag.slider(over, places, label, wanted, side, marks)


def _data_changed(entries: list[Entry]) -> None:
    """Keep the code size where the other set has it, else go to the nearest that it has."""
    state = st.session_state
    shape = library.shape_of(state["explore_data"])
    most = choose.longest(entries, shape)
    known = choose.trained(entries, shape) | ({most} if most else set())
    if known and state["explore_code"] > most and state["explore_code"] not in known:
        state["explore_code"] = choose.nearest(sorted(known), state["explore_code"])
    state["explore_run"], state["explore_places"] = "", ()


def _code(entries: list[Entry], shape: Shape, slider: Place, elastic: bool) -> None:
    """Draw the code size: a slider that the server moves, or, if elastic, only the exact field."""
    state = st.session_state
    places = choose.positions(entries, shape, state["explore_code"])
    if not elastic:
        with slider:
            note = t("explore.code_help")
            widgets.slider("explore.code", places, lambda code: number(code, 0), help=note)
    known = ", ".join(number(k, 0) for k in sorted(choose.trained(entries, shape)))
    most = choose.longest(entries, shape)
    if most:
        _exactly(places[-1])
        st.caption(t("explore.every_size", most=number(most, 0)))
    elif known:
        st.caption(t("explore.trained_sizes", sizes=known))


def _exactly(most: int) -> None:
    """Draw a field for the code size beside the slider, for a finger cannot hit one of 256 places."""
    state = st.session_state
    state["explore_exact"] = state["explore_code"]
    widgets.whole("explore.exactly", 1, most, key="explore_exact", on_change=_exact_changed)


def _exact_changed() -> None:
    st.session_state["explore_code"] = int(st.session_state["explore_exact"])


def _noise(entries: list[Entry], shape: Shape, slider: Place) -> None:
    kind = st.session_state["explore_kind"]
    about = {"label": _noise_label(kind), "help": t(f"noise.{kind}_help")}
    with slider:
        widgets.slider("explore_level", _levels(entries, shape), short, **about)


def _noise_label(kind: str) -> str:
    return t("explore.noise", unit=t(f"noise.unit_{KINDS[kind].unit}"))


def _levels(entries: list[Entry], shape: Shape) -> list[float]:
    kind, level = st.session_state["explore_kind"], st.session_state["explore_level"]
    return noise_levels(kind, level, choose.top_level(entries, shape, kind))


def _network(entries: list[Entry], shape: Shape) -> None:
    """Draw the choice among the networks of this code size; those of others move the slider."""
    state = st.session_state
    data, noise = state["explore_data"], query.get("explore", view.View).noise
    fits = choose.matching(entries, data, shape, state["explore_code"], noise)
    others = choose.elsewhere(entries, shape, state["explore_code"])
    ordered = choose.own_first([*fits, *others], entries)
    labels = {"": t("explore.not_trained")} | library.entry_labels(ordered, others)
    best = next((e.id for e in fits if e.code), "")
    if state["explore_run"] not in {e.id for e in fits}:
        state["explore_run"] = ""
    state["explore_network"] = state["explore_run"] or best
    how = {"on_change": _network_changed, "args": (best, {e.id: e.code for e in others})}
    offered, note = list(labels)[1 if best else 0 :], t("explore.network_help")
    widgets.select("explore.network", offered, labels.get, help=note, **how)


def _network_changed(best: str, sizes: dict[str, int]) -> None:
    state = st.session_state
    picked = state["explore_network"]
    state["explore_run"] = "" if picked == best else picked
    state["explore_code"] = sizes.get(picked, state["explore_code"])
