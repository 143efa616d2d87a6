"""Denoise's curve: every method over the noise level, as measured on all test images of the set."""

from __future__ import annotations

import html

import streamlit as st

from ae_core import files, runs
from ae_core.runs import tables
from ae_core.runs.choose import Entry
from ae_core.runs.tables import Table
from dashboard.app_pages.denoise import chart, observed, view
from dashboard.app_pages.denoise.view import View
from dashboard.components import charts, figures, library, widgets
from dashboard.i18n import as_text, number, short, spoken, t


def curve(now: View, networks: list[Entry]) -> None:
    """Draw PSNR over the noise level, the networks at work on the page first."""
    st.header(t("denoise.curve"), anchor=False)
    if now.kind != "gaussian":
        st.html(f"<p class='ae-note'>{t('denoise.gaussian_curve')}</p>")
        return
    found, problems = tables.every(runs.list_runs(), tables.DENOISING)
    for problem in problems:
        st.warning(spoken(problem), icon=":material/error:")
    table = _table(found, now.data, networks)
    if table is None:
        run = networks[0].id if networks else "RUN"
        command = f"python -m ae_core evaluate {run} --denoising --data {now.data}"
        st.html(f"<p class='ae-note'>{t('denoise.no_curve', command=html.escape(command))}</p>")
        return
    kind = _kind(table)
    names = ", ".join(chart.label(m) for m in chart.curves(table, kind))
    drawn, stem = chart.figure(table, kind, now.level), files.slug(f"denoising_{table.data}")
    alt = t("denoise.chart_alt", methods=names, data=library.set_label(table.data))
    charts.draw(drawn, "denoise_chart", stem, alt)
    if seen := observed.of_curves(chart.curves(table, kind)):
        st.markdown(seen)
    counted = number(table.images or None, 0)
    said = [t("denoise.measured", n=counted, data=library.set_text(table.data))]
    said += [_few(row) for row in chart.fewer(table, kind, now.level)]
    st.caption(" ".join(said))


def _table(found: list[Table], data: str, networks: list[Entry]) -> Table | None:
    """Return what was measured on the set, else on another that the networks shown learned from."""
    runs_at_work = [entry.id for entry in networks]
    sets = dict.fromkeys([data, *(name for entry in networks for name in entry.data)])
    tables_of = (chart.joined(found, name, runs_at_work) for name in sets)
    return next((table for table in tables_of if table is not None), None)


def _kind(table: Table) -> str:
    """Return how the noise of the curves was added, a choice where both ways were measured."""
    kinds = chart.kinds(table)
    if st.session_state["denoise_curve"] not in kinds:
        st.session_state["denoise_curve"] = kinds[0] if kinds else view.KINDS[0]
    if len(kinds) > 1:
        how = {"key": "denoise_curve", "help": t("denoise.kind_help")}
        widgets.switch("denoise.kind", kinds, lambda kind: t(f"denoise.noise_{kind}"), **how)
    return st.session_state["denoise_curve"]


def _few(row: dict) -> str:
    return t(
        "denoise.fewer",
        method=as_text(chart.label(str(row["method"]))),
        n=number(row["images"], 0),
        sigma=short(row["sigma"]),
        psnr=figures.of_summary(row),
        network=figures.decibel(row["network_psnr"], row.get("flat", 0.0)),
    )
