"""The body of a training process: the same in the foreground and behind the dashboard.

It owns the run (one worker each), waits for its device, trains, keeps ``status.json`` alive, and
always writes how it ended.
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
from typing import Any

import filelock

from ae_core import runs
from ae_core.errors import Cancelled, Message, UserError
from ae_core.files import unwritable
from ae_core.jobs import states
from ae_core.machine import devices
from ae_core.training import queue

ASSIGNED_DEVICE = "AE_ASSIGNED_DEVICE"  # set by whoever started this process for one device
BEAT = 1.0  # seconds between two heartbeats
POLL = 0.2  # seconds between two looks for the file `cancel`

Fit = Callable[[runs.Run, Callable[[], bool], Callable[[dict], None]], str]


def work(
    run: runs.Run, fit: Fit | None = None, on_progress: Callable[[dict], None] | None = None
) -> str:
    """Train ``run`` in this process; returns "finished" or "cancelled".

    Ctrl-C or SIGTERM stops after the current batch; a second Ctrl-C ends the process at once, a
    second SIGTERM the training.

    Args:
        fit: trains and returns its last state; :func:`ae_core.training.fit.fit` if None.
        on_progress: gets the whole status (state, epoch, step, loss, position ...) as it changes.

    Raises:
        UserError: the training failed; the sentence also stands in ``status.json``, what lies
            behind it in ``log.txt``.
    """
    with _owned(run):
        reporter = _Reporter(run, on_progress)
        with reporter.signals(), reporter.heartbeat():
            try:
                state = _train(run, reporter, fit)
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
                _log_traceback(run)
                with contextlib.suppress(UserError):  # the first reason is the one to tell
                    reporter.finish("failed", sentence)
                raise UserError(sentence) from error


def explain(error: BaseException) -> Message:
    """Say in one sentence what ended a training."""
    if isinstance(error, UserError):
        return error.message
    words = str(error)
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Message("The disk is full: free some space, then resume the training.")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return Message(
            "A file could not be written ({error}): give permission, then resume the training.",
            error=error,
        )
    exhausted = "RESOURCE_EXHAUSTED" in words or kind in ("ResourceExhaustedError",)
    if isinstance(error, MemoryError) or exhausted or kind == "OutOfMemoryError":
        return Message(
            "The memory was not enough: choose a smaller batch (--batch) or less data (--limit)."
        )
    first = next(iter(words.strip().splitlines()), "")[:300]
    return Message(
        "The training failed with {kind}{detail} (details in log.txt).",
        kind=kind,
        detail=": " + first if first else "",
    )


def _train(run: runs.Run, reporter: _Reporter, fit: Fit | None) -> str:
    assigned = os.environ.get(ASSIGNED_DEVICE)
    device = assigned or devices.resolve(run.config.device)
    if assigned and hasattr(os, "nice"):
        os.nice(5)  # behind the dashboard, which must stay quick
    reporter.say(state="queued", device=device, error="", epochs=run.config.epochs)
    with queue.turn(run, device, reporter.should_stop, reporter.waits):
        reporter.say(state="running", position=0, started=time.time())
        if not assigned:  # else whoever started this process has set them
            os.environ.update(devices.environment(device))  # before Keras is imported
        if fit is not None:
            return fit(run, reporter.should_stop, reporter.progress)
        reporter.say(doing=Message("reading the images"))
        _note_data(run)
        reporter.say(doing=Message("preparing the network"))
        from ae_core.training import fit as training

        return training.fit(run, reporter.should_stop, reporter.progress)


def _note_data(run: runs.Run) -> None:
    """Write into ``config.json`` what the images really are: fingerprint, origin, counts."""
    from ae_core import data

    sets = []
    for name in data.members(run.config.data):
        dataset = data.load(name)  # kept in this process: the training does not read it again
        counts = {part: len(getattr(dataset, part)) for part in ("train", "validation", "test")}
        sets.append(
            {"name": name, "fingerprint": dataset.fingerprint, "origin": dataset.origin} | counts
        )
    whole = {
        "name": run.config.data,
        "fingerprint": "+".join(entry["fingerprint"] for entry in sets),
        "origin": " + ".join(entry["origin"] for entry in sets),
        "train": sum(entry["train"] for entry in sets),
        "validation": sum(entry["validation"] for entry in sets),
        "test": sets[0]["test"],
    }
    runs.update_info(run, data=whole | {"sets": sets})


@contextlib.contextmanager
def _owned(run: runs.Run) -> Iterator[None]:
    """Hold the run's own lock, so that two workers never write into one folder."""
    lock = runs.lock(run, "worker", timeout=5)  # a cancelled worker may still be leaving
    try:
        lock.acquire()
    except filelock.Timeout as error:
        pid = run.status().get("pid")
        raise UserError(
            "The run {run} is already being trained by process {pid}.", run=run.id, pid=pid
        ) from error
    try:
        yield
    finally:
        lock.release()


