"""What to train: the form, and what it will compress to before anything is started."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from ae_core import data, networks
from ae_core.config import TrainConfig
from ae_core.data import SETS
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise
from ae_core.networks import kinds, recipe
from ae_core.networks.designed import templates
from ae_core.training import control
from dashboard.app_pages.train import code_sizes
from dashboard.components import controls, job_panel, library, widgets
from dashboard.i18n import number, short, t

JOINED = tuple(
    f"{real.name}+{drawn.name}"
    for real in SETS.values()
    for drawn in SETS.values()
    if (real.kind, drawn.kind, real.shape) == ("download", "drawn", drawn.shape)
)
AUTO = "auto"
ALL = 0  # of a limit that is not set


def start() -> dict[str, Any]:
    """Return what the form shows first, by entry."""
    usual = TrainConfig()
    shown = {
        "data": usual.data,
        "network": usual.network,
        "code": usual.code,
        "design": templates.USUAL,
        "kind": usual.noise.kind,
        "level": float(KINDS["gaussian"].default),
        "spread": False,
        "title": "",
    }
    for entry in entries("shown", "more"):
        value = getattr(usual, entry.name)
        shown[entry.name] = AUTO if entry.metadata.get("auto") else ALL if value is None else value
    return shown


def joined(sets: dict) -> list[str]:
    """Return the joined sets all of whose members are known."""
    return [name for name in JOINED if all(member in sets for member in name.split("+"))]


@st.fragment
def form(sets: dict) -> None:
    """Draw the form; Start creates the run, starts its worker and shows it."""
    # Start has a place of its own: what a click changes there is sent before all else is drawn.
    fields, foot = st.container(), st.container(key="train_start_place")
    with foot:
        # What is under it comes up from there when it gets the focus. On this page alone: elsewhere a
        # page would move without need, and an open list shuts then.
        st.html("<style>[data-testid=stMain] { scroll-padding-bottom: 3.2rem; }</style>")
        place = st.empty()
        _start_if_asked(sets, place)
    with fields:
        _keep_sane(sets)
        missing = _fields(sets)
        try:
            config = _config()
            code_sizes.promise(config, library.shape_of(config.data))
        except UserError as error:
            job_panel.say(error)
            return
        if not missing:
            control.expect(config.device)
        job_panel.trial(config, missing)
    with place:
        # Another button after each start: the second of two quick clicks was for one that is gone.
        before = st.session_state.get("train_started", 0)
        how = {"key": f"train_start_{before}"} if before else {}
        how |= {"type": "primary", "width": "stretch", "disabled": missing}
        widgets.deed("train.start", "play_arrow", on_click=_ask, args=(before,), **how)


def _fields(sets: dict) -> bool:
    """Draw what is asked for a training; return whether any of its data is missing here."""
    missing = _data(sets)
    _network(library.shape_of(st.session_state["train_data"]))
    _noise()
    for entry in entries("shown"):
        widget(entry)
    with st.expander(t("train.more"), key="train_more"):
        for entry in entries("more"):
            widget(entry)
    widgets.text("train.name", key="train_title", max_chars=80)
    return missing


def _ask(before: int) -> None:
    """Note a click on the Start that is there after ``before`` of them."""
    state = st.session_state
    if state.get("train_started", 0) == before:
        state.update(train_started=before + 1, train_asked={})


def _start_if_asked(sets: dict, place) -> None:
    """After a click on Start, say at once in its place that a training starts, and start it.

    Another click may end this script wherever it asks for its session: what was asked for is done
    when it is shown, and the training started once.
    """
    state = st.session_state
    asked = state.get("train_asked")
    if asked is None:
        return
    how = {"icon": "spinner", "type": "primary", "width": "stretch", "disabled": True}
    place.button(t("train.starting"), key="train_starting", **how)
    try:
        _keep_sane(sets)
        if "run" not in asked:
            asked["run"] = control.start(_config(), state["train_title"]).id
    except UserError as error:
        del state["train_asked"]
        job_panel.say(error)
        return
    widgets.put("train_run", asked["run"])
    del state["train_asked"]
    st.rerun()


def _keep_sane(sets: dict) -> None:
    """Correct what an earlier choice left behind; only before the widgets are drawn."""
    state = st.session_state
    for name, value in start().items():
        state.setdefault(f"train_{name}", value)
    if state["train_data"] not in {*sets, *joined(sets)}:
        state["train_data"] = TrainConfig.data
    shape = library.shape_of(state["train_data"])
    if state["train_network"] not in possible(shape):
        state["train_network"] = TrainConfig.network
    about = networks.kind(state["train_network"])
    longest = about.longest_code(shape)
    state["train_code"] = max(about.shortest, min(state["train_code"], longest))
    if state["train_loss"] not in about.losses:
        state["train_loss"] = usual_loss(about)
    if about.noise == "needed" and state["train_kind"] == "none":
        noise = about.default_noise
        state.update(
            train_kind=noise.kind, train_level=noise.level, train_spread=noise.low is not None
        )
    if (kind := state["train_kind"]) != "none":
        state["train_level"] = float(min(state["train_level"], KINDS[kind].most))
    follow_images()


def follow_images() -> None:
    """Let what nobody has changed be what goes with the images, the network and the optimiser."""
    state, before = st.session_state, _usual()
    try:
        images = data.training_images(state["train_data"], int(state["train_limit"]) or None)
    except UserError:
        return  # it is said where the data are chosen
    about, names = networks.kind(state["train_network"]), (*recipe.NAMES, "optimizer")
    chosen = {name: state[f"train_{name}"] for name in names}
    asked = {n: int(chosen[n]) for n in ("batch", "epochs") if chosen[n] != before[n]}
    own = about.own(data.have_photographs(state["train_data"]))
    own = {name: own[name] for name in names if name in own}
    usual = {"optimizer": TrainConfig.optimizer} | recipe.beside(images, about.by_chance, **asked)
    usual |= own
    if chosen["optimizer"] != before["optimizer"]:  # somebody has changed it
        rate = usual["learning_rate"]
        usual["learning_rate"] = kinds.LEARNING_RATES.get(chosen["optimizer"], rate)
    for name, value in chosen.items():
        if value == before[name]:
            state[f"train_{name}"] = usual[name]
    state["train_usual"] = usual


def _usual() -> dict[str, Any]:
    """Return what the form showed last where nobody changed it, by entry."""
    return st.session_state.get("train_usual") or start()


def _data(sets: dict) -> bool:
    """Draw the choice of the data; return whether any of it is missing on this machine."""
    how = {"help": t("train.data_help"), "on_change": _data_changed}
    chosen = widgets.select("train.data", [*sets, *joined(sets)], library.set_label, **how)
    return controls.members(chosen, sets)


def _network(shape: networks.Shape) -> None:
    label = library.network_label
    widgets.select("train.network", possible(shape), label, on_change=_network_changed)
    network = st.session_state["train_network"]
    st.caption(t(f"network.{network}_about"))
    about = networks.kind(network)
    if about.designed:
        _design()
    elif about.code_sizes is None:
        sizes = sorted({*about.offered_codes(shape), st.session_state["train_code"]})
        label = t("train.longest" if about.every_size else "train.code")
        note = t("explore.code_help")
        widgets.slider("train_code", sizes, lambda n: number(n, 0), label=label, help=note)


def _design() -> None:
    """Show the design that is trained, and lead back to where it is made."""
    design = st.session_state["train_design"]
    st.code(design, language=None, wrap_lines=True)
    if st.button(t("train.design_back"), key="train_design_back", icon=":material/design_services:"):
        names = ("design", "data", "loss", "optimizer")
        query = {name: st.session_state[f"train_{name}"] for name in names}
        st.switch_page("app_pages/design/page.py", query_params=query)


def _data_changed() -> None:
    """Go to the size usual for a network that is trained for all shorter codes or for bytes."""
    state = st.session_state
    about = networks.kind(state["train_network"])
    if not about.one_task:
        state["train_code"] = about.usual_code(library.shape_of(state["train_data"]))


def _network_changed() -> None:
    _data_changed()
    state, about = st.session_state, networks.kind(st.session_state["train_network"])
    state["train_loss"] = usual_loss(about)
    if about.asks_noise:
        state["train_spread"] = about.noise_parts.get("low") is not None


def usual_loss(about: networks.Kind) -> str:
    """Return the loss that a kind of network is trained with where nothing else is asked for."""
    return about.defaults.get("loss", TrainConfig.loss)


def follow_optimizer() -> None:
    """Let the learning rate be that of the optimiser, also where somebody had changed it."""
    st.session_state["train_learning_rate"] = _usual()["learning_rate"]


def _noise() -> None:
    state = st.session_state
    about = networks.kind(state["train_network"])
    if not about.asks_noise:
        noise = library.noise_label(about.default_noise)
        st.caption(t(f"train.{about.name}_noise", noise=noise))
        return
    kinds = [k for k in KINDS if k != "none" or about.noise != "needed"]
    noise_kind("train", kinds, help=t("train.noise_help"), on_change=_noise_changed)
    kind = state["train_kind"]
    if kind == "none":
        return
    levels = controls.noise_levels(kind, state["train_level"])[1:]
    label = t("train.level", unit=t(f"noise.unit_{KINDS[kind].unit}"))
    widgets.slider("train_level", levels, short, label=label, help=t(f"noise.{kind}_help"))
    widgets.toggle("train.spread", help=t("train.spread_help"))


def _noise_changed() -> None:
    """Go to the level that is usual for a kind of noise: levels do not all count the same."""
    if (kind := st.session_state["train_kind"]) != "none":
        st.session_state["train_level"] = float(KINDS[kind].default)


def noise_kind(form: str, kinds: list[str], **more: Any) -> None:
    """Draw the choice of the kind of noise; ``form`` begins its key."""
    widgets.select("train.noise", kinds, lambda k: t(f"noise.{k}"), key=f"{form}_kind", **more)


def entries(*places: str) -> list[dataclasses.Field]:
    """Return the entries of a configuration that have one of these places in the form."""
    return [e for e in dataclasses.fields(TrainConfig) if e.metadata.get("form") in places]


def widget(entry: dataclasses.Field, form: str = "train") -> None:
    """Draw what asks for an entry: a list of words, a slider of usual values, or a number.

    ``form`` begins the widget's key.
    """
    about, name = entry.metadata, f"train.{entry.name}"
    options = about.get("choices") or about.get("steps")
    how = {"key": f"{form}_{entry.name}", "help": t(f"{name}_help")}
    if entry.name == "loss":
        options = networks.kind(st.session_state["train_network"]).losses
    elif entry.name == "optimizer":
        how["on_change"] = follow_optimizer
    if isinstance(entry.default, str):
        offered = [AUTO, *options] if about.get("auto") else options
        widgets.select(name, offered, lambda o: t(f"choice.{entry.name}.{o}"), **how)
    elif options:
        now = st.session_state[how["key"]]
        offered = sorted({*options, now, _usual().get(entry.name, now)})  # and the way back
        widgets.slider(name, offered, short, **how)
    else:
        low = ALL if entry.default is None else about["low"]
        widgets.whole(name, low, about["high"], step=about.get("step"), **how)


def _config() -> TrainConfig:
    state = st.session_state
    about = networks.kind(state["train_network"])
    given = {"data": state["train_data"], "network": about.name}
    if about.designed:
        given["design"] = state["train_design"]
    elif about.code_sizes is None:
        given["code"] = int(state["train_code"])
    if about.asks_noise:
        given["noise"] = dataclasses.asdict(_chosen_noise())
    for entry in entries("shown", "more"):
        value = state[f"train_{entry.name}"]
        if value != (AUTO if entry.metadata.get("auto") else ALL if entry.default is None else None):
            given[entry.name] = value
    return networks.configure(given)


def _chosen_noise() -> Noise:
    state = st.session_state
    if state["train_kind"] == "none":
        return Noise()
    low = 0.0 if state["train_spread"] else None
    return Noise(state["train_kind"], float(state["train_level"]), low)


def possible(shape: networks.Shape) -> list[str]:
    """Return the kinds of networks that can be trained on images of a shape."""
    return [n for n, kind in networks.KINDS.items() if kind.trainable and kind.takes(shape)]
