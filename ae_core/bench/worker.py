"""The measurement in a process of its own, for whoever must stay quick: the dashboard.

One at a time on a machine: a second start is refused, whoever asks. What the worker says lies in
``artifacts/measurements/devices/own/job/``: ``status.json`` (as a training's, see
:mod:`ae_core.jobs.states`, and ``done``, ``eta_seconds``, ``device``, ``size``, ``batch``),
``log.txt``, and ``cancel``, whose presence asks it to stop.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock

from ae_core import runs
from ae_core.bench import run, store
from ae_core.bench.plan import Contestant, Plan
from ae_core.errors import Message, UserError
from ae_core.files import read_json, unwritable, write_json
from ae_core.jobs import states
from ae_core.machine import processes
from ae_core.training import queue

BEAT = 0.5  # seconds between two words of the worker
_starting = threading.Lock()


def start(asked: Plan) -> None:
    """Start the worker; returns at once.

    Raises:
        UserError: a measurement is running already, or the folder cannot be written.
    """
    with _starting:  # two clicks at once
        if state() in states.ACTIVE:
            raise UserError("A measurement of the devices is already running.")
        arguments = ["bench", "devices", "--job", *_flags(asked)]
        try:
            folder().mkdir(parents=True, exist_ok=True)
            _cancel_path().unlink(missing_ok=True)
            _say(
                state="queued",
                pid=None,
                heartbeat=time.time(),
                error="",
                done=0.0,
                eta_seconds=None,
                device="",
                size="",
                batch=0,
            )
            log, env = folder() / "log.txt", processes.environment()
            processes.detach(arguments, log, env, mode="wb")
        except OSError as error:
            raise unwritable(folder(), error) from error


def cancel() -> None:
    """Ask the worker to stop within a second; what was measured is kept."""
    if state() in states.ACTIVE:
        try:
            _cancel_path().touch()
        except OSError as error:
            raise unwritable(folder(), error) from error


def status() -> dict[str, Any]:
    """What the worker last said, and ``cancel``: whether it was asked to stop; else {}."""
    try:
        return read_json(folder() / "status.json") | {"cancel": _cancel_path().exists()}
    except (FileNotFoundError, UserError):
        return {}


def state() -> str:
    """Return the state to show (see :func:`ae_core.jobs.states.state`), or "" before the first."""
    said = status()
    return states.current(said) if said else ""


def message() -> str:
    """Say in one sentence why the last measurement failed; nothing where it did not."""
    if state() != "failed":
        return ""
    return str(status().get("error") or "") or (
        Message("The measurement ended unexpectedly; what it had measured until then is kept.")
    )


def in_use(contestants: tuple[Contestant, ...]) -> list[str]:
    """Return the names of the trainings that use or await one of the devices."""
    found = [r.id for c in contestants for r in queue.queue(c.device)]
    return list(dict.fromkeys(found))


def work(asked: Plan) -> None:
    """The worker: measure, say how far it is, listen for a cancel.

    Raises:
        UserError: what made it fail; it also stands in the status.
    """
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: stop.set())
    talker = _Talker()
    try:
        with alone(), talker:
            result = run.run(
                asked,
                should_stop=lambda: stop.is_set() or _cancel_path().exists(),
                on_progress=talker.update,
            )
        _say(
            state="cancelled" if result["state"] == "interrupted" else "finished",
            result=result["id"],
            done=1.0,
            eta_seconds=0.0,
        )
        _cancel_path().unlink(missing_ok=True)
    except BaseException as error:
        sentence = Message(
            "The measurement failed with {kind}: {error}",
            kind=type(error).__name__,
            error=str(error)[:250],
        )
        if isinstance(error, UserError):
            sentence = error.message
        _say(state="failed", error=sentence)
        raise


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold what only one measurement on this machine may hold.

    Raises:
        UserError: another one holds it.
    """
    lock = runs.named_lock(store.own_dir(), "bench", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise UserError("A measurement of the devices is already running.") from error
    try:
        yield
    finally:
        lock.release()


def folder() -> Path:
    """Where the worker's words lie."""
    return store.own_dir() / "job"


class _Talker:
    """Writes the worker's progress and its sign of life, twice a second."""

    def __init__(self):
        self._news: dict[str, Any] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def update(self, progress: dict) -> None:
        self._news = progress

    def __enter__(self) -> _Talker:
        _say(state="running", started=time.time(), error="", **states.myself())
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        while not self._done.wait(BEAT):
            with contextlib.suppress(OSError):  # a full disk: the measurement itself decides
                _say(heartbeat=time.time(), **self._news)


def _say(**changes: Any) -> None:
    known = status()
    known.pop("cancel", None)
    write_json(folder() / "status.json", known | changes)


def _cancel_path() -> Path:
    return folder() / "cancel"


def _flags(asked: Plan) -> list[str]:
    """Say a plan in the words of the command line."""
    said = {
        "--devices": ",".join(c.id for c in asked.contestants),
        "--batches": ",".join(map(str, asked.batches)),
        "--sizes": ",".join(asked.sizes),
        "--repeats": str(asked.repeats),
        "--seconds": f"{asked.seconds:g}",
        "--limit": f"{asked.limit_seconds:g}",
        "--note": asked.note,
    }
    quick = ["--quick"] if asked.quality_epochs == 1 else []
    return [*quick, *(f"{name}={value}" for name, value in said.items())]
