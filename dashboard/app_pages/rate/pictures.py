"""The same images at one point of the chart, a peer beside ours, and the best choice for a goal."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from ae_core import data as datasets
from ae_core.errors import DataMissing, UserError
from ae_core.images import metrics, paint
from ae_core.runs.choose import Entry
from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.rate import chart, curves, view
from dashboard.app_pages.rate.view import View
from dashboard.components import coding, figures, inference, job_panel, library, warming, widgets
from dashboard.components.coding import Coded
from dashboard.components.image_grid import COLUMNS, Row, closer, pick, strip
from dashboard.i18n import as_text, number, short, spoken, t


def chosen(table: Table, now: View) -> list[dict]:
    """Return the peer's row that is looked at and ours at the nearest rate, as far as there are."""
    rows = curves.curve(table, now.codec, now.count)
    peer = next((row for row in rows if number_of(row, "setting") == now.setting), None)
    if peer is None:
        return []
    own = curves.curve(table, "ours", "archive")
    near = curves.nearest(own, "bits_per_image", peer["bits_per_image"])
    return [peer, near] if near else [peer]


def pictures(table: Table, now: View, rows: list[dict], entries: list[Entry]) -> None:
    """Draw the choice of a point, and the images there: original, ours, peer."""
    st.header(t("rate.pictures"), anchor=False)
    point(table, now)
    if not rows:
        return
    try:
        x = inference.images(table.data, 0, entries)[:COLUMNS]
    except DataMissing as error:  # own images that are gone cannot be downloaded
        known = table.data in datasets.SETS
        said = library.missing_sentence(table.data) if known else spoken(error)
        st.info(said, icon=":material/folder_off:")
        return
    except UserError as error:
        job_panel.say(error)
        return
    drawn, columns, captions = [Row("original", paint.coloured(x))], {}, {}
    flat = metrics.are_flat(x)
    for row in reversed(rows):
        if number_of(row, "setting") is None:  # nothing says how to code images again
            continue
        name = chart.label(str(row["codec"]))
        if row.get("accounting") not in curves.COUNTS and not warming.ready():
            warming.wait(t("rate.waiting"))
            continue
        try:
            with st.spinner(t("rate.coding", codec=as_text(name))):
                coded = _coded(table, row, x, entries)
        except UserError as error:
            st.warning(spoken(error), icon=":material/error:")
            continue
        key = "ours" if row["codec"] == "ours" else "peer"
        drawn.append(Row(key, paint.coloured(coded.x_hat), _figures(row, coded, x), label=name))
        psnr = metrics.psnr(x, coded.x_hat)
        columns[f"{html.escape(name)} <small>dB</small>"] = figures.decibels_per_image(psnr, flat)
        captions[key] = (coded, psnr, metrics.ssim(x, coded.x_hat), flat)
    if len(drawn) > 1:
        strip(drawn, max(x.shape[1:3]), columns, key="rate")
        counted = str(rows[0].get("accounting"))
        kind = counted.replace(" ", "-") if counted in curves.COUNTS else "code"
        if "ours" in captions:
            st.caption(t(f"rate.live_{kind}", n=len(x)))
        _closer(drawn, captions, len(x))


def goal(table: Table) -> None:
    """Draw the question "which codec for so many bytes, or for such a quality?" and its answers."""
    st.header(t("rate.goal"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="rate_ask"):
        wanted = widgets.switch(
            "rate.goal", view.GOALS, label=t("rate.goal_kind"), label_visibility="collapsed"
        )
        label = t(f"rate.limit_{wanted}")
        limit = widgets.slider(f"rate_{wanted}", view.LIMITS[wanted], short, label=label, width=360)
    lines = [_answer(name, row) for name, row in curves.best(table, wanted, limit)]
    names = ("count", "codec", "setting", "bytes", "psnr", "ratio")
    heads = [t(f"rate.best_{name}") for name in names]
    st.html(figures.table(heads, lines, t("rate.best_caption"), "ae-rate"))


def _answer(count: str, row: dict | None) -> str:
    name = f"<th scope='row'>{t('rate.count_' + count.replace(' ', '-'))}</th>"
    if row is None:
        return f"<tr>{name}<td colspan='5'>{t('rate.best_none')}</td></tr>"
    codec = str(row["codec"])
    ratio = number_of(row, "ratio")
    cells = (
        f"<i style='background:{chart.ink(row).css}'></i>{html.escape(chart.label(codec))}",
        chart.setting_label(row) or "–",
        chart.bytes_text(row),
        figures.plain_decibels(row["psnr"], row.get("flat", 0.0)),
        "–" if ratio is None else figures.ratio_text(ratio),
    )
    mark = " class='ours'" if codec == "ours" else ""
    return f"<tr{mark}>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def point(table: Table, now: View) -> None:
    """Draw the choice of the peer beside ours, and of its setting."""
    peers = view.peers_of(table)
    rows = curves.curve(table, now.codec, now.count)
    labels = {number_of(row, "setting"): chart.setting_label(row) for row in rows}
    settings = sorted(setting for setting in labels if setting is not None)
    beside = "codec" if curves.curve(table, "ours", now.count) else "codec_alone"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="rate_point"):
        how = {"label": t(f"rate.{beside}"), "width": 220, "on_change": _codec_changed}
        widgets.select("rate.codec", peers, chart.label, **how)
        if len(settings) > 1:
            widgets.slider("rate.setting", settings, labels.get, width=360)


def _codec_changed() -> None:
    st.session_state["rate_setting"] = None


def _coded(table: Table, row: dict, x: np.ndarray, entries: list[Entry]) -> Coded:
    codec = str(row["codec"])
    if codec == "ours":
        return coding.ours(row.get("run", table.run_id), int(row["setting"]), x)
    if row.get("accounting") in curves.COUNTS:
        return coding.classical(codec, row["setting"], str(row["accounting"]), x)
    fits = [e for e in entries if e.id == row.get("run") and e.shape == table.shape]
    if not fits:
        raise UserError(t("rate.no_network", network=chart.label(codec)))
    size = int(row["setting"]) if fits[0].longest else None
    return coding.network(fits[0].id, size, row["bits_per_image"], x)


def _figures(row: dict, coded: Coded, x: np.ndarray) -> tuple[str, ...]:
    size = t("rate.bytes_one", n=number(coded.total / len(x), 1))
    psnr = figures.mean_decibel(metrics.psnr(x, coded.x_hat), metrics.are_flat(x))
    return (size, psnr, chart.setting_label(row))


def _closer(drawn: list[Row], captions: dict, total: int) -> None:
    with st.container(key="rate_close", gap="small"):
        i, said = pick("rate", total), {}
        for key, (coded, psnr, ssim, flat) in captions.items():
            mean = t("rate.bytes_each", n=number(coded.total / total, 1))
            size = t("rate.bytes_one", n=number(coded.each[i], 0)) if coded.each else mean
            said[key] = f"{size} · {figures.quality(psnr[i], ssim[i], flat[i])}"
        closer(drawn, i, said, key="rate")
