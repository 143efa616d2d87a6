"""The parts of Denoise: its controls, the strip of every denoiser, one image large, the curve."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae_core.errors import UserError
from ae_core.images import metrics, paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.denoise import chart, compute, view
from dashboard.app_pages.denoise.compute import Cleaned
from dashboard.app_pages.denoise.view import View
from dashboard.components import figures, inference, job_panel, library, widgets
from dashboard.components.controls import Sets, data_set
from dashboard.components.image_grid import Row, closer, pick, strip
from dashboard.i18n import short, t


def first_view(entries: list[Entry], sets: Sets) -> View:
    """Return the landing view: a set whose images are at hand and that a denoiser knows."""
    for kind in compute.NETWORKS:
        for found in entries:
            name = inference.example_set(found)
            if found.network == kind and name in sets and sets[name][1] != "missing":
                kept = found.examples and found.noise.kind == "gaussian"
                return View(data=name, level=found.noise.level if kept else View.level)
    return View()


def controls(entries: list[Entry], sets: Sets) -> None:
    """Draw the choices; afterwards the widgets hold a view that makes sense."""
    state = st.session_state
    if state["denoise_data"] not in sets:
        state["denoise_data"] = View().data
    data_set(sets, entries, "denoise_data")
    levels = sorted({*view.LEVELS, state["denoise_level"]})
    widgets.slider("denoise.level", levels, short, help=t("noise.gaussian_help"))
    widgets.slider("explore.count", view.COUNTS, key="denoise_count")
    widgets.button("explore.others", "refresh", key="denoise_others", on_click=_other_draw)
    if compute.SLOW in compute.classical():
        label = t("denoise.slow", method=compute.SLOW)
        widgets.toggle("denoise_slow", label=label, help=t("denoise.slow_help"))
    st.caption(t("denoise.told"))


def stage(now: View, entries: list[Entry], sets: Sets) -> None:
    """Draw the figures and the images: noisy, and after every denoiser."""
    head = st.container(key="denoise_head", gap="xsmall")
    with st.spinner(t("explore.reading", data=library.set_label(now.data))):
        x = inference.images(now.data, now.draw, entries)[: now.count]
    x_noisy = inference.corrupted(x, now.noise)
    found = compute.networks(entries, now.data, x.shape[1:], now.level)
    cleaned = _cleaned(found, x, x_noisy, now.level)
    with head:
        _facts(x, x_noisy, cleaned)
        _about(found, now)
    if not found:
        _train_it(now)
    rows = _rows(x, x_noisy, cleaned)
    strip(rows, max(x.shape[1:3]), {}, key="denoise")
    about = sets[now.data][0]
    for note in [t("denoise.timed"), *([library.terms(about)] if about.terms else [])]:
        st.caption(note)
    _closer(rows, x, x_noisy, cleaned)


def _other_draw() -> None:
    st.session_state["denoise_draw"] = (st.session_state["denoise_draw"] + 1) % inference.LAST_DRAW


def _cleaned(found: list[Entry], x: np.ndarray, x_noisy: np.ndarray, level: float) -> list[Cleaned]:
    done, waiting = [], []
    for entry in found:
        try:
            with st.spinner(t("explore.reconstructing")):
                made = compute.by_network(entry, x, x_noisy, level)
        except UserError as error:
            job_panel.say(error)
            continue
        done += [] if made is None else [made]
        waiting += [library.network_label(entry.network)] if made is None else []
    if waiting:
        inference.wait(t("denoise.waiting", networks=", ".join(waiting)))
    for method in compute.classical():
        if method == compute.SLOW and not st.session_state["denoise_slow"]:
            continue
        with st.spinner(t("denoise.at_work", method=chart.label(method))):
            done.append(compute.by_method(method, x_noisy, level))
    return done


def _facts(x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> None:
    def mean(x_hat: np.ndarray) -> float:
        return float(metrics.psnr(x, x_hat).mean())

    ours = [c for c in cleaned if c.method in compute.NETWORKS]
    peers = [c for c in cleaned if c.method not in compute.NETWORKS]
    items = [(t("row.noisy"), figures.decibel(mean(x_noisy)))]
    items += [(chart.label(c.method), figures.decibel(mean(c.x_hat))) for c in ours]
    if peers:
        best = max(peers, key=lambda c: mean(c.x_hat))
        name = t("denoise.best_classical", method=chart.label(best.method))
        items.append((name, figures.decibel(mean(best.x_hat))))
    st.html(figures.facts(items))


def _about(found: list[Entry], now: View) -> None:
    parts = []
    for entry in found:
        network, data = library.network_label(entry.network), library.set_label("+".join(entry.data))
        noise = library.noise_label(entry.noise)
        parts.append(t("denoise.by", network=network, data=data, noise=noise))
        if now.data not in entry.data:
            parts.append(t("denoise.other_data", data=library.set_label(now.data)))
    if parts:
        st.caption(" ".join(parts))


def _train_it(now: View) -> None:
    command = f"python -m ae_core train --data {now.data} --network unet --noise gaussian"
    st.info(
        t("denoise.untrained", data=library.set_label(now.data), command=command),
        icon=":material/model_training:",
    )
    if widgets.button("explore.train_it", "model_training", key="denoise_train"):
        query = {"data": now.data, "noise": "gaussian", "level": "50", "network": "unet"}
        st.switch_page("app_pages/train/page.py", query_params=query)


def _rows(x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> list[Row]:
    def means(x_hat: np.ndarray) -> tuple[str, ...]:
        return figures.means(metrics.psnr(x, x_hat), metrics.ssim(x, x_hat))

    rows = [
        Row("original", paint.coloured(x)),
        Row("noisy", paint.coloured(x_noisy), means(x_noisy)),
    ]
    for done in cleaned:
        ms = done.milliseconds
        said = means(done.x_hat) + ((chart.milliseconds(ms),) if ms is not None else ())
        key, name = done.method.replace(" ", "-").lower(), chart.label(done.method)
        rows.append(Row(key, paint.coloured(done.x_hat), said, label=name))
    return rows


def _closer(rows: list[Row], x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> None:
    with st.container(key="denoise_close", gap="small"):
        i = pick("denoise", len(x))
        one, said = slice(i, i + 1), {}
        made = [x_noisy, *(done.x_hat for done in cleaned)]
        for row, x_hat in zip(rows[1:], made, strict=True):
            psnr, ssim = metrics.psnr(x[one], x_hat[one])[0], metrics.ssim(x[one], x_hat[one])[0]
            said[row.key] = figures.quality(psnr, ssim)
        closer(rows, i, said, key="denoise")