class _Reporter:
    """Keeps what the worker says in memory and writes it once a second, and when asked to."""

    def __init__(self, run: runs.Run, on_progress: Callable[[dict], None] | None):
        self._run = run
        self._on_progress = on_progress
        self._status: dict[str, Any] = {}
        self._guard = threading.RLock()
        self._stop = False
        self._done = threading.Event()
        self._looked = 0.0

    def should_stop(self) -> bool:
        now = time.monotonic()
        if not self._stop and now - self._looked >= POLL:
            self._looked = now
            self._stop = self._run.cancel_path.exists()
        return self._stop

    def progress(self, news: dict) -> None:
        """Take news from the training; cheap, for it is called after every few batches."""
        with self._guard:
            self._status.update(news, doing="")
        self._tell()

    def waits(self, position: int) -> None:
        if self._status.get("position") != position:
            self.say(position=position)

    def say(self, **changes: Any) -> None:
        """Write a change to disk at once."""
        with self._guard:
            self._status.update(changes)
            self._write()
        self._tell()

    def finish(self, state: str, error: str = "") -> None:
        """Write how the training ended; the last thing a worker says."""
        self._done.set()
        try:
            self.say(state=state, error=error, position=0, finished=time.time())
            self._run.cancel_path.unlink(missing_ok=True)
        except OSError as problem:
            raise unwritable(self._run.folder, problem) from problem

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(dict(self._status))

    def _write(self) -> None:
        now = {"heartbeat": time.time(), **states.myself()}
        runs.update_status(self._run, **self._status, **now)

    @contextlib.contextmanager
    def heartbeat(self) -> Iterator[None]:
        thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join(timeout=5)

    def _beat(self) -> None:
        written = time.monotonic()
        while not self._done.wait(POLL):
            if time.monotonic() - written < BEAT:
                continue
            written = time.monotonic()
            with self._guard:
                if self._done.is_set():
                    return
                try:
                    self._write()
                except OSError as error:  # a full disk: the training itself decides
                    print(f"status.json could not be written: {error}", file=sys.stderr)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal ask to stop; only the main thread can hear them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = [n for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
        before = {}
        for number in (getattr(signal, name) for name in names):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                before[number] = signal.signal(number, self._hear)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: Any) -> None:
        again, self._stop = self._stop, True
        with contextlib.suppress(OSError):
            self._run.cancel_path.touch()  # should the process end now, it was cancelled
        if number == signal.SIGINT and again:
            os._exit(130)
        if number == signal.SIGINT:
            # The first batch is always waited for, so that there is a network to keep.
            print("\nStopping after this batch; Ctrl-C again ends at once.", file=sys.stderr)
        if again and not self._done.is_set():
            raise Cancelled


def _log_traceback(run: runs.Run) -> None:
    with contextlib.suppress(OSError), open(run.folder / "log.txt", "a", encoding="utf-8") as log:
        traceback.print_exc(file=log)
