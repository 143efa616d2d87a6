"""The list of all trainings: shipped ones and the visitor's own, whatever their state."""

from __future__ import annotations

from collections.abc import Iterable

import pandas
import streamlit as st

from ae_core import runs
from dashboard.components import figures, library, widgets
from dashboard.i18n import moment, number, t

_WIDEST = 187  # pixels; what is said where a network has many sizes would be cut in its middle


def listed() -> dict[str, runs.Run]:
    """Return all readable runs by name."""
    return {run.id: run for run in runs.list_runs()}


def table(found: dict[str, runs.Run]) -> None:
    """Draw the list; a click on a row shows that run."""
    rivals = _rivals(found.values())
    frame = pandas.DataFrame([_line(run, rivals) for run in found.values()])
    notes = {
        t(f"table.{name}"): st.column_config.Column(width=width, help=t(f"table.{name}_help"))
        for name, width in (("best", None), ("among", _WIDEST))
    }
    alt, how = t("train.table_alt", n=len(frame)), {"selection_mode": "single-row"}
    widgets.table(frame, "train_table", alt, on_select=_selected, column_config=notes, **how)
    st.session_state["train_table_ids"] = list(found)


def _selected() -> None:
    rows = st.session_state["train_table"]["selection"]["rows"]
    ids = st.session_state.get("train_table_ids", [])
    if rows and rows[0] < len(ids):
        widgets.put("train_run", ids[rows[0]])


def _rivals(found: Iterable[runs.Run]) -> dict[tuple, list[float]]:
    """Return the PSNR of all trainings whose PSNR may be compared, by what they have in common."""
    rivals: dict[tuple, list[float]] = {}
    for run in found:
        best = library.best_psnr(run)
        if library.task(run.config) is not None and best is not None:
            rivals.setdefault(_shared(run), []).append(best)
    return rivals


def _shared(run: runs.Run) -> tuple:
    return library.task(run.config), library.images_of(run)


def _among(run: runs.Run, best: float | None, rivals: dict[tuple, list[float]]) -> str:
    """Say how a training does among those with the same images, code size and noise."""
    if library.task(run.config) is None:
        return t(f"table.mean_{run.config.network}")
    others = rivals.get(_shared(run), [])
    if best is None or len(others) < 2:
        return "–"
    if best == max(others):
        return t("table.first", n=len(others))
    return t("table.behind", difference=number(best - max(others), 1).replace("-", "−"))


def _line(run: runs.Run, rivals: dict[tuple, list[float]]) -> dict[str, str]:
    config, best = run.config, library.best_psnr(run)
    return {
        t("table.title"): library.title(run),
        t("table.state"): t("run.shipped") if run.pretrained else t(f"state.{run.state()}"),
        t("table.data"): library.set_label(config.data),
        t("table.network"): library.network_label(config.network),
        t("table.code"): library.code_range(config) if config.code else "–",
        t("table.noise"): library.noise_label(config.noise),
        t("table.best"): figures.plain_decibels(best, run.flat),
        t("table.among"): _among(run, best, rivals),
        t("table.created"): moment(run.info.get("created")),
    }
