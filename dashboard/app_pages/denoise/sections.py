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
from dashboard.components import figures, inference, library
from dashboard.components.controls import Sets, data_set
from dashboard.components.image_grid import Row, closer, strip
from dashboard.i18n import number, short, t, translated


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
    st.select_slider(
        t("denoise.level"),
        sorted({*view.LEVELS, state["denoise_level"]}),
        format_func=short,
        key="denoise_level",
        help=t("noise.gaussian_help"),
        persist_state="session",
    )
    st.select_slider(t("explore.count"), view.COUNTS, key="denoise_count", persist_state="session")
    st.button(
        t("explore.others"), key="denoise_others", icon=":material/refresh:", on_click=_other_draw
    )
    if compute.SLOW in compute.classical():
        st.toggle(
            t("denoise.slow", method=compute.SLOW),
            key="denoise_slow",
            help=t("denoise.slow_help"),
            persist_state="session",
        )
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
            st.error(translated(error), icon=":material/error:")
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
    if st.button(t("explore.train_it"), key="denoise_train", icon=":material/model_training:"):
        query = {"data": now.data, "noise": "gaussian", "level": "50", "network": "unet"}
        st.switch_page("app_pages/train/page.py", query_params=query)


def _rows(x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> list[Row]:
    rows = [
        Row("original", paint.coloured(x)),
        Row("noisy", paint.coloured(x_noisy), _figures(x, x_noisy)),
    ]
    for done in cleaned:
        figures_of = _figures(x, done.x_hat)
        if done.milliseconds is not None:
            figures_of += (chart.milliseconds(done.milliseconds),)
        name = chart.label(done.method)
        key = done.method.replace(" ", "-").lower()
        rows.append(Row(key, paint.coloured(done.x_hat), figures_of, label=name))
    return rows


def _figures(x: np.ndarray, x_hat: np.ndarray) -> tuple[str, ...]:
    ssim = number(float(metrics.ssim(x, x_hat).mean()), 2)
    return figures.mean_decibel(metrics.psnr(x, x_hat)), f"SSIM {ssim}"


def _closer(rows: list[Row], x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> None:
    state, total = st.session_state, len(x)
    with st.container(key="denoise_close", gap="small"):
        st.header(t("explore.closer"), anchor=False)
        state["denoise_pick"] = min(state.get("denoise_pick", 1), total)
        if total > 1:
            st.select_slider(
                t("explore.pick"), list(range(1, total + 1)), key="denoise_pick", width=360
            )
        i = state["denoise_pick"] - 1
        made = [x_noisy, *(done.x_hat for done in cleaned)]
        said = {}
        for row, x_hat in zip(rows[1:], made, strict=True):
            one = slice(i, i + 1)
            psnr, ssim = metrics.psnr(x[one], x_hat[one])[0], metrics.ssim(x[one], x_hat[one])[0]
            said[row.key] = f"{figures.decibel(psnr)} · SSIM {number(ssim, 3)}"
        closer(rows, i, said, key="denoise")
