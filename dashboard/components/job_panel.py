"""What is shown of background work: state, timer, buttons, deletion, log, a trial, and damage."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.jobs.job import Job
from ae_core.jobs.states import ACTIVE
from ae_core.machine import devices, settings
from ae_core.training import estimate, queue
from ae_core.training.sweeps import store as sweeps
from dashboard import i18n
from dashboard.components import figures, library, widgets
from dashboard.i18n import as_text, spoken, t

_ICONS = {
    "queued": "hourglass_empty",
    "running": "play_circle",
    "cancelling": "stop_circle",
    "cancelled": "cancel",
    "failed": "error",
    "finished": "check_circle",
}
_TRIED = "train_tried"  # what was found in this session, by configuration
_DAMAGED = 3  # run folders that are named; more are folded away
_FIRST, _PARTS = 0.4, 8  # seconds in which a browser draws the first page of a server, in parts
_COLOURS = {"running": "blue", "finished": "green", "failed": "red", "cancelled": "gray"}


def panel(find: Callable[[], Job], draw: Callable[[Any, str], None]) -> None:
    """Draw the job that ``find`` returns, by its state; while it is active, again and again.

    When it ends, the whole page is drawn: its lists and this panel's timer change with it.
    """
    try:
        active = find().state() in ACTIVE
    except UserError as error:
        say(error)
        return

    @st.fragment(run_every=_poll_s() if active else None)
    def look() -> None:
        try:
            job = find()
            state = job.state()
            if active and state not in ACTIVE:
                st.rerun()
            draw(job, state)
        except UserError as error:
            say(error)

    look()


def _poll_s(times: int = 1) -> float | None:
    return times * settings.read().poll_seconds or None


def badge(state: str) -> str:
    """Return a state as Markdown: icon, colour and word."""
    colour = _COLOURS.get(state, "orange")
    return f":{colour}-badge[:material/{_ICONS[state]}: {t(f'state.{state}')}]"


def say(words: object) -> None:
    """Say an error, or what the program wrote of one, in the visitor's language."""
    st.error(spoken(words), icon=":material/error:")


def attempt(action: Callable, *given: Any) -> None:
    """Do what a button asks for and draw the page again; say why where it cannot be done."""
    try:
        action(*given)
    except UserError as error:
        say(error)
        return
    st.rerun()


def confirm(name: str, question: str, delete: Callable[[], None]) -> None:
    """Ask a second time, then delete; ``name`` is the page's word for its texts and keys."""

    @st.dialog(t(f"{name}.delete_title"))
    def ask() -> None:
        st.markdown(question)
        if st.button(t("job.delete_yes"), type="primary", key=f"{name}_delete_yes"):
            attempt(widgets.allowed(delete))

    ask()


def log(name: str, job: Job, expanded: bool = False) -> None:
    """Show what a failed job printed last, if anything; ``name`` as in :func:`confirm`."""
    if said := job.tail():
        with st.expander(t(f"{name}.log"), expanded=expanded, key=f"{name}_log"):
            st.code(said, language=None, wrap_lines=True)


def number(value: object) -> float | None:
    """Return what a status file says as a finite number, None for anything else."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None


def share(part: float) -> float:
    """Return a part of the whole as a bar takes it, from 0 to 1."""
    return min(max(part, 0.0), 1.0)


def trial(config: TrainConfig, missing: bool, page: str = "train") -> None:
    """Draw what is known of the effort, or the button that finds it out.

    Args:
        config: the training that the page describes.
        missing: its data are not on this machine.
        page: the first word of the keys.
    """
    # How many epochs there are, at the most or until none helps, changes nothing of one of them.
    asked = dataclasses.replace(config, epochs=1, patience=0, seed=0)
    kept: dict[TrainConfig, estimate.Estimate] = st.session_state.setdefault(_TRIED, {})
    with st.container(key=f"{page}_effort", gap="xsmall"):
        if asked not in kept:
            how = {"type": "tertiary", "disabled": missing, "help": t("train.try_help")}
            if not widgets.deed("train.try", "timer", key=f"{page}_try", **how):
                return
            try:
                with st.spinner(t("train.trying")):
                    kept[asked] = estimate.measure(asked)
            except UserError as error:
                say(error)
                return
        _facts(kept[asked], config)


def _facts(found: estimate.Estimate, config: TrainConfig) -> None:
    items = [
        (t("train.weights"), i18n.number(found.parameters, 0)),
        (t("train.an_epoch"), figures.duration(found.epoch_seconds)),
        (t("train.in_all"), figures.duration(found.total(config.epochs))),
    ]
    st.html(figures.facts(items))
    text = t("train.tried", n=found.images)
    if queue.queue(devices.resolve(config.device)):
        text += " " + t("train.tried_busy")
    st.caption(text)


def chip(page) -> None:
    """Draw a link to the training that runs, if one does; it follows the training.

    Args:
        page: Train, as ``st.Page`` knows it.
    """
    # A place of its own, filled or not: what stands below is not moved, and drawn twice meanwhile.
    with st.container(key="under_way", width="content"):
        if runs.under_way():
            st.fragment(_chip, run_every=_poll_s(2))(page)


def _chip(page) -> None:
    active = runs.under_way()
    if not active:
        st.rerun()
    run, status = active[0], active[0].status()
    title = as_text(library.title(run))
    epoch, epochs = (int(number(status.get(k)) or 0) for k in ("epoch", "epochs"))
    label = t("job.under_way", title=title)
    if epoch:
        label = t("job.under_way_epoch", title=title, epoch=epoch, epochs=epochs)
    st.page_link(page, label=label, icon=":material/model_training:", query_params={"run": run.id})


_looked = False  # in this process


def damage() -> None:
    """Say quietly which runs and sweeps are left out, which runs lack a damaged file, and why.

    Drawn last: reading the files of all networks takes a second in a server just started, in which
    it would hardly send the images of its first page.
    """
    global _looked
    if not _looked:
        for _ in range(_PARTS):
            time.sleep(_FIRST / _PARTS)
            st.html(
                "<style>/**/</style>"
            )  # takes no room; here a visitor's next step breaks this off
    _looked = True
    left_out = [("run.broken", *found) for found in runs.broken_runs()]
    left_out += [("sweep.broken", *found) for found in sweeps.broken_sweeps()]
    lines = [
        t(key, name=as_text(name[:80]), reason=spoken(reason))
        for key, name, reason in [*left_out, *(("run.damaged", *found) for found in runs.damaged())]
    ]
    for line in lines[:_DAMAGED]:
        st.caption(line)
    if rest := lines[_DAMAGED:]:
        with st.expander(t("run.more_damaged", n=len(rest)), key="runs_damaged"):
            st.markdown("\n".join(f"- {line}" for line in rest))
