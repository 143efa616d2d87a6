"""The parts of Rate and quality: its controls, the chart and what a click on it does."""

from __future__ import annotations

import html
from functools import partial

import streamlit as st

from ae_core import files, networks, runs
from ae_core.evaluation import bd_rate, rate_jobs
from ae_core.evaluation.rate_jobs import Measurement
from ae_core.runs.tables import Table
from dashboard.app_pages.rate import chart, curves, measure, observed, paper, view
from dashboard.app_pages.rate.curves import Row
from dashboard.app_pages.rate.view import View
from dashboard.components import charts, figures, library, widgets
from dashboard.i18n import moment, number, t


def empty() -> None:
    """Say what makes a table: the button beside, or the command; else how to train a network."""
    trained = [run for run in runs.list_runs() if networks.kind(run.config.network).bits]
    usable = [run.id for run in trained if library.usable(run)]
    if usable:
        command = f"python -m ae_core evaluate {usable[0]} --rate-quality"
        st.info(t("rate.empty", command=command), icon=":material/ssid_chart:")
    else:
        command = "python -m ae_core train --network rate"
        st.info(t("rate.empty_untrained", command=command), icon=":material/model_training:")


def controls(tables: list[Table]) -> Table:
    """Draw the choices; return the table they name. The widgets then hold a view that it has."""
    keys = {table.key: table for table in tables}
    if st.session_state["rate_table"] not in keys:
        st.session_state["rate_table"] = tables[0].key
    label = {key: _table_label(table, tables) for key, table in keys.items()}.get
    table = keys[widgets.select("rate.data", list(keys), label, key="rate_table")]
    view.settle(table)
    there = curves.counts(table)
    if there:
        note = t("rate.count_help")
        widgets.select("rate.count", there, chart.count_label, help=note)
        st.caption(t(f"rate.about_{st.session_state['rate_count'].replace(' ', '-')}"))
    widgets.switch("rate.x", list(curves.AXES), wrap=True)
    widgets.switch("rate.y", curves.qualities(table))
    return table


def head(table: Table, now: View) -> None:
    """Draw the few numbers: how many bits ours saves against each codec at equal quality."""
    lines = curves.savings(table, now.count)
    items = []
    for line in lines[:5]:
        way = "rate.fewer" if line["percent"] < 0 else "rate.more"
        label = t(way, codec=html.escape(chart.label(str(line["against"]))))
        items.append((label, f"{number(abs(line['percent']), 0)} %"))
    if items:
        st.html(figures.facts(items))
    everywhere = [_everywhere(line, at) for line in lines if (at := bd_rate.stretch(line))]
    apart = curves.apart(table, now.count)
    said = "measured_on" if lines else "measured" if apart else "measured_alone"
    images = {"n": number(table.images, 0), "data": html.escape(chart.set_label(table))}
    parts = [t(f"rate.{said}", **images)]
    if fitted_on := table.about.get("pca_fitted_on_data"):
        parts.append(t("rate.pca_fitted", data=html.escape(library.set_label(fitted_on))))
    if everywhere:
        parts.append(t("rate.everywhere", codecs=html.escape(", ".join(everywhere))))
    if apart:
        named = html.escape(", ".join(map(chart.label, apart)))
        parts.append(t("rate.too_little", codecs=named, least=number(bd_rate.LEAST_DB, 0)))
    st.html(f"<p class='ae-sum'>{' '.join(parts)}</p>")


def _everywhere(line: Row, at: tuple[float, float]) -> str:
    """Name a codec that ours beats all along, and from how many dB to how many that was looked at."""
    low, high = (number(end, 1) for end in at)
    return t("rate.everywhere_of", codec=chart.label(str(line["against"])), low=low, high=high)


def plot(table: Table, now: View, chosen: list[Row], images_follow: bool) -> None:
    """Draw the chart; a click on a point chooses it, for the images below where they follow."""
    stem = files.slug(f"rate-quality_{table.data}_{now.count}")
    drawn = chart.figure(table, now.count, now.x, now.y, chosen)
    how = {"on_select": _clicked, "selection_mode": "points"}
    charts.draw(drawn, "rate_chart", stem, _alt(table, now, chosen), **how)
    st.session_state["rate_drawn"] = table.key
    if seen := observed.sentence(table, now.count, chosen):
        st.markdown(seen)
    with st.container(horizontal=True, vertical_alignment="center", key="rate_tools"):
        if images_follow:
            st.caption(t("rate.click"))
        whole, file = partial(curves.as_csv, table), files.slug(f"rate-quality_{table.data}")
        widgets.download("rate.csv", whole, f"{file}.csv", "text/csv")
        drawing = paper.file(table, now.count, now.x, now.y)
        widgets.download("rate.svg", drawing, f"{stem}.svg", "image/svg+xml")
        made = _measurement(table)
        if made and widgets.deed("rate.delete", "delete", type="tertiary"):
            measure.remove(made)


def click(table: Table, point: list, count: str) -> tuple[str, float | None] | None:
    """Return codec and setting that a click chooses to stand beside ours, None for nothing.

    A click on our own curve, or on PCA's, keeps the peer and moves it to the same rate.
    """
    codec, accounting, setting = point
    if codec in view.peers_of(table):
        return str(codec), setting
    rows = [r for r in table.rows if r.get("codec") == codec and r.get("setting") == setting]
    own = next((row for row in rows if row.get("accounting") == accounting), None)
    peer = curves.curve(table, st.session_state["rate_codec"], count)
    if own is None or not peer:
        return None
    near = curves.nearest(peer, "bits_per_image", own["bits_per_image"])
    return str(near["codec"]), near.get("setting")


def _clicked() -> None:
    state = st.session_state
    points = state["rate_chart"]["selection"]["points"]
    data = points[0].get("customdata") if points else None
    table = next((t for t in state.get("rate_tables", []) if t.key == state["rate_drawn"]), None)
    if table is None or not data or len(data) < 3:
        return
    if wanted := click(table, list(data), state["rate_count"]):
        state["rate_codec"], setting = wanted
        state["rate_setting"] = None if setting is None else float(setting)


def _table_label(table: Table, tables: list[Table]) -> str:
    name = chart.set_label(table)
    if sum(other.data == table.data for other in tables) < 2:
        return name
    made = _measurement(table)
    if made:
        by = library.whose(made, moment(made.created()))
    else:
        by = chart.run_label(table.run_id)
    return f"{name} · {by}"


def _measurement(table: Table) -> Measurement | None:
    """Return the measurement that made a table, None where it was made with a run."""
    return next((made for made in rate_jobs.listed() if made.id == table.run_id), None)


def _alt(table: Table, now: View, chosen: list[Row]) -> str:
    names = [chart.label(c) for c in curves.by_codec(table, now.count)]
    marked = "; ".join(
        f"{chart.label(str(r['codec']))} {chart.bytes_text(r)} B {figures.of_summary(r)}"
        for r in chosen
    )
    axes = {name: t(f"rate.axis_{getattr(now, name)}") for name in ("x", "y")}
    return t("rate.chart_alt", codecs=", ".join(names), chosen=marked, **axes)
