"""Explore's controls: images, code size, noise, and which of the trained networks is at work."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Moving:
    """Places among the choices for what moves with the sliders, and those of the sliders."""

    exactly: Place  # the code size as a field
    network: Place
    sliders: Places


def controls(entries: list[Entry], sets: Sets, at: Places) -> Moving:
    """Draw the choices, and return the places that :func:`network` and :func:`sliders` fill.

    ``at`` is where the sliders go.
    """
    state = st.session_state
    if state["explore_data"] not in sets:
        state["explore_data"] = view.View().data
    if offered("data"):
        data_set(sets, entries, "explore_data", on_change=_data_changed, args=(entries,))
    with st.container(key="explore_rest"):
        exactly = st.container()
        if offered("code"):
            _known_sizes(entries, library.shape_of(state["explore_data"]))
        kind = state["explore_kind"]
        state["explore_level"] = float(min(state["explore_level"], KINDS[kind].maximum))
        if offered("kind"):
            widgets.select("explore.kind", view.NOISES, lambda name: t(f"noise.{name}"))
        networks = st.container()
        if offered("search"):
            widgets.toggle("explore.search", help=t("explore.search_help"))
        if offered("count"):
            widgets.slider("explore.count", view.COUNTS)
    return Moving(exactly, networks, _headed(entries, at))


def _headed(entries: list[Entry], at: Places) -> Places:
    """Write over each slider of an elastic network what it moves; return where the sliders go."""
    shape, kind = library.shape_of(st.session_state["explore_data"]), st.session_state["explore_kind"]
    if not choose.longest(entries, shape):
        return at
    marks = " " + t("explore.marks_help") if choose.trained(entries, shape) else ""
    notes = {"code": t("explore.code_help") + marks, "noise": t(f"noise.{kind}_help")}
    places = {over: at[over].container(key=f"explore_{over}_place", gap=None) for over in at}
    for over in filter(offered, places):
        places[over].markdown(_label(over), help=notes[over])
    return places


def network(entries: list[Entry], at: Moving) -> None:
    """Draw the choice of the network; afterwards the widgets hold a view that makes sense."""
    if offered("network"):
        with at.network:
            _network(entries, library.shape_of(st.session_state["explore_data"]))


def sliders(entries: list[Entry], at: Moving, wanted: dict) -> None:
    """Draw the sliders: of an elastic network those with the frames that ``wanted`` names."""
    shape = library.shape_of(st.session_state["explore_data"])
    if choose.longest(entries, shape):
        _dragged(entries, shape, at.sliders, wanted)
        if offered("code"):
            with at.exactly:
                _exactly(choose.positions(entries, shape, st.session_state["explore_code"])[-1])
        return
    if offered("code"):
        with at.sliders["code"]:
            places = choose.positions(entries, shape, st.session_state["explore_code"])
            note = t("explore.code_help")
            widgets.slider("explore.code", places, lambda code: number(code, 0), help=note)
    if offered("noise"):
        _noise(entries, shape, at.sliders["noise"])


def _dragged(entries: list[Entry], shape: Shape, at: Places, wanted: dict) -> None:
    sizes = choose.positions(entries, shape, st.session_state["explore_code"])
    made_for, side = sorted(choose.trained(entries, shape)), max(shape[:2])
    for over, places, marks in (("code", sizes, made_for), ("noise", _levels(entries, shape), [])):
        if offered(over):
            with at[over]:
                drag.slider(over, places, _label(over), wanted, side, marks)


def _data_changed(entries: list[Entry]) -> None:
    """Keep the code size where the other set has it, else go to the nearest that it has."""
    state = st.session_state
    shape = library.shape_of(state["explore_data"])
    most = choose.longest(entries, shape)
    known = choose.trained(entries, shape) | ({most} if most else set())
    if known and state["explore_code"] > most and state["explore_code"] not in known:
        state["explore_code"] = choose.nearest(sorted(known), state["explore_code"])
    state["explore_run"], state["explore_places"] = "", ()


def _known_sizes(entries: list[Entry], shape: Shape) -> None:
    """Say which code sizes there are networks for."""
    known = ", ".join(number(k, 0) for k in sorted(choose.trained(entries, shape)))
    most = choose.longest(entries, shape)
    if most:
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
    about = {"label": _label("noise"), "help": t(f"noise.{kind}_help")}
    with slider:
        widgets.slider("explore_level", _levels(entries, shape), short, **about)


def _label(over: str) -> str:
    """Return what a slider moves, "code" or "noise", in words."""
    if over == "code":
        return t("explore.code")
    return t("explore.noise", unit=t(f"noise.unit_{KINDS[st.session_state['explore_kind']].unit}"))


def _levels(entries: list[Entry], shape: Shape) -> list[float]:
    kind, level = st.session_state["explore_kind"], st.session_state["explore_level"]
    return noise_levels(kind, level, choose.top_level(entries, shape, kind))


def _network(entries: list[Entry], shape: Shape) -> None:
    """Draw the choice among the networks of this code size; those of others move the slider."""
    state = st.session_state
    data, noise = state["explore_data"], query.get("explore", view.View).noise
    fits = choose.matching(entries, data, shape, state["explore_code"], noise)
    others = choose.elsewhere(entries, shape, state["explore_code"])
    labels = {"": t("explore.not_trained")} | {
        e.id: library.entry_label(e, size=e in others)
        for e in choose.own_first([*fits, *others], entries)
    }
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
