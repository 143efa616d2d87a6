"""The parts of Denoise: its controls, the strip of every denoiser, one image large, the curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ae_core import networks
from ae_core.errors import UserError
from ae_core.images import metrics, paint
from ae_core.images.noise import KINDS as NOISE_KINDS
from ae_core.images.noise import Noise
from ae_core.runs.choose import Entry
from dashboard.app_pages.denoise import chart, compute, observed, view
from dashboard.app_pages.denoise.compute import Cleaned
from dashboard.app_pages.denoise.view import View
from dashboard.components import figures, inference, job_panel, library, query, warming, widgets
from dashboard.components.controls import Sets, data_set
from dashboard.components.image_grid import Row, closer, pick, strip
from dashboard.i18n import as_code, as_text, short, t


def first_view(entries: list[Entry], sets: Sets) -> View:
    """Return the landing view: a set whose images are at hand and that a shipped denoiser knows."""
    for kind in compute.NETWORKS:
        for found in (e for e in entries if e.pretrained):
            name = inference.example_set(found)
            if found.network == kind and name in sets and sets[name][1] != "missing":
                kept = found.examples and found.noise.kind == "gaussian"
                return View(data=name, level=found.noise.level if kept else View.level)
    return View()


def controls(known: list[Entry], entries: list[Entry], sets: Sets) -> None:
    """Draw the choices; afterwards the widgets hold a view that makes sense.

    ``known`` are the networks that remove noise.
    """
    state = st.session_state
    if state["denoise_data"] not in sets:
        state["denoise_data"] = View().data
    data_set(sets, entries, "denoise_data")
    kind = widgets.select("explore.kind", view.NOISES, _noise, key="denoise_kind")
    most = view.levels(kind, 5.0)[-1]
    state["denoise_level"] = float(min(state["denoise_level"], most))
    label = t("explore.noise", unit=t(f"noise.unit_{NOISE_KINDS[kind].unit}"))
    levels, note = view.levels(kind, state["denoise_level"]), t(f"noise.{kind}_help")
    widgets.slider("denoise_level", levels, short, label=label, help=note)
    if known:
        _network(known)
    widgets.slider("explore.count", view.COUNTS, key="denoise_count")
    widgets.button("explore.others", "refresh", key="denoise_others", on_click=_other_draw)
    if compute.SLOW in compute.classical():
        label = t("denoise.slow", method=compute.SLOW)
        widgets.toggle("denoise_slow", label=label, help=t("denoise.slow_help"))
    st.caption(t("denoise.told" if kind == "gaussian" else "denoise.told_other"))


def _network(known: list[Entry]) -> None:
    """Draw the choice among all networks that remove noise; one of other noise brings its own."""
    state = st.session_state
    now = query.get("denoise", View)
    found = view.at_work(known, now, library.shape_of(now.data), compute.NETWORKS)
    if now.run not in {e.id for e in found}:
        state["denoise_run"] = ""
    best = found[0].id if found else ""
    labels = {} if found else {"": t("explore.not_trained")}
    labels |= library.entry_labels(known, known)
    state["denoise_network"] = best
    how = {"help": t("denoise.network_help"), "on_change": _network_changed, "args": (known,)}
    widgets.select("explore.network", list(labels), labels.get, key="denoise_network", **how)
    if state["denoise_run"] and state.get("denoise_followed") == state["denoise_run"]:
        about = {"network": as_text(labels[best]), "noise": library.noise_label(found[0].noise)}
        st.caption(t("denoise.followed", data=library.set_text(now.data), **about))


def _network_changed(known: list[Entry]) -> None:
    """Show the chosen network at work: on its own kind of noise and images of its size."""
    state, now = st.session_state, query.get("denoise", View)
    named = next((e for e in known if e.id == state["denoise_network"]), None)
    if named is None:
        return
    there = library.shape_of(now.data) == named.shape
    wanted = view.following(now, named)
    wanted = replace(wanted, data=now.data) if there else wanted
    if wanted != replace(now, run=named.id):
        state["denoise_followed"] = named.id
    query.put("denoise", wanted)


def stage(now: View, known: list[Entry], entries: list[Entry], sets: Sets) -> None:
    """Draw the figures and the images: noisy, and after every denoiser."""
    head = st.container(key="denoise_head", gap="xsmall")
    with st.spinner(t("explore.reading", data=library.set_text(now.data))):
        x = inference.images(now.data, now.draw, entries)[: now.count]
    x_noisy = inference.corrupted(x, now.noise)
    found = view.at_work(known, now, x.shape[1:], compute.NETWORKS)
    names = _names(found)
    cleaned = _cleaned(found, x, x_noisy, now.noise)
    with head:
        _facts(x, x_noisy, cleaned, names)
        _about(found, now, names)
    if not found:
        _train_it(now)
    rows = _rows(x, x_noisy, cleaned, names)
    strip(rows, max(x.shape[1:3]), {}, key="denoise")
    if seen := observed.sentence(x, x_noisy, cleaned, names):
        st.markdown(seen)
    about = sets[now.data][0]
    for note in [t("denoise.timed"), *([library.terms(about)] if about.terms else [])]:
        st.caption(note)
    _closer(rows, x, x_noisy, cleaned)


def _other_draw() -> None:
    st.session_state["denoise_draw"] = (st.session_state["denoise_draw"] + 1) % inference.LAST_DRAW


def _noise(kind: str) -> str:
    return t(f"noise.{kind}")


def _names(found: list[Entry]) -> dict[str, str]:
    """Return what the networks shown are called, by run: shipped denoisers by their kind."""
    return {
        e.id: chart.label(e.network)
        if e.pretrained and e.network in compute.NETWORKS
        else e.title or library.network_label(e.network)
        for e in found
    }


def _cleaned(found: list[Entry], x: np.ndarray, x_noisy: np.ndarray, noise: Noise) -> list[Cleaned]:
    done, waiting = [], []
    for entry in found:
        try:
            with st.spinner(t("explore.reconstructing")):
                made = compute.by_network(entry, x, x_noisy, noise)
        except UserError as error:
            job_panel.say(error)
            continue
        done += [] if made is None else [made]
        waiting += [library.network_label(entry.network)] if made is None else []
    if waiting:
        warming.wait(t("denoise.waiting", networks=", ".join(waiting)))
    sigma = compute.strength(x, x_noisy, noise)
    for method in compute.classical():
        if method == compute.SLOW and not st.session_state["denoise_slow"]:
            continue
        with st.spinner(t("denoise.at_work", method=as_text(chart.label(method)))):
            done.append(compute.by_method(method, x_noisy, sigma))
    return done


def _facts(x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned], names: dict[str, str]) -> None:
    def mean(x_hat: np.ndarray) -> float:
        return float(metrics.psnr(x, x_hat).mean())

    peers, flat = [c for c in cleaned if not c.run], metrics.flat_share(x)
    items = [(t("row.noisy"), figures.decibel(mean(x_noisy), flat))]
    items += [(names[c.run], figures.decibel(mean(c.x_hat), flat)) for c in cleaned if c.run]
    if peers:
        best = max(peers, key=lambda c: mean(c.x_hat))
        name = t("denoise.best_classical", method=chart.label(best.method))
        items.append((name, figures.decibel(mean(best.x_hat), flat)))
    st.html(figures.facts(items))


def _about(found: list[Entry], now: View, names: dict[str, str]) -> None:
    parts = []
    for entry in found:
        shipped, data = (
            library.network_label(entry.network),
            library.set_text("+".join(entry.data)),
        )
        network = shipped if entry.pretrained else as_text(names[entry.id])
        noise = library.noise_label(entry.noise)
        parts.append(t("denoise.by", network=network, data=data, noise=noise))
        if now.data not in entry.data:
            parts.append(t("denoise.other_data", data=library.set_text(now.data)))
    if parts:
        st.caption(" ".join(parts))


def _train_it(now: View) -> None:
    kind = networks.denoiser(now.kind)
    usual = kind.default_noise  # which is of all levels up to its own
    level = usual.level if usual.kind == now.kind else now.level
    asked = {"data": now.data, "network": kind.name, "noise": now.kind, "level": f"{level:g}"}
    command = " ".join(["python -m ae_core train", *(f"--{k} {v}" for k, v in asked.items())])
    about = {"data": library.set_text(now.data), "noise": _noise(now.kind)}
    st.info(
        t("denoise.untrained", command=as_code(command), **about),
        icon=":material/model_training:",
    )
    if widgets.deed("explore.train_it", "model_training", key="denoise_train"):
        st.switch_page("app_pages/train/page.py", query_params=asked)


def _rows(
    x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned], names: dict[str, str]
) -> list[Row]:
    def means(x_hat: np.ndarray) -> tuple[str, ...]:
        return figures.means_of(x, x_hat)

    rows = [
        Row("original", paint.coloured(x)),
        Row("noisy", paint.coloured(x_noisy), means(x_noisy)),
    ]
    for place, done in enumerate(cleaned, start=1):
        ms = done.milliseconds
        said = means(done.x_hat) + ((chart.milliseconds(ms),) if ms is not None else ())
        key = f"run-{place}" if done.run else done.method.replace(" ", "-").lower()
        name = names.get(done.run) or chart.label(done.method)
        rows.append(Row(key, paint.coloured(done.x_hat), said, label=name))
    return rows


def _closer(rows: list[Row], x: np.ndarray, x_noisy: np.ndarray, cleaned: list[Cleaned]) -> None:
    with st.container(key="denoise_close", gap="small"):
        i = pick("denoise", len(x))
        one, said = slice(i, i + 1), {}
        made = [x_noisy, *(done.x_hat for done in cleaned)]
        for row, x_hat in zip(rows[1:], made, strict=True):
            psnr, ssim = metrics.psnr(x[one], x_hat[one])[0], metrics.ssim(x[one], x_hat[one])[0]
            said[row.key] = figures.quality(psnr, ssim, metrics.are_flat(x[one])[0])
        closer(rows, i, said, key="denoise")
