"""A worker kept ready: a process that has loaded the libraries and waits for what it shall do.

To load them takes longer than all else before a training's first picture. So whoever may soon ask for
a worker has one load them ahead, and hands its arguments over when they are known. What waits takes
no time of a processor and holds no file. It ends when its starter does, or wants it no longer.

    starter:  keep(env, seconds) ... hand_over(arguments, log, env)
    spare:    python -m ae_core wait, which calls received() and does what it is told
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from ae_core.jobs import owners
from ae_core.machine import processes

_TELLING = ("AE_", "KERAS_")  # with what a process is started, only these change while another lives


@dataclass(frozen=True)
class _Spare:
    process: subprocess.Popen
    fits: dict[str, str]


_guard = threading.Lock()
_kept: _Spare | None = None
_end: threading.Timer | None = None


def keep(env: dict[str, str], seconds: float) -> None:
    """Keep one worker ready for so many seconds from now; one of other variables is let go.

    Args:
        env: variables that it has besides those of this process.

    Raises:
        OSError: it cannot be started.
    """
    global _kept
    with _guard:
        if not _ready(env):
            _let_go()
            _kept = _Spare(_start(env), _fits(env))
        _end_after(seconds)


def prolong(env: dict[str, str], seconds: float) -> bool:
    """Keep the worker that is ready for longer; returns whether there is one of these variables."""
    with _guard:
        found = _ready(env)
        if found:
            _end_after(seconds)
    return found


def let_go() -> None:
    """End the worker that waits, if one does."""
    with _guard:
        _let_go()


def hand_over(arguments: list[str], log: Path, env: dict[str, str]) -> bool:
    """Have the worker that is ready do ``python -m ae_core`` with arguments; returns at once.

    Should it end without having taken them, another one is started.

    Args:
        arguments, log: as :func:`ae_core.machine.processes.detach` takes them.
        env: variables besides those of this process.

    Returns:
        Whether there is a worker of these variables.
    """
    global _kept
    with _guard:
        if not _ready(env):
            return False
        process, _kept = _kept.process, None
        _end_after(None)
    order = {"arguments": arguments, "log": str(log), "for": env.get(owners.VARIABLE, "")}
    try:
        with process.stdin as sent:
            sent.write(json.dumps(order) + "\n")
    except OSError:  # it ended just now
        return False
    threading.Thread(target=_see_taken, args=(process, arguments, log, env), daemon=True).start()
    return True


def received() -> list[str] | None:
    """In the worker: wait for the arguments and log from then on; None where none will come."""
    line = sys.stdin.readline()
    if not line:
        return None
    order = json.loads(line)
    os.environ[owners.VARIABLE] = order["for"]
    with open(order["log"], "ab") as log, open(os.devnull, "rb") as nothing:
        with contextlib.suppress(OSError):  # its starter may be gone; the order stands
            os.write(1, b"taken")
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)  # which ends the starter's wait
        os.dup2(log.fileno(), 2)
    return order["arguments"]


def _start(env: dict[str, str]) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-m", "ae_core", "wait"],
        env=processes.environment() | env,
        cwd=processes.ROOT,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # Somebody must ask for its exit code, or it stays behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _see_taken(
    process: subprocess.Popen, arguments: list[str], log: Path, env: dict[str, str]
) -> None:
    """Wait until what was handed over is taken, or the worker is gone; then have another do it."""
    with process.stdout as answer:
        if answer.read():
            return
    with contextlib.suppress(OSError):  # the job says that its worker never started
        processes.detach(arguments, log, processes.environment() | env)


def _ready(env: dict[str, str]) -> bool:
    return _kept is not None and _kept.process.poll() is None and _kept.fits == _fits(env)


def _fits(env: dict[str, str]) -> dict[str, str]:
    """Return by what a worker is told from one that must be started with other variables."""
    found = {n: v for n, v in processes.environment().items() if n.startswith(_TELLING)} | env
    return found | {owners.VARIABLE: ""}  # for whom it works is told with the order


def _end_after(seconds: float | None) -> None:
    global _end
    if _end is not None:
        _end.cancel()
    _end = None if seconds is None else threading.Timer(seconds, let_go)
    if _end is not None:
        _end.daemon = True
        _end.start()


def _let_go() -> None:
    global _kept
    if _kept is not None:
        for stream in (_kept.process.stdin, _kept.process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # at the end of its input it ends
    _kept = None
    _end_after(None)
