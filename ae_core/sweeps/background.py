"""Start and stop a sweep from a process that does not wait for it, such as the dashboard."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from ae_core import jobs, states
from ae_core.errors import UserError
from ae_core.files import unwritable, write_json
from ae_core.sweeps.store import Sweep

_ROOT = Path(__file__).resolve().parents[2]


def launch(sweep: Sweep) -> None:
    """Start the process that works through the sweep, or goes on with it; returns at once.

    Raises:
        UserError: it runs already, or cannot be started.
    """
    if sweep.state() in states.ACTIVE:
        raise UserError(f"The sweep {sweep.name} is being worked through already.")
    command = [sys.executable, "-m", "ae_core", "sweep", "--resume", sweep.name]
    try:
        sweep.cancel_path.unlink(missing_ok=True)
        asked = {"state": "queued", "pid": None, "heartbeat": time.time(), "error": ""}
        write_json(sweep.folder / "status.json", asked)
        with open(sweep.folder / "output.txt", "ab") as output:
            process = subprocess.Popen(
                command, env=jobs.program_environment(), cwd=_ROOT, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
    except OSError as error:
        raise UserError(f"The sweep could not be started: {error.strerror or error}.") from error
    threading.Thread(target=process.wait, daemon=True).start()  # else it stays as a zombie


def stop(sweep: Sweep) -> None:
    """Ask a sweep to stop after the current batches; returns at once, may be repeated."""
    if sweep.state() in states.ACTIVE:
        try:
            sweep.cancel_path.touch()
        except OSError as error:
            raise unwritable(sweep.folder, error) from error
