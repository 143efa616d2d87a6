"""The state of a job, decided in one pure function from what its status file says.

A status file is only what a worker last *reported*; workers can be killed and process ids are given
out again. So what is shown is decided here, from the file, the time and whether the process that
wrote it still lives.
"""

from __future__ import annotations

import os
import platform
import time
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    import psutil

ACTIVE = ("queued", "running", "cancelling")
FINAL = ("cancelled", "failed", "finished")

START_GRACE = 30.0  # seconds from the request until the worker must have given its process id
SILENCE = 30.0  # seconds without a heartbeat after which a living worker "does not respond"
SHORT = 10  # steps of an epoch, below which a training's progress is told in steps
FOREIGN_SILENCE = 90.0  # seconds after which a worker on another machine counts as dead
SAME_START = 2.0  # seconds by which two readings of one process's start may differ


class Status(TypedDict, total=False):
    """`status.json`, as far as more than one kind of work reads it; times are seconds since 1970."""

    state: Literal["queued", "running", "cancelling", "cancelled", "failed", "finished"]
    error: str
    host: str | None
    pid: int | None
    pid_started: float
    asked: float
    heartbeat: float
    started: float
    finished: float
    device: str | None
    doing: str
    stage: int
    stages: int
    position: int
    epoch: int
    epochs: int
    step: int
    steps: int | None
    measured: float | None
    unmeasured: str
    done: float | None
    fraction: float | None
    eta_seconds: float | None
    images_per_second: float | None
    loss: float | None
    val_psnr: float | None
    flat: float | None


def state(status: dict[str, Any], now: float, alive: bool) -> str:
    """Decide which state to show; touches neither disk nor processes.

    Args:
        status: what ``status.json`` holds, and ``cancel``: True where a cancel was asked for.
        now: seconds since 1970.
        alive: whether the process that the status names still runs (see :func:`alive`).

    Returns:
        One of ``queued running cancelling cancelled failed finished``. An old heartbeat never
        makes a living worker "failed" (it may be reading a large file); a dead one always is,
        unless it was asked to stop.
    """
    reported = status.get("state")
    if reported in FINAL:
        return reported
    if reported not in ACTIVE:
        return "failed"
    asked_to_stop = bool(status.get("cancel")) or reported == "cancelling"
    if status.get("pid") is None:  # asked for, but no worker has answered yet
        if asked_to_stop:
            return "cancelled"
        return "queued" if now - _real(status.get("heartbeat")) <= START_GRACE else "failed"
    if not alive:
        return "cancelled" if asked_to_stop else "failed"
    if asked_to_stop:
        return "cancelled" if reported == "queued" else "cancelling"
    return reported


def alive(status: dict[str, Any], now: float | None = None) -> bool:
    """Say whether the process that a status names still runs.

    A process id counts only together with the start time noted beside it, and a zombie is dead.
    Of a worker on another machine (a shared folder) only the heartbeat can tell; one of the future
    tells nothing, or such a job could neither be ended nor deleted until then.
    """
    if not _has_pid(status):
        return False
    if _elsewhere(status):
        now = time.time() if now is None else now
        return abs(now - _real(status.get("heartbeat"))) < FOREIGN_SILENCE
    return process(status) is not None


def process(status: dict[str, Any]) -> psutil.Process | None:
    """Return the living process that a status names; None where it is gone, or another machine's."""
    import psutil

    if _elsewhere(status) or not _has_pid(status):
        return None
    try:
        found = psutil.Process(status["pid"])
        if abs(found.create_time() - _real(status.get("pid_started"))) > SAME_START:
            return None
        return None if found.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD) else found
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:  # it exists, but belongs to somebody else: not our worker
        return None


def current(status: dict[str, Any]) -> str:
    """Return :func:`state` for this moment."""
    now = time.time()
    return state(status, now, alive(status, now))


def responds(status: dict[str, Any], now: float) -> bool:
    """Say whether the worker's last sign of life is recent."""
    return now - _real(status.get("heartbeat")) <= SILENCE


def steps(status: dict[str, Any]) -> tuple[int, int] | None:
    """Return the step and the number of steps of a whole training whose epochs are short.

    None where epochs tell as much, for they have :data:`SHORT` steps or more, or it has not begun.
    """
    epoch, epochs, step, each = (
        int(_real(status.get(name))) for name in ("epoch", "epochs", "step", "steps")
    )
    if not 0 < each < SHORT:
        return None
    return max(epoch - 1, 0) * each + step, epochs * each


def queued(**more: Any) -> dict[str, Any]:
    """Return the status of work that was asked for just now, before a worker has answered."""
    now = time.time()
    return {"state": "queued", "error": "", "asked": now, "heartbeat": now, "pid": None} | more


def myself() -> dict[str, Any]:
    """Return the entries of a status that name this process."""
    import psutil

    # Read afresh each time: the start time moves along when the system's clock is corrected.
    return {
        "pid": os.getpid(),
        "pid_started": psutil.Process(os.getpid()).create_time(),
        "host": platform.node(),
    }


def _has_pid(status: dict[str, Any]) -> bool:
    pid = status.get("pid")
    return isinstance(pid, int) and not isinstance(pid, bool) and pid > 0


def _elsewhere(status: dict[str, Any]) -> bool:
    return status.get("host") not in (None, platform.node())


def _real(value: Any) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if good else 0.0
