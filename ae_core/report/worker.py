"""A report made by a process of its own: start, watch, cancel. One is made at a time.

Nothing here needs the starter to stay alive: a report is its folder, and any process may watch or
cancel it. What an ended worker leaves behind is told by :mod:`ae_core.jobs.states`, as for trainings.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import filelock

from ae_core import runs
from ae_core.errors import Cancelled, Message, UserError
from ae_core.files import unwritable
from ae_core.jobs import states
from ae_core.machine import devices, processes
from ae_core.report import store
from ae_core.report.builder import build
from ae_core.report.request import Order, chosen
from ae_core.report.store import Report

BEAT = 1.0  # seconds between two heartbeats
POLL = 0.5  # seconds between two looks at the queue
GRACE = 20.0  # seconds for a cancelled worker to leave, before it is ended
LEAST_SAID = 0.03  # share of the work after which the rest of the time can be told


def start(order: Order) -> Report:
    """Ask for a report and start its worker; returns at once.

    Raises:
        UserError: no such run, data that do not fit, or a folder that cannot be written.
    """
    chosen(order)  # told at once, not by a worker
    report = store.create(order)
    # On the CPU: a report computes little, and the GPU is a training's.
    env = processes.environment() | devices.environment("cpu")
    try:
        processes.detach(["report", "--ordered", report.id], report.folder / "log.txt", env)
    except OSError as error:
        sentence = Message("The report's process could not be started: {reason}.", reason=error)
        with contextlib.suppress(OSError):
            store.say(report, state="failed", error=sentence)
        raise UserError(sentence) from error
    return report


def message(report: Report) -> str:
    """Say in one sentence why a report failed."""
    status = report.status()
    if status.get("state") == "failed" and status.get("error"):
        return Message(status["error"])
    if status.get("state") == "finished":
        return Message("The report's files are no longer there: delete it and make it again.")
    if status.get("pid") is None:
        return Message("The report's process never started (see log.txt): make the report again.")
    return Message(
        "The report's process ended unexpectedly (it crashed or was killed): make it again."
    )


def cancel(report: Report) -> None:
    """Ask for a stop; returns at once, may be repeated. A worker that stays is ended."""
    if report.state() not in states.ACTIVE:
        return
    try:
        report.cancel_path.touch()
    except OSError as error:
        raise unwritable(report.folder, error) from error
    threading.Thread(target=_enforce, args=(report,), daemon=True).start()


def work(report: Report, progress: Callable[[float, str], None] | None = None) -> str:
    """Make the report in this process; returns "finished" or "cancelled".

    Args:
        progress: called with (fraction 0 to 1, what is being done).

    Raises:
        UserError: it could not be made; the sentence also stands in ``status.json``.
    """
    worker = _Worker(report)
    with worker.beating(), worker.listening():
        try:
            order = report.order()
            with _turn(worker):
                worker.say(state="running", started=time.time())
                build(order, report.folder, worker.tell(progress), worker.should_stop)
            worker.say(state="finished", finished=time.time(), fraction=1.0, eta_seconds=None)
            return "finished"
        except (Cancelled, KeyboardInterrupt):
            worker.say(state="cancelled", finished=time.time(), eta_seconds=None)
            return "cancelled"
        except BaseException as error:
            if isinstance(error, UserError):
                sentence = error.message
            else:
                traceback.print_exc()
                sentence = Message(
                    "The report failed with {kind} (details in log.txt).", kind=type(error).__name__
                )
            worker.say(state="failed", finished=time.time(), error=sentence, eta_seconds=None)
            raise UserError(sentence) from error


class _Worker:
    """What a worker says of itself once a second, and whether it was asked to stop."""

    def __init__(self, report: Report):
        self._report = report
        self._news: dict = {}
        self._guard = threading.RLock()
        self._stop = self._done = False

    def should_stop(self) -> bool:
        self._stop = self._stop or self._report.cancel_path.exists()
        return self._stop

    def say(self, **news) -> None:
        """Write news to disk at once; the last state is the worker's last word."""
        with self._guard:
            self._done = self._done or news.get("state") in states.FINAL
            self._news |= news
            about = {"heartbeat": time.time(), **states.myself()}
            try:
                store.say(self._report, **self._news, **about)
            except (OSError, filelock.Timeout) as error:
                print(f"status.json could not be written: {error}", file=sys.stderr)
        if self._done:
            self._report.cancel_path.unlink(missing_ok=True)

    def tell(self, further: Callable[[float, str], None] | None) -> Callable[[float, str], None]:
        """Return what a build tells its progress to."""
        begun = time.monotonic()

        def progress(fraction: float, doing: str) -> None:
            spent = time.monotonic() - begun
            rest = spent * (1 - fraction) / fraction if fraction >= LEAST_SAID else None
            with self._guard:  # the next heartbeat writes it
                self._news |= {"fraction": fraction, "doing": doing, "eta_seconds": rest}
            if further is not None:
                further(fraction, doing)

        return progress

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                with self._guard:
                    if not self._done:
                        self.say()

        self.say(state="queued")
        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(timeout=5)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM asks to stop; only the main thread can hear it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, self._hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _hear(self, number: int, frame) -> None:
        self._stop = True


@contextlib.contextmanager
def _turn(worker: _Worker) -> Iterator[None]:
    """Wait until no other report is being made: each holds TensorFlow and a data set in memory."""
    lock = runs.named_lock(store.reports_dir(), "making", timeout=0)
    while True:
        if worker.should_stop():
            raise Cancelled
        with contextlib.suppress(filelock.Timeout):
            lock.acquire(timeout=0)
            break
        time.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


def _enforce(report: Report) -> None:
    """End a cancelled worker that does not leave by itself, and the kernel that it started."""
    import psutil

    end = time.monotonic() + GRACE
    while time.monotonic() < end:
        if report.state() not in states.ACTIVE:
            return
        time.sleep(0.2)
    status = report.status()
    if status.get("pid") in (None, os.getpid()) or not states.alive(status):
        return
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(status["pid"])
        for member in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                member.kill()
