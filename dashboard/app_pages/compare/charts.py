"""The curves of several trainings over each other: loss and PSNR, by epoch or by time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae_core import networks, runs
from ae_core.drawing import extent
from dashboard.app_pages.compare import observed, view
from dashboard.app_pages.compare.view import View
from dashboard.components import charts, figures, library, widgets
from dashboard.i18n import number, spoken, t

# What Streamlit's page puts the first colours of the visitor's palette in for; see look.Ink.
INKS = tuple(f"#00000{n}" for n in range(1, charts.MOST_RUNS + 1))
MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star")
_MARKED = {"size": 7, "maxdisplayed": 9}  # a curve is not told apart by colour alone
_TRAINING, _VALIDATION = {"width": 1.2, "dash": "dot"}, {"width": 2.2, "dash": "solid"}


def controls() -> None:
    """Draw how the curves are drawn."""
    widgets.switch("compare.scale", view.SCALES, help=t("compare.scale_help"))
    by, note = (lambda step: t(f"compare.by_{step}")), t("compare.step_help")
    widgets.switch("compare.step", view.STEPS, by, help=note)


def curves(picked: Sequence[runs.Run], now: View) -> None:
    """Draw loss and validation PSNR of all runs."""
    histories = [(run, run.history()) for run in picked]
    histories = [(run, table) for run, table in histories if len(table)]
    st.header(t("compare.curves"), anchor=False)
    if not histories:
        st.caption(t("compare.no_curves"))
        return
    losses = {networks.kind(c.network).minimised(c) for c in (run.config for run, _ in histories)}
    both = ["loss", "val_loss"]
    below = any((table[both] <= 0).any(axis=None) for _, table in histories)
    loss = extent.of_losses(*(table[both].to_numpy().ravel() for _, table in histories))
    psnr = extent.of_psnr(*(table["val_psnr"] for _, table in histories))
    log = now.scale == "log" and not below
    left, right = st.columns(2, gap="medium")
    with left:
        axis = {"title": {"text": t("curve.loss")}, "type": "log" if log else "linear"}
        axis |= _range(loss.limits(log, zero=True), log)
        _chart(histories, now, ("val_loss", "loss"), axis, "compare_loss")
    with right:
        axis = {"title": {"text": _psnr_axis(histories)}} | _range(psnr.limits(), False)
        _chart(histories, now, ("val_psnr",), axis, "compare_psnr")
    if seen := observed.sentence(picked):
        st.markdown(seen)
    notes = [t("compare.solid")]
    if len(losses) > 1:
        notes.append(t("compare.other_losses"))
    if now.scale == "log" and not log:
        notes.append(t("compare.not_log"))
    notes += [spoken(one.said) for one in (loss, psnr) if one.said]
    st.caption(" ".join(notes))


def _psnr_axis(histories) -> str:
    best = max(table["val_psnr"].max() for _, table in histories)
    return figures.called(t("curve.psnr_axis"), best, max(run.flat for run, _ in histories))


def _range(limits: tuple[float, float] | None, log: bool) -> dict:
    """Return both ends of an axis as Plotly takes them; nothing where it finds them itself."""
    if limits is None:
        return {}
    return {"range": [math.log10(end) for end in limits] if log else list(limits)}


def _chart(histories, now: View, columns, axis: dict, key: str) -> None:
    drawn = charts.figure(360)
    for place, (run, table) in enumerate(histories):
        x = table["seconds"].fillna(0).cumsum() if now.step == "seconds" else table["epoch"]
        for column in columns:
            values = table[column].to_numpy(float)
            training = column == "loss"
            drawn.add_scatter(
                x=x,
                y=np.where(np.isfinite(values), values, None),
                name=charts.as_text(library.title(run)),
                legendgroup=run.id,
                showlegend=not training,
                mode="lines" if training else "lines+markers",
                line={"color": INKS[place], **(_TRAINING if training else _VALIDATION)},
                marker={"color": INKS[place], "symbol": MARKS[place], **_MARKED},
                hovertemplate="%{y:.4g}<extra>" + f"{place + 1}</extra>",
            )
    drawn.update_xaxes(title={"text": t(f"compare.axis_{now.step}")})
    drawn.update_yaxes(**axis)
    ends = ", ".join(
        f"{library.title(run)}: {number(float(table[columns[0]].iloc[-1]), 4)}"
        for run, table in histories
    )
    charts.draw(drawn, key, key, t("compare.chart_alt", axis=axis["title"]["text"], ends=ends))
