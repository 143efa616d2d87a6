"""What an address says of Train: the training or the series shown, or what the form shall hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from ae_core import networks
from ae_core.config import OPTIMIZERS, TrainConfig
from ae_core.images.noise import KINDS
from ae_core.networks.designed import templates
from dashboard.app_pages.train import form
from dashboard.components import library, query

ONE, MANY = "one", "many"


@dataclass(frozen=True)
class View:
    """The training shown, or the series; one that is not there is said where it would stand."""

    run: str = query.parameter("", lambda text, _: text)
    sweep: str = query.parameter("", lambda text, _: text)


def _loss(text: str, values: query.Values) -> str | None:
    return text if text in networks.kind(values["network"]).losses else None


@dataclass(frozen=True)
class Link:
    """What a link asks of the form; ``level`` 0 is no noise, and a design may be any text."""

    data: str = query.known(TrainConfig.data)
    network: str = query.choice(TrainConfig.network, networks.KINDS)
    code: int = query.whole(TrainConfig.code, 1, 1024)
    kind: str = query.choice("gaussian", [kind for kind in KINDS if kind != "none"], name="noise")
    level: float = query.real(0.0, 0, lambda values: KINDS[values["kind"]].maximum)
    design: str = query.parameter(templates.USUAL, lambda text, _: text or None)
    loss: str = query.parameter(TrainConfig.loss, _loss)
    optimizer: str = query.choice(TrainConfig.optimizer, OPTIMIZERS)


def take(parameters: Mapping[str, str], sets: dict) -> list[str]:
    """Set the page to what an address asks for; return the names of what made no sense."""
    names = {"data": {*sets, *form.joined(sets)}}
    if "design" in parameters:
        parameters = {"network": "designed", **parameters}
    shown, _ = query.from_address(View(), parameters)
    link, ignored = query.from_address(Link(), parameters, names, also=query.names(View))
    state = st.session_state
    state["train_mode"] = MANY if "sweep" in parameters else ONE
    if "sweep" in parameters:
        state["sweep_shown"] = shown.sweep
    if "run" in parameters:
        state["train_run"] = shown.run
    for name, value in form.start().items():
        state.setdefault(f"train_{name}", value)
    if parameters.keys() & query.names(Link):
        _fill(link, parameters)
        ignored += _impossible(link, parameters)
    return ignored


def _fill(link: Link, parameters: Mapping[str, str]) -> None:
    state = st.session_state
    state["train_data"], state["train_network"] = link.data, link.network
    if "level" in parameters:
        state["train_kind"] = link.kind if link.level else "none"
        state["train_level"] = link.level or form.start()["level"]
    elif "noise" in parameters:
        state["train_kind"], state["train_level"] = link.kind, float(KINDS[link.kind].default)
    about = networks.kind(link.network)
    usual = about.usual_code(library.shape_of(link.data))
    state["train_code"] = link.code if "code" in parameters else usual
    state["train_loss"] = link.loss if "loss" in parameters else form.usual_loss(about)
    if "design" in parameters:
        state["train_design"] = link.design
    if "optimizer" in parameters:
        state["train_optimizer"] = link.optimizer
        form.follow_optimizer()


def _impossible(link: Link, parameters: Mapping[str, str]) -> list[str]:
    """Return the names of what was understood and cannot be; the form has something else there."""
    shape, about = library.shape_of(link.data), networks.kind(link.network)
    if link.network not in form.possible(shape):
        return [name for name in ("network", "design") if name in parameters]
    left = [] if about.asks_noise or not link.level else ["noise", "level"]
    code = about.default_code(link.code)
    if not about.shortest <= link.code == code <= about.longest_code(shape):
        left.append("code")
    return [name for name in left if name in parameters]
