"""What an address says of Train: the training or the series shown, or what the form shall hold."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import streamlit as st

from ae_core import networks
from ae_core.config import OPTIMIZERS, TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise
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


def _most(kind: str) -> float:
    return 0 if kind == "none" else KINDS[kind].most


@dataclass(frozen=True)
class Link:
    """What a link asks of the form; ``level`` 0 is no noise, and a design may be any text."""

    data: str = query.known(TrainConfig.data)
    network: str = query.choice(TrainConfig.network, networks.KINDS)
    code: int = query.whole(TrainConfig.code, 0, 1024)
    kind: str = query.choice("gaussian", KINDS, name="noise")
    level: float = query.real(0.0, 0, lambda values: _most(values["kind"]))
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
        asked = parameters.keys() - {*ignored}
        _fill(link, asked)
        ignored += _impossible(link, asked)
    return ignored


def _fill(link: Link, asked: Set[str]) -> None:
    state, about = st.session_state, networks.kind(link.network)
    shape = library.shape_of(link.data)
    state["train_data"], state["train_network"] = link.data, link.network
    noise = _noise(link, asked)
    state["train_kind"], state["train_spread"] = noise.kind, noise.low is not None
    state["train_level"] = noise.level or form.start()["level"]
    state["train_code"] = link.code if "code" in asked else about.usual_code(shape)
    state["train_loss"] = link.loss if "loss" in asked else form.usual_loss(about)
    if about.designed and asked & {"design", "code"}:
        state["train_design"] = _resized(link, asked) or link.design
    form.follow_images()  # before the optimiser: it is one that was chosen, whatever is usual here
    if "optimizer" in asked:
        state["train_optimizer"] = link.optimizer
        form.follow_optimizer()


def _noise(link: Link, asked: Set[str]) -> Noise:
    """Return the noise of the training that a link asks for."""
    about = networks.kind(link.network)
    if not asked & {"noise", "level"}:
        return about.default_noise
    level = {"level": link.level} if "level" in asked else {}
    return Noise(**about.complete_noise({"kind": link.kind, **level}))


def _resized(link: Link, asked: Set[str]) -> str | None:
    """Return the design with a code of the size that is asked for, None where that cannot be."""
    size = {"code": link.code} if "code" in asked else {}
    shape = library.shape_of(link.data)
    try:
        return networks.kind(link.network).complete({"design": link.design, **size}, shape)["design"]
    except UserError:
        return None


def _impossible(link: Link, asked: Set[str]) -> list[str]:
    """Return the names of what was understood and cannot be; the form has something else there."""
    shape, about = library.shape_of(link.data), networks.kind(link.network)
    if link.network not in form.possible(shape):
        return [name for name in ("network", "design") if name in asked]
    noisy = _noise(link, asked).kind != "none"
    takes = {"any": True, "needed": noisy, "never": not noisy, "own": False}[about.noise]
    left = [] if takes else ["noise", "level"]
    if about.designed:
        sized = _resized(link, asked) is not None
    elif about.code_sizes is None:
        sized = about.shortest <= link.code <= about.longest_code(shape)
    else:
        sized = link.code in about.code_sizes
    left += [] if sized else ["code"]
    left += [] if about.designed else ["design"]
    return [name for name in left if name in asked]
