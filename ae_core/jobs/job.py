"""A job: work in a process of its own. All that there is to know of it lies in its folder, so that
any process may watch, cancel or resume it, and whoever started it need not live on::

    status.json   what the worker last reported: state, pid, pid_started, host, heartbeat, error ...
    cancel        its presence asks the worker to stop
    log.txt       what the worker printed
    owner.json    the visitor whose it is, in a class
    ../.locks/    the job's locks, which the system lets go of when their holder dies
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ae_core.errors import Message, UserError
from ae_core.files import shown_lines, unwritable, write_json, writing
from ae_core.files.reading import Damaged, plain_file, read_json
from ae_core.jobs import deeds, owners, spare, states
from ae_core.machine import processes

if TYPE_CHECKING:
    import filelock

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
TERM_GRACE = 10.0  # seconds after SIGTERM, before SIGKILL
LOCKS = ("worker", "status")  # what a job is locked for


@dataclass(frozen=True)
class Job:
    """One job's folder; reads its files when asked, holds nothing. A kind of work is a subclass."""

    folder: Path

    GRACE: ClassVar[float] = 30.0  # seconds for a cancelled worker to leave, before SIGTERM
    LOG: ClassVar[str] = "log.txt"
    STOPPING: ClassVar[str] = "Stopping"  # printed by a worker that was interrupted

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def cancel_path(self) -> Path:
        """A file whose presence asks the worker to stop."""
        return self.folder / "cancel"

    def status(self) -> dict[str, Any]:
        """What the worker last reported, and ``cancel``: whether it was asked to stop."""
        return self._recorded() | {"cancel": self.cancel_path.exists()}

    def state(self) -> str:
        """Return the state to show at this moment (see :func:`ae_core.jobs.states.state`)."""
        return states.current(self.status())

    def message(self) -> str:
        """Say in one sentence why the job failed; nothing where it did not."""
        status = self.status()
        if self.state() != "failed":
            return ""
        if status.get("error"):
            return Message(status["error"])
        return self.died(begun=status.get("state") not in states.ACTIVE or bool(status.get("pid")))

    def died(self, begun: bool) -> str:
        """Say that the worker ended without a word: before it answered, or after it had begun."""
        if begun:
            return Message(
                "The process ended unexpectedly (it crashed or was killed): start it again."
            )
        return Message("The process never started (see log.txt): start it again.")

    def taken(self) -> UserError:
        """Return the error of a second worker."""
        return UserError(
            "{job} is already being worked on by process {pid}.",
            job=self.id,
            pid=self.status().get("pid"),
        )

    def tail(self, lines: int = 40) -> str:
        """Return the last lines of what the worker printed; empty where there are none."""
        path = self.folder / self.LOG
        try:
            plain_file(path)
            with path.open("rb") as log:
                log.seek(max(log.seek(0, os.SEEK_END) - 65_536, 0))
                text = log.read().decode("utf-8", errors="replace")
        except (OSError, Damaged):
            return ""
        # A progress bar rewrites its line: only what stands after its last return is shown.
        whole = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip().split("\n")]
        return shown_lines("\n".join(whole[-lines:]))

    def make(self, files: dict[str, Any]) -> None:
        """Make the folder, whole at once: no list ever shows half a job. Nothing is started.

        Args:
            files: JSON content by name.

        Raises:
            UserError: there is one of that name, or the folder cannot be written.
        """
        hidden = self.folder.with_name(f".new-{self.id}")
        try:
            hidden.mkdir(parents=True, exist_ok=True)
            for name, content in (files | owners.entry()).items():
                write_json(hidden / name, content)
            os.rename(hidden, self.folder)
        except OSError as error:
            shutil.rmtree(hidden, ignore_errors=True)
            raise unwritable(self.folder.parent, error) from error

    def update_status(self, **changes: Any) -> dict[str, Any]:
        """Change some entries of ``status.json``; safe against a second writer. Returns it whole.

        Raises:
            OSError: the folder cannot be written.
        """
        with self.lock("status", timeout=10):
            status = self._recorded() | changes
            write_json(self.folder / "status.json", status)
        return status

    def spawn(self, arguments: list[str], env: dict[str, str] | None = None, **changes: Any) -> None:
        """Start the worker, ``python -m ae_core`` with arguments, or take one that is ready.

        Returns at once.

        Args:
            env: variables that it has besides those of this process.
            changes: entries of the status, changed before it starts.

        Raises:
            UserError: it cannot be started; ``status.json`` tells it too.
        """
        own, log = owners.environment(self.folder) | (env or {}), self.folder / self.LOG
        try:
            self.update_status(**changes)
            if not spare.hand_over(arguments, log, own):
                processes.detach(arguments, log, processes.environment() | own)
            deeds.note("start", self.folder)
        except OSError as error:
            sentence = Message("The process could not be started: {reason}.", reason=error)
            with contextlib.suppress(OSError):
                self.update_status(state="failed", error=sentence)
            raise UserError(sentence) from error

    def cancel(self, wait: bool = False) -> None:
        """Ask the worker to stop; returns at once, may be repeated.

        One that does not stop is ended harder and harder in the background. A job that is not
        active is left alone.

        Args:
            wait: return only when the worker is gone.

        Raises:
            UserError: it is another visitor's, or the folder cannot be written.
        """
        owners.check(self.folder)
        if self.state() not in states.ACTIVE:
            return
        with writing(self.folder):
            self.cancel_path.touch()
        deeds.note("cancel", self.folder)
        pid = self.status().get("pid")
        enforcer = threading.Thread(target=self._enforce, args=(pid,), daemon=True)
        enforcer.start()
        if wait:
            enforcer.join()

    def remove(self) -> None:
        """Delete the folder, a damaged one included; nothing where it is gone already.

        Raises:
            UserError: it is another visitor's, still being worked on, or cannot be deleted.
        """
        import filelock

        owners.check(self.folder)
        busy = UserError("{job} is still being worked on: cancel it before removing it.", job=self.id)
        if self.state() in states.ACTIVE:
            raise busy
        gone = self.folder.with_name(f".gone-{self.id}-{secrets.token_hex(3)}")
        try:
            with self.lock("worker", timeout=3):  # a cancelled worker may still be leaving
                os.rename(self.folder, gone)  # first, so that no list shows a half-deleted one
                gone.unlink() if gone.is_symlink() else shutil.rmtree(gone)
            deeds.note("delete", self.folder)
        except filelock.Timeout as error:
            raise busy from error
        except FileNotFoundError:
            pass
        except OSError as error:
            if os.path.lexists(self.folder):
                raise UserError(
                    "{job} cannot be deleted ({reason}): give permission to write in {folder}.",
                    job=self.id,
                    reason=error,
                    folder=self.folder.parent,
                ) from error
        for purpose in LOCKS:  # not "a.*": a job may be called "a.b"
            (self.folder.parent / ".locks" / f"{self.id}.{purpose}.lock").unlink(missing_ok=True)

    def lock(self, purpose: str, timeout: float) -> filelock.FileLock:
        """Return a lock of this job, held by the system for as long as its holder lives."""
        return named_lock(self.folder.parent, f"{self.id}.{purpose}", timeout)

    @contextlib.contextmanager
    def owned(self) -> Iterator[None]:
        """Be the job's only worker inside ``with``: two never write into one folder.

        Raises:
            UserError: see :meth:`taken`.
        """
        import filelock

        lock = self.lock("worker", timeout=5)  # a cancelled worker may still be leaving
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise self.taken() from error
        try:
            yield
        finally:
            lock.release()

    def _recorded(self) -> dict[str, Any]:
        try:
            return read_json(self.folder / "status.json", states.Status)
        except FileNotFoundError:
            return self._unrecorded()
        except UserError as error:
            return {"state": "failed", "error": error.message}

    def _unrecorded(self) -> dict[str, Any]:
        """Return what stands for a status where there is none."""
        return {"state": "failed", "error": Message("There is no status.json.")}

    def _enforce(self, pid: int | None) -> None:
        """End a cancelled worker that stays, and at last the processes that it started."""
        import psutil

        if pid == os.getpid() or self._gone(pid, self.GRACE):  # never this very process
            return
        for harder in ("terminate", "kill"):
            process = states.process(self.status())
            if process is None or process.pid != pid:
                return
            family = []
            with contextlib.suppress(psutil.Error):
                family = process.children(recursive=True) if harder == "kill" else []
            for member in [process, *family]:
                with contextlib.suppress(psutil.Error):
                    getattr(member, harder)()
            if self._gone(pid, TERM_GRACE):
                return

    def _gone(self, pid: int | None, seconds: float) -> bool:
        """Wait until the cancelled worker is dead, or another one has taken the job over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status()
            if pid is not None and status.get("pid") != pid:
                return True
            if not states.alive(status) and states.current(status) in states.FINAL:
                return True
            time.sleep(0.1)
        return False


def names(parent: Path) -> list[str]:
    """Return the names of the jobs that lie in a folder, sorted; none where there is no folder."""
    try:
        found = list(os.scandir(parent))
    except OSError:
        return []
    return sorted(entry.name for entry in found if NAME.fullmatch(entry.name) and _leads(entry))


def _leads(entry: os.DirEntry) -> bool:
    """Return whether an entry is a folder; a link that nobody can follow hides no other entry."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def named_lock(parent: Path, name: str, timeout: float) -> filelock.FileLock:
    """Return the lock ``parent/.locks/<name>.lock``; acquire it with ``with``.

    Raises:
        UserError: the folder cannot be written.
    """
    import filelock

    folder = parent / ".locks"
    with writing(parent):
        folder.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(str(folder / f"{name}.lock"), timeout=timeout, poll_interval=0.02)
