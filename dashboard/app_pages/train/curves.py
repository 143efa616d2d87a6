"""The curves of a training. Vega charts update in place, so a live curve does not flicker."""

from __future__ import annotations

import math

import pandas
import streamlit as st

from ae_core.config import TrainConfig
from ae_core.drawing import extent
from ae_core.networks import course
from dashboard.components import figures
from dashboard.i18n import number, separators, spoken, t

HEIGHT = 230
_MOST_TICKS = 8


def curves(history: pandas.DataFrame, config: TrainConfig, flat: float) -> None:
    """Draw training and validation loss, validation PSNR, and where some died, dead code values.

    An upright line is at the epoch whose network is kept. ``flat``: the share of the validation
    images that are nearly constant.
    """
    left, right = st.columns(2, gap="medium")
    last, place = history.iloc[-1], course.best(history.to_dict("records"), config)
    history = history.assign(kept=[row == place for row in range(len(history))])
    with left:
        names = {"loss": t("curve.train"), "val_loss": t("curve.validation")}
        alt = t("curve.loss_alt", train=number(last["loss"], 4), val=number(last["val_loss"], 4))
        shown = extent.of_losses(history[["loss", "val_loss"]].to_numpy().ravel())
        _chart(history, names, t("curve.loss_log" if shown.log else "curve.loss"), alt, shown)
    with right:
        psnr = figures.decibel(last["val_psnr"], flat)
        alt = t("curve.psnr_alt", value=psnr, epoch=int(last["epoch"]))
        axis = figures.called(t("curve.psnr_axis"), history["val_psnr"].max(), flat)
        shown = extent.of_psnr(history["val_psnr"])
        _chart(history, {"val_psnr": t("curve.psnr")}, axis, alt, shown, zero=False)
    if "dead" in history and (history["dead"] > 0).any():
        percent = history[["epoch", "kept"]].assign(dead=100 * history["dead"])
        alt = t("curve.dead_alt", percent=number(100 * last["dead"], 0), epoch=int(last["epoch"]))
        _chart(percent, {"dead": t("curve.dead")}, t("curve.dead"), alt)


def _chart(
    history: pandas.DataFrame,
    names: dict[str, str],
    title: str,
    alt: str,
    shown: extent.Extent | None = None,
    zero: bool = True,
) -> None:
    """Draw columns of the history as lines; their names are the keys of ``names``.

    ``shown``: how far the axis goes; None: over all values.
    """
    legend = {"orient": "bottom", "symbolType": "stroke"} if len(names) > 1 else None
    epoch = {
        "field": "epoch",
        "type": "quantitative",
        "title": t("curve.epoch"),
        "axis": {"grid": False, "tickMinStep": 1, "format": "d"},
    }
    value = {"field": "value", "type": "quantitative", "title": title, "scale": {"zero": zero}}
    if shown and shown.log:
        value |= {"scale": {"type": "log"}, "axis": {"values": _ticks(shown.low, shown.high)}}
    if limits := shown and shown.limits(zero=zero):
        value["scale"] |= {"domain": list(limits), "nice": False}
    line = {"field": "line", "type": "nominal", "legend": legend, "sort": None, "title": None}
    encoding = {"x": epoch, "y": value, "color": line}
    point = {"type": "point", "opacity": 0, "size": 160, "clip": bool(limits)}
    near = {"tooltip": [epoch, value | {"format": ".4~f"}]}
    decimal, thousands = separators()
    written = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    spec = {
        "transform": [{"fold": list(names.values()), "as": ["line", "value"]}],
        "layer": [
            {"mark": {"type": "line", "clip": bool(limits)}, "encoding": encoding},
            {"mark": point, "encoding": encoding | near},
            {
                "mark": {"type": "rule", "strokeDash": [2, 3], "color": "gray"},
                "transform": [{"filter": "datum.kept"}],
                "encoding": {"x": epoch, "tooltip": {"field": "epoch", "title": t("curve.kept")}},
            },
        ],
        "config": {"locale": {"number": written}},
    }
    st.vega_lite_chart(history.rename(columns=names), spec, height=HEIGHT, alt=alt)
    if shown and shown.said:
        st.caption(spoken(shown.said))


def _ticks(low: float, high: float) -> list[float]:
    """Return few round numbers for a logarithmic axis of a small chart."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [m * 10.0**power for power in powers for m in (1, 2, 5) if low <= m * 10.0**power <= high]
    return found if len(found) <= _MOST_TICKS else [10.0**power for power in powers]
