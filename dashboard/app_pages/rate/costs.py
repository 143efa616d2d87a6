"""Photographs: what our codec saves and loses beside each other one, and what each costs."""

from __future__ import annotations

import html

import streamlit as st

from ae_core.evaluation import photographs
from ae_core.runs.tables import Table
from dashboard.app_pages.rate import chart, curves, pictures
from dashboard.app_pages.rate.curves import Row
from dashboard.app_pages.rate.view import View
from dashboard.components import figures
from dashboard.i18n import as_text, number, t

_QUICK = "WebP"  # whose time ours is compared with: the slowest setting of a codec of every day


def costs(table: Table, now: View) -> None:
    """Draw bits at equal quality, seconds and memory of every codec, and where ours loses."""
    st.header(t("rate.photographs"), anchor=False)
    pictures.point(table, now)
    spent = photographs.costs(table.rows)
    saved = {str(line["against"]): line for line in curves.savings(table, now.count)}
    if said := lost(saved, spent):
        st.markdown(said)
    lines = [_line(codec, saved.get(codec), spent.get(codec)) for codec in curves.codecs(table)]
    heads = [t(f"rate.cost_{name}") for name in ("codec", "bits", "encode", "decode", "memory")]
    st.html(figures.table(heads, lines, t("rate.cost_caption"), "ae-rate", t("rate.photographs")))
    st.caption(t("rate.photographs_about"))


def lost(saved: dict[str, Row], spent: dict[str, photographs.Cost]) -> str:
    """Return in words where our codec loses, Markdown; "" where it does not."""
    worse = [(codec, line["percent"]) for codec, line in saved.items() if line["percent"] > 0]
    more = [
        t("rate.lost_bits", percent=number(percent, 0), codec=as_text(chart.label(codec)))
        for codec, percent in worse
    ]
    ours, quick = spent.get("ours"), spent.get(_QUICK)
    if ours and quick and ours.encode > quick.encode:
        times = number(ours.encode / quick.encode, 0)
        more.append(t("rate.lost_time", times=times, codec=_QUICK))
    return t("rate.lost", what="; ".join(more)) if more else ""


def _line(codec: str, saved: Row | None, spent: photographs.Cost | None) -> str:
    bits = "–"
    if saved is not None:
        bits = f"{'+' if saved['percent'] > 0 else '−'}{number(abs(saved['percent']))} %"
    cells = [bits] + ["–"] * 3
    if spent is not None:
        memory = t("rate.cost_mb", n=number(spent.memory_mb, 0))
        cells[1:] = [number(spent.encode, 2), number(spent.decode, 2), memory]
    mark = f"<i style='background:{chart.ink({'codec': codec}).css}'></i>"
    own = " class='ours'" if codec == "ours" else ""
    name = html.escape(chart.label(codec))
    return f"<tr{own}><th scope='row'>{mark}{name}</th>{''.join(f'<td>{c}</td>' for c in cells)}</tr>"
