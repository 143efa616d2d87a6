"""The parts of Compare: the table of runs, their figures, and the same images through each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas
import streamlit as st

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.images import paint
from ae_core.runs import choose, tables
from ae_core.runs.choose import Entry
from dashboard.app_pages.compare import compute, measuring, view
from dashboard.components import (
    charts,
    figures,
    image_grid,
    inference,
    job_panel,
    library,
    warming,
    widgets,
)
from dashboard.components.image_grid import Row
from dashboard.i18n import as_text, number, spoken, t

ALWAYS = ("data", "network", "code", "noise", "epochs", "batch", "learning_rate", "loss", "augment")
# A choice is called as the form calls it, but for what says there what to do.
_WORDS = {name: f"compare.choice_{name}" for name in ("code", "start", "limit", "design")}
COUNT = 8
DECIMALS = dict(psnr=2, ssim=3, mse=5, pca=2, values=0, ratio=1, stored=1, weights=0, minutes=1)


def table(found: Sequence[runs.Run]) -> list[runs.Run]:
    """Draw the list of all runs and what is compared; return the chosen runs."""
    state = st.session_state
    by_id = {run.id: run for run in found}
    state["compare_runs"] = [name for name in state.get("compare_runs", ()) if name in by_id]
    chosen = widgets.several(
        "compare.runs",
        list(by_id),
        lambda name: library.title(by_id[name]),
        max_selections=charts.MOST_RUNS,
        help=t("compare.runs_help"),
        placeholder=t("compare.runs_placeholder"),
        on_change=view.renew_table,
    )
    picked = [by_id[name] for name in chosen]
    with st.container(horizontal=True, vertical_alignment="center", key="compare_table_tools"):
        how = {"help": t("compare.differs_help"), "on_change": view.renew_table}
        only = widgets.toggle("compare.differs", **how)
    shown = view.lines(found, picked, only)
    wanted = view.differing(shown) if only and len(shown) > 1 else ALWAYS
    lines = [_line(run, wanted) for run in shown]
    psnr = (t("table.best"),)
    key = f"compare_table_{state.get('compare_table_age', 0)}"
    state["compare_table_ids"] = [run.id for run in shown]
    widgets.table(
        figures.localised(
            pandas.DataFrame(lines), {t("table.best"): 1}, psnr, [run.flat for run in shown]
        ),
        key,
        t("compare.table_alt", n=len(lines)),
        placeholder="–",
        on_select=lambda: _selected(key),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(range(len(picked)))}},
        column_config={t("compare.column_picture"): st.column_config.ImageColumn(width=120)},
        height=min(38 + 35 * len(lines), 400),
    )
    return picked


def figures_table(picked: Sequence[runs.Run]) -> None:
    """Draw what was measured on test images, a line for every run and test set.

    What has no figures can be measured now, or it is said why not.
    """
    st.header(t("compare.figures"), anchor=False)
    lines, missing, flat = [], [], []
    for run in picked:
        try:
            measured = tables.evaluation(run)
        except UserError as error:
            st.warning(spoken(error), icon=":material/error:")
            measured = None
        if measured is None:
            missing.append(run)
        else:
            lines += _measured(run, measured)
            flat += [test["network"].get("flat", 0.0) for test in measured["tests"]]
    if lines:
        decimals = {t(f"compare.{name}"): digits for name, digits in DECIMALS.items()}
        psnr = (t("compare.psnr"), t("compare.pca"))
        frame = figures.localised(pandas.DataFrame(lines), decimals, psnr, flat)
        alt = t("compare.figures_alt", n=len(lines))
        with st.container(key="compare_measured"):
            widgets.table(frame, "compare_figures", alt, placeholder="–")
    for run in missing:
        measuring.panel(run)


def pictures(picked: Sequence[runs.Run], known: list[Entry], sets: dict) -> None:
    """Draw the same images through every network that takes them."""
    st.header(t("compare.pictures"), anchor=False)
    usable = [run for run in picked if library.usable(run)]
    fits = compute.sets_for(usable, sets)
    if not fits:
        st.caption(t("compare.no_pictures"))
        return
    state = st.session_state
    if state.get("compare_data") not in fits:
        state["compare_data"] = compute.best_set(usable, fits)
    levels = compute.levels(usable)
    if state.get("compare_level") not in levels:
        state["compare_level"] = compute.best_level(usable)
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_choice"):
        label, note = library.set_label, t("noise.gaussian_help")
        widgets.select("explore.data", fits, label, key="compare_data", width=260)
        whole = partial(number, digits=0)
        widgets.slider("denoise.level", levels, whole, key="compare_level", width=300, help=note)
    data, level = state["compare_data"], state["compare_level"]
    with st.spinner(t("explore.reading", data=library.set_text(data))):
        x = compute.images(data, usable, known)[:COUNT]
    x_noisy = inference.corrupted(x, compute.noise(level))
    rows = [Row("original", paint.coloured(x))]
    if level:
        rows.append(Row("noisy", paint.coloured(x_noisy), _said(x, x_noisy)))
    waits = False
    for place, run in enumerate(usable, start=1):
        if library.shape_of(run.config.data) != x.shape[1:]:
            continue
        try:
            x_hat = compute.through(run, x, level)
        except UserError as error:
            job_panel.say(error)
            continue
        waits |= x_hat is None
        if x_hat is not None:
            rows.append(
                Row(f"run-{place}", paint.coloured(x_hat), _said(x, x_hat), label=library.title(run))
            )
    image_grid.strip(rows, max(x.shape[1:3]), {}, key="compare")
    left_out = [library.title(r) for r in usable if library.shape_of(r.config.data) != x.shape[1:]]
    if left_out:
        st.caption(t("compare.left_out", names=as_text(", ".join(left_out))))
    if any(networks.kind(run.config.network).every_size for run in usable):
        st.caption(t("compare.elastic", n=choose.SHOWN_SIZE))
    if any(view.takes_bytes(run) for run in usable):
        st.caption(t("compare.codec", n=compute.MIDDLE))
    if waits:
        warming.wait(t("compare.waiting"))


def _said(x: np.ndarray, x_hat: np.ndarray) -> tuple[str, ...]:
    return figures.means_of(x, x_hat)


def _line(run: runs.Run, wanted: Sequence[str]) -> dict[str, object]:
    flat = view.choices(run)
    line = {
        t("compare.column_picture"): compute.thumbnail(run),
        t("table.title"): library.title(run),
    }
    line |= {t(_WORDS.get(name, f"train.{name}")): view.shown(flat[name]) for name in wanted}
    return line | {t("table.best"): library.best_psnr(run)}


def _measured(run: runs.Run, whole: dict) -> list[dict[str, object]]:
    code, time, lines = whole["code"] or {}, view.seconds(run), []
    for test in whole["tests"]:
        figures_of = {name: test["network"][name] for name in ("psnr", "ssim", "mse")} | {
            "pca": (test.get("pca") or {}).get("psnr"),
            "values": code.get("values"),
            "ratio": code.get("nominal_ratio"),
            "stored": code.get("stored_ratio"),
            "weights": whole["parameters"],
            "minutes": time / 60 if time is not None else None,
        }
        line = {t("table.title"): library.title(run)}
        line[t("compare.test")] = library.set_label(test["data"])
        lines.append(line | {t(f"compare.{name}"): v for name, v in figures_of.items()})
    return lines


def _selected(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    ids = st.session_state.get("compare_table_ids", [])
    marked = [ids[row] for row in rows if row < len(ids)]
    kept = [name for name in st.session_state.get("compare_runs", ()) if name in marked]
    new = [name for name in marked if name not in kept]
    st.session_state["compare_runs"] = [*kept, *new][: charts.MOST_RUNS]
    view.renew_table()  # its lines are in another order now
