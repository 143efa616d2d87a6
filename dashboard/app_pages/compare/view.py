"""What Compare shows: the runs, how their curves are drawn; and what is read of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ae_core import networks, runs
from ae_core.errors import UserError
from dashboard.components import charts, library, query
from dashboard.i18n import number, short, t

SCALES, STEPS = ("log", "linear"), ("epoch", "seconds")


@dataclass(frozen=True)
class View:
    """The choices on the page."""

    runs: tuple[str, ...] = query.parameter((), lambda text, _: _names(text), ",".join)
    scale: str = query.choice(SCALES[0], SCALES)
    step: str = query.choice(STEPS[0], STEPS, name="by")
    differs: bool = query.flag()  # only the compared runs, and only what differs among them


def all_runs() -> list[runs.Run]:
    """Return every run of which there is something to compare: a curve or a network."""
    return [run for run in runs.list_runs() if run.epochs_done() or library.usable(run)]


def from_address(parameters: Mapping[str, str], found: Sequence[runs.Run]) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense.

    Of the runs it names, those that are there are taken.
    """
    view, ignored = query.from_address(View(), parameters)
    known = [run.id for run in found]
    picked = tuple(name for name in dict.fromkeys(view.runs) if name in known)[: charts.MOST_RUNS]
    if len(picked) < len(view.runs):
        ignored.append("runs")
    view = dataclasses.replace(view, runs=picked or first(found))
    return view, ignored if found else []


def first(found: Sequence[runs.Run]) -> tuple[str, ...]:
    """Return the landing choice: up to four runs of one image shape, the situations first."""
    shapes: dict[tuple, list[str]] = {}
    for run in sorted(found, key=lambda r: not networks.kind(r.config.network).one_size):
        try:
            shapes.setdefault(library.shape_of(run.config.data), []).append(run.id)
        except UserError:
            continue
    return tuple(next(iter(shapes.values()), [])[:4])


def renew_table() -> None:
    """Let the table's marked lines be those that are compared, chosen elsewhere."""
    age = st.session_state.get("compare_table_age", 0)
    st.session_state["compare_table_age"] = (age + 1) % 3  # renewed twice at once, it is new too


def choices(run: runs.Run) -> dict[str, Any]:
    """Return a run's configuration, flat, noise in words."""
    config = run.config
    flat = {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}
    flat["noise"] = library.noise_label(config.noise)
    flat["data"] = library.set_label(config.data)
    flat["network"] = library.network_label(config.network)
    flat["augment"] = t(f"choice.augment.{config.augment}")
    flat["loss"] = config.loss.upper()
    flat["code"] = library.code_range(config) if config.code else "–"
    return flat


def lines(found: Sequence[runs.Run], picked: Sequence[runs.Run], only: bool) -> list[runs.Run]:
    """Return the runs of the table: those compared on top, and unless ``only``, the rest below."""
    rest = [] if only and picked else [run for run in found if run not in picked]
    return [*picked, *rest]


def differing(found: Sequence[runs.Run]) -> list[str]:
    """Return the names of the choices in which these runs are not all alike."""
    flats = [choices(run) for run in found]
    return [name for name in flats[0] if len({str(flat[name]) for flat in flats}) > 1]


def shown(value: object) -> str:
    """Return a choice as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return short(value)
    return number(value, 0) if isinstance(value, int) and value > 9999 else str(value)


def seconds(run: runs.Run) -> float | None:
    """Return how long a run was trained, None where nothing is noted."""
    history = run.history()
    total = float(history["seconds"].sum()) if len(history) else math.nan
    return total if math.isfinite(total) else None


def takes_bytes(run: runs.Run) -> bool:
    """Return whether a run's network gives bytes at a level rather than a code."""
    return networks.kind(run.config.network).bits


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)
