"""The worker's side of a job: one at a time, alive every second, listening, and never silent at the
end: however the work ends, ``status.json`` tells it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ae_core.errors import Cancelled, Message, UserError
from ae_core.files import writing
from ae_core.jobs import leftovers, states
from ae_core.jobs.job import Job, named_lock

BEAT = 1.0  # seconds between two heartbeats
POLL = 0.2  # seconds between two looks for the file `cancel`, or for one's turn


def work(
    job: Job,
    body: Callable[[Reporter], str],
    on_progress: Callable[[dict[str, Any]], None] | None = None,
) -> str:
    """Do the job's work in this process; returns "finished" or "cancelled".

    Ctrl-C, SIGTERM or a closed terminal ask to stop; a second Ctrl-C ends the process at once, a
    second SIGTERM the work.

    Args:
        body: does the work and returns its last state.
        on_progress: gets the whole status as it changes.

    Raises:
        UserError: another process does it, or it failed; the sentence also stands in
            ``status.json``, what lies behind it in the log.
    """
    with job.owned():
        leftovers.sweep(job.folder)  # of the worker before, which may have been killed
        leftovers.sweep_temporary()
        reporter = Reporter(job, on_progress)
        with _listening(reporter), _beating(reporter):
            try:
                state = body(reporter)
                reporter.finish(state)
                return state
            except Cancelled:
                reporter.finish("cancelled")
                return "cancelled"
            except KeyboardInterrupt:
                reporter.finish("cancelled")
                raise
            except BaseException as error:
                sentence = explain(error)
                _log_traceback(job)
                with contextlib.suppress(UserError):  # the first reason is the one to tell
                    reporter.finish("failed", sentence)
                raise UserError(sentence) from error


def explain(error: BaseException, logged: bool = True) -> Message:
    """Say in one sentence what ended the work.

    Args:
        logged: there is a log that has more to tell.
    """
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Message("The disk is full: free some space, then go on.")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return Message(
            "A file could not be written ({error}): give permission, then go on.", error=str(error)
        )
    if out_of_memory(error):
        return Message(
            "The memory was not enough: choose a smaller batch (--batch) or less data (--limit)."
        )
    first = next(iter(str(error).strip().splitlines()), "")[:300]
    kind, detail = type(error).__name__, f": {first}" if first else ""
    if logged:
        return Message(
            "The work failed with {kind}{detail} (details in log.txt).", kind=kind, detail=detail
        )
    return Message("The work failed with {kind}{detail}.", kind=kind, detail=detail)


def out_of_memory(error: BaseException) -> bool:
    """Say whether the memory, also that of a GPU, was not enough; or caused what is said."""
    known = ("ResourceExhaustedError", "OutOfMemoryError")
    exhausted = type(error).__name__ in known or "RESOURCE_EXHAUSTED" in str(error)
    caused = error.__cause__ is not None and out_of_memory(error.__cause__)
    return isinstance(error, MemoryError) or exhausted or caused


class Reporter:
    """Keeps what the worker reports in memory, and writes it when asked to."""

    def __init__(self, job: Job, on_progress: Callable[[dict[str, Any]], None] | None = None):
        self.job = job
        self.done = threading.Event()
        self.stop = False
        self._on_progress = on_progress
        self._status: dict[str, Any] = {}
        self._guard = threading.RLock()
        self._looked = 0.0

    def should_stop(self, every: float = POLL) -> bool:
        """Whether the work was asked to stop; cheap, for it is asked after every batch.

        Args:
            every: seconds between two looks at the folder, which may be slow.
        """
        now = time.monotonic()
        if not self.stop and now - self._looked >= every:
            self._looked = now
            self.stop = self.job.cancel_path.exists()
        return self.stop

    def progress(self, **news: Any) -> None:
        """Take news, which the next heartbeat writes; cheap."""
        with self._guard:
            self._status.update(news)
        self._tell()

    def write(self, **changes: Any) -> None:
        """Write a change to disk at once.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._guard:
            self._status.update(changes)
            self._store()
        self._tell()

    def finish(self, state: str, error: str = "") -> None:
        """Write how the work ended; the last thing that a worker writes.

        Raises:
            UserError: the folder cannot be written.
        """
        self.done.set()
        with writing(self.job.folder):
            self.write(state=state, error=error, finished=time.time())
            self.job.cancel_path.unlink(missing_ok=True)

    def beat(self) -> None:
        """Write what there is to tell, unless the work has ended."""
        with self._guard:
            if self.done.is_set():
                return
            try:
                self._store()
            except OSError as error:  # a full disk: the work itself decides
                print(f"status.json could not be written: {error}", file=sys.stderr)

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(dict(self._status))

    def _store(self) -> None:
        self.job.update_status(**self._status, heartbeat=time.time(), **states.myself())


@contextlib.contextmanager
def turn(parent: Path, name: str, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Wait until nobody else is inside ``with`` the turn of that name.

    Args:
        parent: the folder whose jobs take turns.

    Raises:
        Cancelled: ``should_stop`` became true while waiting.
    """
    import filelock

    lock = named_lock(parent, name, timeout=0)
    while True:
        if should_stop():
            raise Cancelled
        with contextlib.suppress(filelock.Timeout):
            lock.acquire(timeout=0)
            break
        time.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def leaving_at_once(reporter: Reporter) -> Iterator[threading.Event]:
    """Let a cancel end this very process inside ``with``; for work that leaves nothing half done.

    Gives an event that, once it is set, ends this before ``with`` does.
    """
    over = threading.Event()

    def listen() -> None:
        while not over.wait(POLL):
            if reporter.should_stop():
                reporter.finish("cancelled")
                os._exit(0)

    threading.Thread(target=listen, name="leaving", daemon=True).start()
    try:
        yield over
    finally:
        over.set()


@contextlib.contextmanager
def _beating(reporter: Reporter) -> Iterator[None]:
    def run() -> None:
        while not reporter.done.wait(BEAT):
            reporter.beat()

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        reporter.done.set()
        thread.join(timeout=5)


@contextlib.contextmanager
def _listening(reporter: Reporter) -> Iterator[None]:
    """Let signals ask to stop inside ``with``; only the main thread can hear them."""

    def hear(number: int, frame: Any) -> None:
        again, reporter.stop = reporter.stop, True
        with contextlib.suppress(OSError):
            reporter.job.cancel_path.touch()  # should the process end now, it was cancelled
        if number == signal.SIGINT and again:
            os._exit(130)
        if number == signal.SIGINT:
            words = f"\n{reporter.job.STOPPING}; Ctrl-C again ends at once."
            print(words, file=sys.stderr)
        if again and not reporter.done.is_set():
            raise Cancelled

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
        for number in (getattr(signal, name) for name in names):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                before[number] = signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_traceback(job: Job) -> None:
    path = job.folder / job.LOG
    with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as log:
        traceback.print_exc(file=log)
