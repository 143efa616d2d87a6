"""The list of all trainings: shipped ones and the visitor's own, whatever their state."""

from __future__ import annotations

from datetime import datetime

import pandas
import streamlit as st
from i18n import moment, number, t

from ae_core import jobs, runs
from ae_core.errors import UserError
from components import library


def options() -> list[str]:
    """Return the names of all readable runs, the visitor's own first."""
    found = runs.list_runs()
    return [r.id for r in found if not r.pretrained] + [r.id for r in found if r.pretrained]


def table() -> None:
    """Draw the list; a click on a row shows that run."""
    lines, ids = [], []
    for run_id in options():
        try:
            lines.append(_line(runs.get(run_id)))
            ids.append(run_id)
        except (UserError, OSError, ValueError, KeyError):
            continue
    if not lines:
        return
    frame = pandas.DataFrame(lines)
    st.dataframe(
        frame,
        hide_index=True,
        key="train_table",
        on_select=_selected,
        selection_mode="single-row",
        alt=t("train.table_alt", n=len(frame)),
    )
    st.session_state["train_table_ids"] = ids


def _selected() -> None:
    rows = st.session_state["train_table"]["selection"]["rows"]
    ids = st.session_state.get("train_table_ids", [])
    if rows and rows[0] < len(ids):
        st.session_state["train_run"] = ids[rows[0]]


def _line(run: runs.Run) -> dict[str, str]:
    config, best = run.config, library.best_psnr(run)
    return {
        t("table.title"): library.title(run),
        t("table.state"): t("run.shipped") if run.pretrained else t(f"state.{jobs.current(run)}"),
        t("table.data"): library.set_label(config.data),
        t("table.network"): library.network_label(config.network),
        t("table.code"): library.code_range(config) if config.code else "–",
        t("table.noise"): library.noise_label(config.noise),
        t("table.best"): number(best, 1) if best is not None else "–",
        t("table.created"): _day(run.info.get("created")),
    }


def _day(created: object) -> str:
    try:
        return moment(datetime.fromisoformat(str(created)))
    except ValueError:
        return "–"
