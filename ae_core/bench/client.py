"""A measuring process as its starter sees it: asked one thing at a time, never trusted to live."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ae_core.bench.plan import Contestant
from ae_core.errors import Cancelled, Message, UserError
from ae_core.machine import processes

POLL = 0.1  # seconds between two looks for a cancel


class Trouble(UserError):
    """The process could not answer; a :class:`Message`. ``lost``: it must be started again."""

    def __init__(self, template: str, /, lost: bool = True, **values: Any):
        super().__init__(template, **values)
        self.lost = lost


class Process:
    """One device's child process (:mod:`.child`), with the environment that makes it use it."""

    def __init__(self, contestant: Contestant, folder: Path, command: list[str] | None = None):
        command = command or [sys.executable, "-m", "ae_core.bench.child"]
        self._log = folder / f"{contestant.id.replace('/', '-').replace(':', '-')}.log"
        env = processes.environment() | contestant.environment()
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C in a terminal must reach the starter alone.
            self._process = subprocess.Popen(
                [*command, str(folder), contestant.precision],
                env=env,
                cwd=processes.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(
        self, request: dict[str, Any], seconds: float, should_stop: Callable[[], bool]
    ) -> dict[str, Any]:
        """Send a request and return its answer.

        Raises:
            Trouble: no answer within ``seconds``, an error, or the process is gone.
            Cancelled: ``should_stop`` became true.
        """
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise Trouble(self._epitaph()) from None
        end = time.monotonic() + seconds
        while True:
            if should_stop():
                raise Cancelled
            try:
                line = self._answers.get(timeout=POLL)
            except queue.Empty:
                if time.monotonic() > end:
                    raise Trouble(
                        "It took over {seconds:.0f} s and was given up.", seconds=seconds
                    ) from None
                continue
            if line is None:
                raise Trouble(self._epitaph())
            return self._read(line)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()
            except OSError:  # what was still to be sent found nobody
                pass

    def _listen(self) -> None:
        try:
            for line in self._process.stdout:
                self._answers.put(line)
        except ValueError:  # closed under the reader
            pass
        self._answers.put(None)

    def _read(self, line: str) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except ValueError:
            raise Trouble("The measuring process gave no sensible answer.") from None
        if "error" in answer:
            if answer.get("memory"):
                raise Trouble("The memory was not enough.")
            raise Trouble("The training failed with {error}.", lost=False, error=answer["error"])
        return answer

    def _epitaph(self) -> str:
        """Say how the process ended, with the last words of its log."""
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return Message(
                "The measuring process was killed by the system, most likely for want of memory."
            )
        how = (
            Message("exit code {code}", code=code)
            if code >= 0
            else Message("signal {number}", number=-code)
        )
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = f": {said[-1].strip()[:200]}" if said else ""
        return Message("The measuring process crashed ({how}){last}.", how=how, last=last)
