"""The measurement of the devices: choose, start, watch, stop. It runs in a process of its own."""

from __future__ import annotations

import streamlit as st

from ae_core.evaluation import bench
from ae_core.evaluation.bench import worker
from ae_core.jobs import owners
from ae_core.jobs.job import Job
from ae_core.jobs.states import ACTIVE
from ae_core.machine import devices
from dashboard.components import figures, job_panel, widgets
from dashboard.i18n import as_text, number, spoken, t


def panel() -> None:
    """Draw the form, or how far the measurement is."""
    st.header(t("devices.measure"), anchor=False)
    state, own = worker.job().state(), owners.mine(worker.job().folder)
    if state in ACTIVE:
        job_panel.panel(worker.job, _progress)
        return
    if own and (sentence := worker.job().message()):
        job_panel.say(sentence)
    elif own and state == "cancelled":
        st.caption(t("devices.cancelled"))
    _form()


def label(device: str) -> str:
    """Return a device's name in the visitor's language: "cpu/1" is the CPU with one thread."""
    base, _, way = device.partition("/")
    name = base.upper().replace(":", " ")
    if not way:
        return name
    return f"{name}, {t('devices.threads', n=way) if way.isdigit() else way}"


def _form() -> None:
    ids = _choices()
    chosen = st.pills(
        t("devices.which"),
        ids,
        selection_mode="multi",
        key="devices_which",
        format_func=label,
        default=[i for i in ids if "/1" not in i] if len(ids) > 2 else ids,
        help=t("devices.which_help"),
    )
    how = widgets.switch(
        "devices.depth", ["quick", "whole"], default="quick", help=t("devices.depth_help")
    )
    if not chosen:
        st.caption(t("devices.none_chosen"))
        return
    asked = bench.parse(",".join(chosen))
    busy = worker.in_use(asked)
    if busy:
        names = ", ".join(map(spoken, busy[:3]))
        st.warning(t("devices.busy", names=names), icon=":material/hourglass_top:")
    words = t("devices.start_anyway" if busy else "devices.start")
    if widgets.deed("devices_start", "speed", label=words, type="primary"):
        plan = bench.quick(asked) if how == "quick" else bench.Plan(asked)
        job_panel.attempt(worker.start, plan)
    said = f"python -m ae_core bench devices --devices {','.join(chosen)}"
    st.code(f"{said}{' --quick' if how == 'quick' else ''}", language=None, wrap_lines=True)


def _choices() -> list[str]:
    """Return the devices to choose from; with one core's share of the CPU where there is no GPU."""
    found = [contestant.id for contestant in bench.parse("all")]
    if len(found) == 1 and devices.cores() > 1:
        found.append("cpu/1")
    return found


def _progress(job: Job, state: str) -> None:
    status = job.status()
    done, eta = (job_panel.number(status.get(name)) for name in ("done", "eta_seconds"))
    st.progress(job_panel.share(done or 0.0), text=_doing(state, status))
    if state == "cancelling":
        st.caption(t("devices.stopping"))
        return
    if state == "running" and eta is not None:
        st.caption(t("devices.eta", time=figures.duration(eta)))
    if owners.mine(job.folder) and widgets.deed("job.cancel", "stop", key="devices_cancel"):
        job_panel.attempt(job.cancel)


def _doing(state: str, status: dict) -> str:
    device, size, batch = (status.get(name) for name in ("device", "size", "batch"))
    if state == "queued" or not device:
        return t("devices.starting")
    if size not in bench.SIZES:
        return t("devices.loading", device=as_text(label(str(device))))
    about = {"device": as_text(label(str(device))), "size": t(f"devices.size_{size}")}
    if not batch:
        return t("devices.doing_quality", **about)
    return t("devices.doing", **about, batch=number(batch, 0))
