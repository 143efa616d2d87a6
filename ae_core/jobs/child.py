"""A child process that answers: a request a line, an answer a line, both JSON objects.

Whoever starts it asks one thing at a time and never trusts it to live. The child ends when its input
does, so that it never outlives its starter.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from ae_core.errors import Cancelled, Message, UserError
from ae_core.files import plain
from ae_core.jobs import owners
from ae_core.jobs.worker import explain, out_of_memory
from ae_core.machine import processes

POLL = 0.1  # seconds between two looks for a cancel
LAST_WORDS = 2.0  # seconds in which a child whose starter is gone may still finish


class ChildError(UserError):
    """A request was not answered. ``lost``: the child is of no use any more."""

    def __init__(self, template: str, /, lost: bool = True, **values: Any):
        super().__init__(template, **values)
        self.lost = lost


class Child:
    """One child process; close it, or use it in ``with``."""

    def __init__(self, command: list[str], env: dict[str, str]):
        """Start the child.

        Args:
            command: whose process calls :func:`serve`.
            env: variables that it has besides those of this process.

        Raises:
            UserError: it cannot be started.
        """
        self._log = tempfile.TemporaryFile()
        try:
            # A session of its own: Ctrl-C in a terminal must reach the starter alone.
            self._process = subprocess.Popen(
                command,
                env=processes.environment() | owners.for_visitor(owners.asking()) | env,
                cwd=processes.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            raise UserError("The process could not be started: {reason}.", reason=error) from error
        self._answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def ask(
        self, request: dict[str, Any], seconds: float, should_stop: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        """Send a request and return its answer.

        Raises:
            ChildError: no answer within ``seconds``, an error, or the process is gone.
            Cancelled: ``should_stop`` became true.
        """
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise ChildError(self._epitaph()) from None
        end = time.monotonic() + seconds
        while True:
            if should_stop():
                raise Cancelled
            try:
                line = self._answers.get(timeout=POLL)
            except queue.Empty:
                if time.monotonic() > end:
                    sentence = Message(
                        "It took over {seconds:.0f} s and was given up.", seconds=seconds
                    )
                    raise ChildError(sentence) from None
                continue
            if line is None:
                raise ChildError(self._epitaph())
            return _read(line)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
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

    def _epitaph(self) -> Message:
        """Say how the process ended, with the last words of its log."""
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return Message("The process was killed by the system, most likely for want of memory.")
        if code == -getattr(signal, "SIGXCPU", 0):
            return Message("The file takes far more time than one of its size should.")
        how = Message("exit code {code}", code=code)
        if code < 0:
            how = Message("signal {number}", number=-code)
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", errors="replace").strip().splitlines()
        last = f": {lines[-1].strip()[:200]}" if lines else ""
        return Message("The process crashed ({how}){last}.", how=how, last=last)


def bound_memory(most: int) -> None:
    """In the child: allow it no more than ``most`` bytes of memory; more is a MemoryError."""
    try:
        import resource
    except ImportError:  # Windows: the bound in seconds holds there too
        return
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def bound_seconds(most: float) -> None:
    """In the child: allow it so many more seconds of a processor; with more it is ended."""
    try:
        import resource
    except ImportError:  # Windows: the bound in seconds of the clock holds there too
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime + most) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, end + 1))


def serve(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """In the child: answer requests until there are no more; an error is an answer too."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    requests: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(requests,), daemon=True).start()
    for line in iter(requests.get, None):
        try:
            found = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - told to whoever asked, who goes on without it
            found = {"error": explain(error, logged=False), "lost": out_of_memory(error)}
        print(json.dumps(plain(found)), file=answers, flush=True)


def _hear(requests: queue.SimpleQueue[str | None]) -> None:
    """Pass requests on; once there are no more, nobody waits for what is under way."""
    for line in sys.stdin:
        requests.put(line)
    requests.put(None)
    time.sleep(LAST_WORDS)
    os._exit(1)


def _read(line: str) -> dict[str, Any]:
    try:
        answer = json.loads(line, object_hook=Message.revived)
    except ValueError:
        raise ChildError(Message("The process gave no sensible answer.")) from None
    if "error" in answer:
        raise ChildError(answer["error"], lost=answer.get("lost", False))
    return answer
