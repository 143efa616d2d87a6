"""What to train: the form, and what it will compress to before anything is started."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.data import SETS
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise
from ae_core.networks import kinds
from ae_core.networks.designed import templates
from ae_core.training import control
from dashboard.app_pages.train import code_sizes
from dashboard.components import download_panel, estimate, library
from dashboard.components.controls import noise_levels
from dashboard.i18n import number, short, t, translated

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
    for entry in _entries("shown", "more"):
        value = getattr(usual, entry.name)
        shown[entry.name] = AUTO if entry.metadata.get("auto") else ALL if value is None else value
    return shown


def joined(sets: dict) -> list[str]:
    """Return the joined sets all of whose members are known."""
    return [name for name in JOINED if all(member in sets for member in name.split("+"))]


@st.fragment
def form(sets: dict) -> None:
    """Draw the form; Start creates the run, starts its worker and shows it."""
    _keep_sane(sets)
    _data(sets)
    shape = library.shape_of(st.session_state["train_data"])
    _network(shape)
    _noise()
    for entry in _entries("shown"):
        _widget(entry)
    with st.expander(t("train.more"), key="train_more"):
        for entry in _entries("more"):
            _widget(entry)
    st.text_input(
        t("train.name"),
        key="train_title",
        max_chars=80,
        placeholder=t("train.name_placeholder"),
        persist_state="session",
    )
    try:
        config = _config()
        code_sizes.promise(config, shape)
    except UserError as error:
        st.error(translated(error))
        return
    estimate.section(config, _missing(sets))
    if st.button(
        t("train.start"),
        type="primary",
        icon=":material/play_arrow:",
        key="train_start",
        width="stretch",
        disabled=_missing(sets),
    ):
        _start(config)


def _start(config: TrainConfig) -> None:
    try:
        run = control.start(config, st.session_state["train_title"])
    except UserError as error:
        st.error(translated(error))
        return
    st.session_state["train_run"] = run.id
    st.rerun()


def _keep_sane(sets: dict) -> None:
    """Correct what an earlier choice left behind; only before the widgets are drawn."""
    state = st.session_state
    for name, value in start().items():
        state.setdefault(f"train_{name}", value)
    if state["train_data"] not in {*sets, *joined(sets)}:
        state["train_data"] = TrainConfig.data
    shape = library.shape_of(state["train_data"])
    if state["train_network"] not in _possible(shape):
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
        state["train_level"] = float(min(state["train_level"], KINDS[kind].maximum))


def _data(sets: dict) -> None:
    options = [*sets, *joined(sets)]
    st.selectbox(
        t("train.data"),
        options,
        format_func=library.set_label,
        key="train_data",
        help=t("train.data_help"),
        persist_state="session",
        on_change=_data_changed,
    )
    for member in st.session_state["train_data"].split("+"):
        info, state = sets[member]
        if state == "missing":
            st.warning(library.missing_sentence(member), icon=":material/folder_off:")
        if info.terms:
            st.caption(library.terms(info))
        if state == "missing" and info.kind == "download":
            download_panel.panel(member)


def _network(shape: networks.Shape) -> None:
    possible = _possible(shape)
    st.selectbox(
        t("train.network"),
        possible,
        format_func=library.network_label,
        key="train_network",
        persist_state="session",
        on_change=_network_changed,
    )
    network = st.session_state["train_network"]
    st.caption(t(f"network.{network}_about"))
    about = networks.kind(network)
    if about.designed:
        _design()
    elif about.code_sizes is None:
        sizes = sorted({*about.offered_codes(shape), st.session_state["train_code"]})
        label = "train.longest" if about.every_size else "train.code"
        st.select_slider(
            t(label),
            sizes,
            format_func=lambda n: number(n, 0),
            key="train_code",
            help=t("explore.code_help"),
            persist_state="session",
        )


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
    st.session_state["train_loss"] = usual_loss(networks.kind(st.session_state["train_network"]))


def usual_loss(about: networks.Kind) -> str:
    """Return the loss that a kind of network is trained with where nothing else is asked for."""
    return about.defaults.get("loss", TrainConfig.loss)


def usual_rate(optimizer: str) -> float:
    """Return the learning rate of an optimiser where nothing else is asked for."""
    return kinds.LEARNING_RATES.get(optimizer, TrainConfig.learning_rate)


def _optimizer_changed() -> None:
    state = st.session_state
    state["train_learning_rate"] = usual_rate(state["train_optimizer"])


def _noise() -> None:
    state = st.session_state
    about = networks.kind(state["train_network"])
    if not about.asks_noise:
        noise = library.noise_label(about.default_noise)
        st.caption(t(f"train.{about.name}_noise", noise=noise))
        return
    kinds = [k for k in KINDS if k != "none" or about.noise != "needed"]
    st.selectbox(
        t("train.noise"),
        kinds,
        format_func=lambda k: t(f"noise.{k}"),
        key="train_kind",
        help=t("train.noise_help"),
        persist_state="session",
    )
    kind = state["train_kind"]
    if kind == "none":
        return
    st.select_slider(
        t("train.level", unit=t(f"noise.unit_{KINDS[kind].unit}")),
        noise_levels(kind, state["train_level"])[1:],
        format_func=short,
        key="train_level",
        help=t(f"noise.{kind}_help"),
        persist_state="session",
    )
    st.toggle(
        t("train.spread"), key="train_spread", help=t("train.spread_help"), persist_state="session"
    )


def _entries(*places: str) -> list[dataclasses.Field]:
    """Return the entries of a configuration that have one of these places in the form."""
    return [e for e in dataclasses.fields(TrainConfig) if e.metadata.get("form") in places]


def _widget(entry: dataclasses.Field) -> None:
    """Draw what asks for an entry: a list of words, a slider of usual values, or a number."""
    about, label = entry.metadata, t(f"train.{entry.name}")
    options = about.get("choices") or about.get("steps")
    key = f"train_{entry.name}"
    common = {"help": t(f"train.{entry.name}_help"), "persist_state": "session"}
    if entry.name == "loss":
        options = networks.kind(st.session_state["train_network"]).losses
    elif entry.name == "optimizer":
        common["on_change"] = _optimizer_changed
    if isinstance(entry.default, str):
        words = [AUTO, *options] if about.get("auto") else options

        def word(option: str) -> str:
            return t(f"choice.{entry.name}.{option}")

        st.selectbox(label, words, format_func=word, key=key, **common)
    elif options:
        st.select_slider(label, options, format_func=short, key=key, **common)
    else:
        low = ALL if entry.default is None else about["low"]
        step = about.get("step")
        st.number_input(label, low, about["high"], step=step, key=key, **common)


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
    for entry in _entries("shown", "more"):
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


def _possible(shape: networks.Shape) -> list[str]:
    return [n for n, kind in networks.KINDS.items() if kind.trainable and kind.takes(shape)]


def _missing(sets: dict) -> bool:
    return any(sets[m][1] == "missing" for m in st.session_state["train_data"].split("+"))
