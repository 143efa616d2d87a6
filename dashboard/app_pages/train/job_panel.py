"""One training, live: its state, curves and samples, and what can be done with it."""

from __future__ import annotations

import math
import time

import streamlit as st

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.training import control
from dashboard.app_pages.train import curves, training_film
from dashboard.components import figures, image_grid, job_state, library
from dashboard.i18n import number, t, translated


def panel(run_id: str) -> None:
    """Draw the training ``run_id``; while it is active, look again every second."""
    active = runs.find(run_id).state() in states.ACTIVE
    st.fragment(_panel, run_every=job_state.POLL_S if active else None)(run_id, active)


def _panel(run_id: str, was_active: bool) -> None:
    try:
        run = runs.get(run_id)
        state, status, history = run.state(), run.status(), run.history()
        config = run.config
    except UserError as error:
        st.error(translated(error))
        return
    if was_active and state not in states.ACTIVE:
        st.rerun()  # the list of runs and this panel's timer change with it
    st.header(library.title(run), anchor=False)
    st.markdown(f"{job_state.badge(state)} {library.config_line(config)}")
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
            curves.curves(history)
            if not networks.kind(config.network).one_task:
                st.caption(t(f"job.psnr_{config.network}"))
    with samples:
        _samples(run)
    with log:
        _log(run, state)


def _log(run: runs.Run, state: str) -> None:
    if state == "failed" and (said := run.tail()):
        with st.expander(t("job.log"), expanded=True, key="job_log"):
            st.code(said, language=None, wrap_lines=True)


def _progress(run: runs.Run, state: str, status: dict, epochs: int) -> None:
    epoch, step, steps = (int(status.get(k) or 0) for k in ("epoch", "step", "steps"))
    whole = run.epochs_done()
    if state in ("running", "cancelling"):
        part = max(epoch - 1, 0) + (step / steps if steps else 0)
        preparing = not steps or status.get("doing")
        text = t("job.preparing") if preparing else t("job.epoch", epoch=epoch, epochs=epochs)
        st.progress(min(max(part / epochs, 0.0), 1.0), text=text)
    elif state != "queued":
        st.progress(min(whole / epochs, 1.0), text=t("job.done", epoch=whole, epochs=epochs))
    seconds = _elapsed(status, state)
    if seconds is None and whole:
        seconds = float(run.history()["seconds"].sum())
    items = [(t("job.elapsed"), figures.duration(seconds))]
    if state == "running" and _number(status.get("eta_seconds")) is not None:
        items.append((t("job.eta"), figures.duration(status["eta_seconds"])))
    if state == "running" and (speed := _number(status.get("images_per_second"))) is not None:
        items.append((t("job.speed"), t("job.per_second", n=number(speed, 0))))
    if (best := library.best_psnr(run)) is not None:
        items.append((t("job.best"), figures.decibel(best)))
    if state != "queued":
        st.html(figures.facts(items))


def _message(run: runs.Run, state: str, status: dict) -> None:
    if state == "queued":
        before = int(status.get("position") or 0)
        st.info(t("job.waiting", n=before) if before else t("job.starting"))
    elif state == "cancelling":
        st.caption(t("job.stopping"))
    elif state == "cancelled":
        st.caption(t("job.cancelled", n=run.epochs_done()))
    elif state == "failed":
        st.error(translated(run.message()), icon=":material/error:")


def _actions(run: runs.Run, state: str) -> None:
    with st.container(horizontal=True, key="job_actions"):
        if state in ("queued", "running") and _button("cancel", "stop"):
            _attempt(runs.Run.cancel, run)
        stopped = state in ("cancelled", "failed") and not run.pretrained
        if stopped and _button("resume", "play_arrow"):
            _attempt(control.resume, run)
        shown = library.usable(run) and not networks.kind(run.config.network).bits
        if shown and _button("explore", "visibility"):
            _open(run)
        idle = not run.pretrained and state not in states.ACTIVE
        if idle and _button("delete", "delete"):
            confirm_delete(run.id, library.title(run))


def _button(name: str, icon: str) -> bool:
    return st.button(t(f"job.{name}"), icon=f":material/{icon}:", key=f"job_{name}")


def confirm_delete(run_id: str, title: str) -> None:
    """Ask a second time, then delete."""

    @st.dialog(t("job.delete_title"))
    def ask() -> None:
        st.markdown(t("job.delete_question", title=title))
        if st.button(t("job.delete_yes"), type="primary", key="job_delete_yes"):
            try:
                runs.find(run_id).remove()
            except UserError as error:
                st.error(translated(error))
                return
            st.session_state["train_run"] = ""
            st.rerun()

    ask()


def _samples(run: runs.Run) -> None:
    samples = run.samples()
    try:
        epochs = samples.epochs
        if not epochs:
            return
        key, seen = f"job_epoch_{run.id}", f"job_epoch_seen_{run.id}"
        last = st.session_state.get(seen)
        if st.session_state.get(key) in (None, last) or st.session_state[key] not in epochs:
            st.session_state[key] = epochs[-1]  # follows the training until somebody looks back
        st.session_state[seen] = epochs[-1]
        if len(epochs) > 1:
            st.select_slider(t("job.scrub"), epochs, key=key, help=t("job.scrub_help"))
            training_film.button(run, epochs, "striprow-samples-reconstruction")
        epoch = st.session_state[key]
        rows = {"original": samples.x, "noisy": samples.x_noisy, "reconstruction": samples.at(epoch)}
    except UserError as error:
        st.caption(translated(error))
        return
    if (rows["original"] == rows["noisy"]).all():
        del rows["noisy"]
    with st.container(key=f"strip-samples-{run.id}", gap=None):
        for name, x in rows.items():
            alt = t("alt.samples", row=t(f"row.{name}"), epoch=epoch)
            image_grid.samples(x[: image_grid.COLUMNS], t(f"row.{name}"), alt, f"samples-{name}")


def _attempt(action, run: runs.Run) -> None:
    try:
        action(run)
    except UserError as error:
        st.error(translated(error))
        return
    st.rerun()


def _open(run: runs.Run) -> None:
    entry = library.entry(run)
    query = {"data": entry.data[-1], "images": "8", "draw": "0", "run": run.id}
    if entry.code:
        query["code"] = str(entry.shown_code)
    if entry.noise.kind != "none" and not entry.longest:
        query |= {"noise": entry.noise.kind, "level": f"{entry.noise.level:g}"}
    st.switch_page("app_pages/explore/page.py", query_params=query)


def _elapsed(status: dict, state: str) -> float | None:
    started, ended = _number(status.get("started")), _number(status.get("finished"))
    if started is None:
        return None
    return (time.time() if state in states.ACTIVE or ended is None else ended) - started


def _number(value: object) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None
