"""How the program stands, in one line."""

from __future__ import annotations

import shutil

from ae_core.errors import Message
from ae_core.jobs import room, states
from ae_core.machine import processes
from ae_core.runs import store


def line() -> Message:
    """Return queue, memory, disk and damaged runs as one sentence."""
    import psutil

    own = [run for run in store.list_runs(everybodys=True) if not run.pretrained]
    active = [run for run in own if run.state() in states.ACTIVE]
    waiting = sum(run.state() == "queued" for run in active)
    memory, folder = psutil.virtual_memory(), processes.artifacts_dir()
    while not folder.exists():
        folder = folder.parent
    return Message(
        "At work: {running}; waiting: {waiting}. Memory free: {memory:.1f} of {in_all:.1f} GiB. Runs "
        "and reports: {used:.2f} GB; disk free: {free:.1f} GB. Damaged runs: {damaged}.",
        running=len(active) - waiting,
        waiting=waiting,
        memory=memory.available / 2**30,
        in_all=memory.total / 2**30,
        used=room.used() / 1e9,
        free=shutil.disk_usage(folder).free / 1e9,
        damaged=len(store.broken_runs(everybodys=True)),
    )
