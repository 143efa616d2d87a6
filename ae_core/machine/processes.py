"""Other processes of this program: workers that outlive whoever starts them, children that answer."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ae_core.errors import Message, UserError

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parents[2]
BEHIND = 5  # niceness of a process that a page waits for


class Crashed(Exception):
    """A child ended without a sensible answer; its exit code."""


def expanded(words: str | Path) -> Path:
    """Return the path that a person wrote, "~" and "~name" as the folder of that person.

    Raises:
        UserError: there is nobody of that name.
    """
    try:
        return Path(words).expanduser()
    except RuntimeError as error:
        raise UserError("There is no folder {path}.", path=words) from error


def folder_of(variable: str) -> Path | None:
    """Return the whole path of the folder that a variable of the environment names, links followed.

    Pages ask for it hundreds of times, and following links took a tenth of their time: that is done
    once.

    Returns:
        None where the variable names none.

    Raises:
        UserError: there can be no such folder; there need not be one yet.
    """
    words = os.environ.get(variable, "").strip()
    if not words:
        return None
    path = expanded(words)
    return _resolved(variable, path, "" if path.is_absolute() else os.getcwd())


@functools.lru_cache(maxsize=64)
def _resolved(variable: str, path: Path, working: str) -> Path:
    try:
        found = path.resolve()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found.stat()  # the system says what a name can be
    except (OSError, RuntimeError) as error:  # a name too long; links that lead in a circle
        raise UserError(
            "The folder that {name} names cannot be used ({reason}): set it to another one.",
            name=variable,
            reason=error,
        ) from error
    return found


def artifacts_dir() -> Path:
    """Return the folder of all that is made: ``AE_ARTIFACTS_DIR``, else ``artifacts`` beside us."""
    return folder_of("AE_ARTIFACTS_DIR") or ROOT / "artifacts"


def environment() -> dict[str, str]:
    """Return the variables for another process of this program, whatever folder it works in."""
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env["PYTHONUNBUFFERED"] = "1"
    for name in ("AE_ARTIFACTS_DIR", "AE_DATA_DIR"):  # whole paths: the folder may change
        if chosen := folder_of(name):
            env[name] = str(chosen)
    return env


def detach(arguments: list[str], log: Path, env: dict[str, str]) -> None:
    """Start ``python -m ae_core`` with arguments in a session of its own; returns at once.

    Args:
        arguments: handed over as they are, never through a shell.
        log: the file that gets all that it prints, after what it holds.
        env: its variables, whole.

    Raises:
        OSError: the log cannot be written, or the process cannot be started.
    """
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ae_core", *arguments],
            env=env,
            cwd=ROOT,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    # Somebody must ask for its exit code, or it stays behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()


def step_back() -> None:
    """Let the dashboard go before this process, so that it stays quick."""
    if hasattr(os, "nice"):
        os.nice(max(0, BEHIND - os.nice(0)))


def answer(
    command: list[str], env: dict[str, str], seconds: float, read: Callable[[Any], Answer]
) -> Answer:
    """Run a child and return what ``read`` makes of its last line, which is JSON.

    Args:
        command: the child's.
        env: its variables, whole.
        seconds: after which it is ended.
        read: may raise ValueError, KeyError or TypeError where the answer makes no sense.

    Raises:
        Crashed: it ended without an answer that makes sense.
        subprocess.TimeoutExpired: it took too long.
        OSError: it cannot be started.
    """
    done = subprocess.run(
        command,
        env=env,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    try:
        return read(json.loads(done.stdout.strip().splitlines()[-1], object_hook=Message.revived))
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise Crashed(done.returncode) from error
