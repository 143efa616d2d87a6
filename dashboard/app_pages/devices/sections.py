"""What this machine has and can do, and the doctor's words on a GPU that is not seen."""

from __future__ import annotations

import html
import threading

import streamlit as st

from ae_core.machine import abilities, devices, doctor, provenance, settings
from ae_core.machine.abilities import Abilities
from ae_core.runs import health
from dashboard.components import figures
from dashboard.i18n import number, spoken, t, translated

POLL_S = 1.0


def machine() -> None:
    """Draw the table of devices; what they can do is tried in the background, once a server."""
    known = devices.devices()
    waiting = any(_tried(device.id) is None for device in known)
    st.fragment(_table, run_every=POLL_S if waiting else None)(waiting)


def doctor_panel() -> None:
    """Draw what the doctor says of GPUs."""
    question = t("devices.doctor_ok" if len(devices.devices()) > 1 else "devices.doctor")
    with st.expander(question, key="devices_doctor", icon=":material/stethoscope:"):
        for advice in doctor.diagnose(_facts()):
            st.text(translated(advice))
        st.code("python -m ae_core devices --doctor", language=None, wrap_lines=True)


def operator() -> None:
    """Draw what whoever runs the program has set, and how it stands."""
    with st.expander(t("devices.operator"), key="devices_operator", icon=":material/tune:"):
        st.text(translated(health.line()))
        values = [(variable, html.escape(value)) for _, variable, value, _ in settings.shown()]
        lines = [f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in values]
        heads = [t("devices.setting"), t("devices.value")]
        st.html(figures.table(heads, lines, scrolls=t("devices.operator")))
        st.code("python -m ae_core settings", language=None)


def _table(waiting: bool) -> None:
    known, drivers = devices.devices(), devices.drivers()
    tried = {device.id: _tried(device.id) for device in known}
    if waiting and None not in tried.values():
        st.rerun()  # the timer goes with the question
    lines = []
    for device in known:
        can = tried[device.id]
        memory = f"{number(device.memory_bytes / 2**30, 1)} GiB" if device.memory_bytes else "–"
        cells = [
            translated(device.name),
            memory,
            drivers.get(device.id, "–"),
            _word(can, "xla"),
            _word(can, "bfloat16"),
        ]
        told = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        lines.append(f"<tr><th scope='row'>{device.id}</th>{told}</tr>")
    names = ("device", "name", "memory", "driver", "xla", "mixed")
    heads, title = [t(f"devices.{name}") for name in names], t("devices.title")
    st.html(figures.table(heads, lines, _versions(), "ae-devices", scrolls=title))
    for device in known:
        if (can := tried[device.id]) and can.problem:
            st.caption(f"{device.id}: {spoken(can.problem)}")


def _versions() -> str:
    found = provenance.versions()
    backend = found["backend"]
    return t(
        "devices.versions",
        keras=found["keras"],
        backend=backend,
        version=found.get(backend, "–"),
        system=provenance.machine()["system"],
    )


def _word(can: Abilities | None, what: str) -> str:
    if can is None:
        return t("devices.trying")
    works = getattr(can, what)
    return "–" if works is None else t("devices.works" if works else "devices.fails")


@st.cache_resource(show_spinner=False)
def _trials() -> dict[str, Abilities | None]:
    """What was tried, by device; None while the trial runs."""
    return {}


def _tried(device: str) -> Abilities | None:
    known = _trials()
    if device not in known:
        known[device] = None
        threading.Thread(target=_try, args=(device, known), daemon=True).start()
    return known[device]


def _try(device: str, known: dict[str, Abilities | None]) -> None:
    known[device] = abilities.of(device)


@st.cache_resource(show_spinner=False)
def _facts() -> doctor.Findings:
    return doctor.look()
