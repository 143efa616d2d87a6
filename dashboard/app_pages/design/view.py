"""What Design shows: a design with its images, loss and optimiser; what came before, and a start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from ae_core import networks, runs
from ae_core.config import LOSSES, OPTIMIZERS, TrainConfig
from ae_core.errors import UserError
from ae_core.networks.designed import notation, templates
from ae_core.networks.designed.notation import Design
from ae_core.networks.designed.plan import Plan
from ae_core.networks.designed.planner import lay_out
from dashboard.components import library, query
from dashboard.i18n import t

MOST_STEPS = 200  # that can be undone
LINKED = ""  # a start: the design of the link that was opened
_NOW, _PAST, _FUTURE = "design_now", "design_past", "design_future"
_LINK, _REFUSED, _STEPS = "design_link", "design_refused", "design_steps"


def _line(text: str, _: query.Values) -> str | None:
    try:
        return str(notation.parse(text))
    except UserError:
        return None


@dataclass(frozen=True)
class View:
    """The choices; ``start`` is the key of what the design was begun with, see :func:`starts`."""

    design: str = query.parameter(templates.USUAL, _line)
    data: str = query.known(TrainConfig.data, brief=True)
    loss: str = query.choice(TrainConfig.loss, LOSSES, brief=True)
    optimizer: str = query.choice(TrainConfig.optimizer, OPTIMIZERS, brief=True)
    start: str = "convolutional"

    @property
    def parsed(self) -> Design:
        return notation.parse(self.design)

    @property
    def asked(self) -> dict[str, Any]:
        """The entries of a training that say the same."""
        names = ("design", "data", "loss", "optimizer")
        return {"network": "designed"} | {name: getattr(self, name) for name in names}

    def config(self) -> TrainConfig:
        """Return the training.

        Raises:
            UserError: a layer of the design cannot be.
        """
        return networks.configure(self.asked)


def arrive(parameters: Mapping[str, str], sets: Collection[str]) -> list[str]:
    """Show what an address asks for; return the names of parameters that made no sense."""
    view, ignored = query.from_address(View(), parameters, {"data": sets})
    state = st.session_state
    if _NOW in state and view == replace(state[_NOW], start=view.start):
        return ignored
    shown = {line.design: name for name, line in _of_templates().items() if line.loss == view.loss}
    state[_LINK] = view = replace(view, start=shown.get(view.design, LINKED))
    if _NOW in state:
        change(**vars(view))
    else:
        state[_NOW] = view
    return ignored


def now(sets: Collection[str]) -> View:
    """Return what is shown; a data set that has gone meanwhile is another one."""
    view = st.session_state[_NOW]
    if view.data not in sets:
        view = st.session_state[_NOW] = replace(view, data=View.data)
    return view


def plan() -> Plan:
    """Return the design that is shown, worked out for its images."""
    view = st.session_state[_NOW]
    return lay_out(view.parsed, library.shape_of(view.data), view.loss)


def change(**entries: Any) -> None:
    """Show other choices; :func:`undo` takes them back."""
    state = st.session_state
    view = replace(state[_NOW], **entries)
    if view != state[_NOW]:
        state[_PAST] = [*state.get(_PAST, []), state[_NOW]][-MOST_STEPS:]
        state[_NOW], state[_FUTURE] = view, []


def edit(design: Design) -> None:
    """Show another design; one that no line can say is left, and :func:`refused` says why."""
    line = str(design)
    try:
        notation.parse(line)
    except UserError as error:
        st.session_state[_REFUSED] = error
        return
    change(design=line)


def refused() -> UserError | None:
    """Return why the last click did nothing, once."""
    return st.session_state.pop(_REFUSED, None)


def undo() -> None:
    """Show what was shown before the last change."""
    _step(_PAST, _FUTURE)


def redo() -> None:
    """Show again what was taken back last."""
    _step(_FUTURE, _PAST)


def can_undo() -> bool:
    """Return whether anything was changed."""
    return bool(st.session_state.get(_PAST))


def can_redo() -> bool:
    """Return whether anything was taken back."""
    return bool(st.session_state.get(_FUTURE))


def starts(shape: tuple[int, int, int], sets: Collection[str]) -> dict[str, View]:
    """Return what a design of images (H, W, C) can begin with, by key.

    The link that was opened, the templates, and every run whose network is a design.
    """
    view, found = st.session_state[_NOW], {}
    linked = st.session_state.get(_LINK)
    if linked is not None and linked.start == LINKED:
        found[LINKED] = linked
    for name, start in _of_templates().items():
        if templates.TEMPLATES[name].side in (None, *shape[:2]) or name == view.start:
            found[name] = replace(view, design=start.design, loss=start.loss, start=name)
    for run in runs.list_runs():
        config = run.config
        if config.design and networks.kind(config.network).designed:
            entries = {n: getattr(config, n) for n in ("design", "loss", "optimizer")}
            data = config.data if config.data in sets else view.data
            found[run.id] = replace(view, data=data, start=run.id, **entries)
    return found


def start_label(name: str) -> str:
    """Return what a start is called."""
    if name == LINKED:
        return t("design.start_link")
    if name not in templates.TEMPLATES:
        return f"{library.title(runs.get(name))} ({name})"
    if name in networks.KINDS:
        return library.network_label(name)
    return t(f"design.template_{name}")


def _of_templates() -> dict[str, View]:
    return {
        name: View(str(template.design), loss=template.loss, start=name)
        for name, template in templates.TEMPLATES.items()
    }


def suffix() -> str:
    """Return what ends the keys of the fields that are typed into.

    After a step back or forward they are new ones: a field that is typed into while the answer to
    the step is on its way would send what it held, and that would take the step back.
    """
    steps = st.session_state.get(_STEPS, 0)
    return f"--{steps}" if steps else ""


def _step(source: str, target: str) -> None:
    state = st.session_state
    if state.get(source):
        state[_STEPS] = state.get(_STEPS, 0) + 1
        state[target] = [*state.get(target, []), state[_NOW]]
        state[_NOW] = state[source][-1]
        state[source] = state[source][:-1]
