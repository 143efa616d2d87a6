"""Start, watch, cancel and resume trainings, each in a process of its own.

Nothing here needs the starter to stay alive: a job is its run folder, and any process may watch,
cancel or resume it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
import threading
import time

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.files import unwritable
from ae_core.jobs import states
from ae_core.jobs.states import ACTIVE, FINAL, state
from ae_core.machine import devices, processes
from ae_core.runs import Run
from ae_core.training.queue import position, queue
from ae_core.training.worker import ASSIGNED_DEVICE, work

__all__ = [
    "ACTIVE",
    "FINAL",
    "cancel",
    "current",
    "message",
    "position",
    "prepare",
    "queue",
    "resume",
    "spawn",
    "start",
    "state",
    "tail",
    "work",
]

CANCEL_GRACE = 30.0  # seconds for the current batch and the last save, before SIGTERM
TERM_GRACE = 10.0  # seconds after SIGTERM, before SIGKILL


def start(config: TrainConfig, title: str = "") -> Run:
    """Create a run and start its worker; returns at once.

    Raises:
        UserError: the asked device is not there, or the run folder cannot be written.
    """
    device = devices.resolve(config.device)
    run = runs.create(config, title)
    spawn(run, device)
    return run


def resume(run: Run, epochs: int | None = None) -> Run:
    """Start a worker that goes on after the run's last whole epoch.

    Args:
        epochs: a new total of epochs; None keeps the run's own.

    Raises:
        UserError: see :func:`prepare`.
    """
    device = devices.resolve(run.config.device)
    prepare(run, epochs)
    spawn(run, device)
    return run


def prepare(run: Run, epochs: int | None = None) -> None:
    """Put a stopped run back into the queue, without starting anything.

    Raises:
        UserError: it is shipped, still active, or has no epoch left to train.
    """
    if run.pretrained:
        raise UserError(
            "{run} is shipped with the program; train a run of your own instead.", run=run.id
        )
    status = run.status()
    if status.get("pid") is not None and current(run) in ACTIVE:
        raise UserError(
            "The run {run} is already being trained by process {pid}.",
            run=run.id,
            pid=status.get("pid"),
        )
    config = run.config if epochs is None else dataclasses.replace(run.config, epochs=epochs)
    done = run.epochs_done()
    if done > config.epochs or (done == config.epochs and current(run) == "finished"):
        raise UserError(
            "The run {run} has {done} epochs behind it: give a larger number of epochs to go on.",
            run=run.id,
            done=done,
        )
    try:
        if config != run.config:
            runs.update_info(run, config=config.to_dict())
        run.cancel_path.unlink(missing_ok=True)
        runs.update_status(
            run,
            state="queued",
            epoch=done,
            epochs=config.epochs,
            step=0,
            error="",
            position=0,
            asked=time.time(),
            heartbeat=time.time(),
            pid=None,
        )
    except OSError as error:
        raise unwritable(run.folder, error) from error


def current(run: Run) -> str:
    """Return the state to show for a run, at this moment."""
    return states.current(run.status())


def message(run: Run) -> str:
    """Say in one sentence what there is to say about the run's state; often nothing."""
    status = run.status()
    now = time.time()
    shown = states.current(status)
    if shown == "failed":
        if status.get("error"):
            return Message(status["error"])
        if status.get("state") in ACTIVE and status.get("pid") is None:
            return Message("The training process never started (see log.txt); resume tries again.")
        return Message(
            "The training process ended unexpectedly (it crashed or was killed); resume "
            "continues from epoch {epoch}.",
            epoch=run.epochs_done() + 1,
        )
    if shown == "cancelled":
        return Message(
            "Cancelled after {epochs} whole epochs; resume continues from there.",
            epochs=run.epochs_done(),
        )
    if shown == "queued" and (before := status.get("position")):
        return Message(
            "Waiting for {device}: {before} before this one.",
            device=status.get("device"),
            before=before,
        )
    if shown in ACTIVE and status.get("pid") and not states.responds(status, now):
        silent = now - float(status.get("heartbeat") or 0)
        return Message(
            "The training process lives, but has not answered for {silent:.0f} s.", silent=silent
        )
    return ""


def cancel(run: Run, wait: bool = False) -> None:
    """Ask a training to stop after its current batch; returns at once, may be repeated.

    A worker that does not stop is ended harder and harder in the background. A training that is
    not active is left alone.

    Args:
        wait: return only when the worker is gone.
    """
    if current(run) not in ACTIVE:
        return
    try:
        run.cancel_path.touch()
    except OSError as error:
        raise unwritable(run.folder, error) from error
    pid = run.status().get("pid")
    enforcer = threading.Thread(target=_enforce, args=(run, pid), daemon=True)
    enforcer.start()
    if wait:
        enforcer.join()


def tail(run: Run, lines: int = 40) -> str:
    """Return the last lines of the worker's own words; empty where there are none."""
    try:
        with open(run.folder / "log.txt", "rb") as log:
            log.seek(max(log.seek(0, os.SEEK_END) - 65_536, 0))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    # A progress bar rewrites its line: only what stands after its last return is shown.
    whole = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip().split("\n")]
    return "\n".join(whole[-lines:])


def spawn(run: Run, device: str) -> None:
    """Start a worker for a run that stands in the queue, on a resolved device.

    Raises:
        UserError: the process cannot be started.
    """
    env = processes.environment() | devices.environment(device) | {ASSIGNED_DEVICE: device}
    try:
        runs.update_status(run, device=device)
        processes.detach(["train", "--run", run.id], run.folder / "log.txt", env)
    except OSError as error:
        sentence = Message("The training process could not be started: {reason}.", reason=error)
        with contextlib.suppress(OSError):
            runs.update_status(run, state="failed", error=sentence)
        raise UserError(sentence) from error


def _enforce(run: Run, pid: int | None) -> None:
    import psutil

    if pid == os.getpid() or _gone(run, pid, CANCEL_GRACE):  # never this very process
        return
    if run.status().get("host") not in (None, platform.node()):
        return  # its process id is another machine's: here it would be somebody else
    for harder, grace in (("terminate", TERM_GRACE), ("kill", TERM_GRACE)):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(run.status().get("pid"))
            family = process.children(recursive=True) if harder == "kill" else []
            for member in [process, *family]:
                with contextlib.suppress(psutil.Error):
                    getattr(member, harder)()
        if _gone(run, pid, grace):
            return


def _gone(run: Run, pid: int | None, seconds: float) -> bool:
    """Wait until the cancelled worker is dead, or another one has taken the run over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = run.status()
        if pid is not None and status.get("pid") != pid:
            return True
        if not states.alive(status) and current(run) in FINAL:
            return True
        time.sleep(0.1)
    return False
