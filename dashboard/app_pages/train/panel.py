"""One training, live: its state, curves and samples, and what can be done with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.networks import course
from ae_core.training import control
from dashboard.app_pages.train import curves, inside, training_film
from dashboard.components import figures, image_grid, job_panel, library, widgets
from dashboard.i18n import as_text, number, spoken, t

if TYPE_CHECKING:
    import numpy as np
    import pandas

_HOMES = {"rate": "ssid_chart", "denoise": "auto_fix_high"}  # pages of some kinds, and their icons


def panel(run_id: str) -> None:
    """Draw the training ``run_id``."""
    job_panel.panel(lambda: runs.get(run_id), _panel)


def _panel(run: runs.Run, state: str) -> None:
    config, status, history = run.config, run.status(), run.history()
    st.header(as_text(library.title(run)), anchor=False)
    st.markdown(f"{job_panel.badge(state)} {as_text(library.config_line(config))}")
    # Fixed places, whatever is in them: a chart that keeps its place is not drawn anew.
    progress, message, actions, plots, samples, log = (
        st.container(key=f"job_place_{n}") for n in range(6)
    )
    with progress:
        _progress(run, state, status, config.epochs)
    with message:
        _message(run, state, status)
    with actions:
        _actions(run, state)
    with plots:
        if len(history):
            curves.curves(history, config, run.flat)
            rows = history.to_dict("records")
            for sentence in course.said(rows, config, state == "finished", run.flat):
                st.caption(spoken(sentence))
            if not networks.kind(config.network).one_task:
                st.caption(t(f"job.psnr_{config.network}"))
    with samples:
        _samples(run, history)
    with log:
        if state == "failed":
            job_panel.log("job", run, expanded=True)


def _progress(run: runs.Run, state: str, status: dict, epochs: int) -> None:
    epoch, step, steps = (int(status.get(k) or 0) for k in ("epoch", "step", "steps"))
    whole = run.epochs_done()
    if state in ("running", "cancelling"):
        part = (max(epoch - 1, 0) + (step / steps if steps else 0)) / epochs
        text = t("job.epoch", epoch=epoch, epochs=epochs)
        if (counted := states.steps(status)) is not None:
            text = t("job.step", step=number(counted[0], 0), steps=number(counted[1], 0), epochs=text)
        if not steps or status.get("doing"):
            part, text = _preparing(status)
        if (measured := job_panel.number(status.get("measured"))) is not None:
            part, text = measured, t("job.measuring")
        st.progress(job_panel.share(part), text=text)
    elif state != "queued":
        part = 1.0 if state == "finished" else whole / epochs
        st.progress(job_panel.share(part), text=t("job.done", epoch=whole, epochs=epochs))
    seconds = _elapsed(status, state)
    if seconds is None and whole:
        seconds = float(run.history()["seconds"].sum())
    items = [(t("job.elapsed"), figures.duration(seconds))]
    eta, speed = (job_panel.number(status.get(k)) for k in ("eta_seconds", "images_per_second"))
    if state == "running" and eta is not None:
        items.append((t("job.eta"), figures.duration(eta)))
    if state == "running" and speed is not None:
        items.append((t("job.speed"), t("job.per_second", n=number(speed, 0))))
    if (best := library.best_psnr(run)) is not None:
        items.append((t("job.best"), figures.decibel(best, run.flat)))
    if tested := _tested(run):
        items.append((t("job.tested"), tested))
    if state != "queued":
        st.html(figures.facts(items))


def _preparing(status: dict) -> tuple[float, str]:
    """Return how much of the preparing is done, and in words what is done now."""
    stage, stages = (int(status.get(name) or 0) for name in ("stage", "stages"))
    if not 0 < stage <= stages:
        return 0.0, t("job.preparing")
    what = spoken(status.get("doing") or "")
    return (stage - 1) / stages, t("job.preparing_step", step=stage, steps=stages, what=what)


def _message(run: runs.Run, state: str, status: dict) -> None:
    if state == "queued":
        before = int(status.get("position") or 0)
        st.info(t("job.waiting", n=before) if before else t("job.starting"))
    elif state == "cancelling":
        st.caption(t("job.stopping"))
    elif state == "cancelled":
        name = "job.cancelled" if library.usable(run) else "job.cancelled_early"
        st.caption(t(name, n=run.epochs_done()))
    elif state == "failed":
        job_panel.say(run.message())


def _actions(run: runs.Run, state: str) -> None:
    with st.container(horizontal=True, key="job_actions"):
        if state in ("queued", "running") and widgets.deed("job.cancel", "stop"):
            job_panel.attempt(run.cancel)
        stopped = state in ("cancelled", "failed") and not run.pretrained
        if stopped and widgets.deed("job.resume", "play_arrow"):
            job_panel.attempt(control.resume, run)
        if state not in states.ACTIVE and library.usable(run):
            _next_steps(run)
        idle = not run.pretrained and state not in states.ACTIVE
        if idle and widgets.deed("job.delete", "delete"):
            question = t("job.delete_question", title=as_text(library.title(run)))
            job_panel.confirm("job", question, lambda: _delete(run))


def _next_steps(run: runs.Run) -> None:
    """Offer where the network is looked at."""
    about = networks.kind(run.config.network)
    if not about.bits and widgets.button("job.explore", "visibility"):
        _open(run)
    pages = {"compare": ("compare", {"runs": run.id}), "architecture": ("schema", {"run": run.id})}
    if about.has_code and not about.bits:
        pages["latent"] = ("scatter_plot", {"run": run.id})
    if (home := library.home(run)) != "explore":
        pages = {home: (_HOMES[home], {"run": run.id}), **pages}
    pages["report"] = ("article", {})
    for page, (icon, asked) in pages.items():
        label = t(f"{page}.title")
        if widgets.button(f"job_to_{page}", icon, label=label, type="tertiary"):
            st.switch_page(f"app_pages/{page}/page.py", query_params=asked)


def _tested(run: runs.Run) -> str:
    """Return the PSNR on the test images, of the first set that was measured; "" without any."""
    measured = run.evaluation()
    return figures.of_summary(measured["tests"][0]["network"]) if measured else ""


def _delete(run: runs.Run) -> None:
    run.remove()
    widgets.put("train_run", "")


def _samples(run: runs.Run, history: pandas.DataFrame) -> None:
    samples = run.samples()
    try:
        epochs = samples.epochs
        if not epochs:
            if samples.begun:
                _strip(run, {"original": samples.x, "noisy": samples.x_noisy}, 0)
            return
        key, seen = f"job_epoch_{run.id}", f"job_epoch_seen_{run.id}"
        last = st.session_state.get(seen)
        if st.session_state.get(key) in (None, last) or st.session_state[key] not in epochs:
            st.session_state[key] = epochs[-1]  # follows the training until somebody looks back
        st.session_state[seen] = epochs[-1]
        if len(epochs) > 1:
            how = {"format_func": lambda e: str(e) if e else t("job.film_start")}
            st.select_slider(t("job.scrub"), epochs, key=key, help=t("job.scrub_help"), **how)
            training_film.button(run, epochs, "striprow-samples-reconstruction")
        epoch = st.session_state[key]
        rows = {"original": samples.x, "noisy": samples.x_noisy, "reconstruction": samples.at(epoch)}
        filters = samples.filters(epoch)
    except UserError as error:
        st.caption(spoken(error))
        return
    _strip(run, rows, epoch)
    inside.inside(run, history, epoch, filters)


def _strip(run: runs.Run, rows: dict[str, np.ndarray], epoch: int) -> None:
    """Draw rows of sample images; noisy ones only where there is noise."""
    if (rows["original"] == rows["noisy"]).all():
        del rows["noisy"]
    with st.container(key=f"strip-samples-{run.id}", gap=None):
        for name, x in rows.items():
            alt = t("alt.samples", row=t(f"row.{name}"), epoch=epoch)
            image_grid.samples(x[: image_grid.COLUMNS], t(f"row.{name}"), alt, f"samples-{name}")


def _open(run: runs.Run) -> None:
    entry = library.entry(run)
    query = {"data": entry.data[-1], "images": "8", "draw": "0", "run": run.id}
    if entry.code:
        query["code"] = str(entry.shown_code)
    if entry.noise.kind != "none" and not entry.longest:
        query |= {"noise": entry.noise.kind, "level": f"{entry.noise.level:g}"}
    st.switch_page("app_pages/explore/page.py", query_params=query)


def _elapsed(status: dict, state: str) -> float | None:
    """Return the seconds of a training so far; one whose process is gone ended when it last spoke."""
    started, *ends = (job_panel.number(status.get(n)) for n in ("started", "finished", "heartbeat"))
    if started is None:
        return None
    ended = next((end for end in ends if end is not None), started)
    return (time.time() if state in states.ACTIVE else ended) - started
