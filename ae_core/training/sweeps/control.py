"""Start and stop a sweep from a process that does not wait for it, such as the dashboard."""

from __future__ import annotations

import time

from ae_core.errors import UserError
from ae_core.files import unwritable, write_json
from ae_core.jobs import states
from ae_core.machine import processes
from ae_core.training.sweeps.store import Sweep


def launch(sweep: Sweep) -> None:
    """Start the process that works through the sweep, or goes on with it; returns at once.

    Raises:
        UserError: it runs already, or cannot be started.
    """
    if sweep.state() in states.ACTIVE:
        raise UserError("The sweep {sweep} is being worked through already.", sweep=sweep.name)
    try:
        sweep.cancel_path.unlink(missing_ok=True)
        asked = {"state": "queued", "pid": None, "heartbeat": time.time(), "error": ""}
        write_json(sweep.folder / "status.json", asked)
        said = sweep.folder / "output.txt"
        processes.detach(["sweep", "--resume", sweep.name], said, processes.environment())
    except OSError as error:
        raise UserError("The sweep could not be started: {reason}.", reason=error) from error


def stop(sweep: Sweep) -> None:
    """Ask a sweep to stop after the current batches; returns at once, may be repeated."""
    if sweep.state() in states.ACTIVE:
        try:
            sweep.cancel_path.touch()
        except OSError as error:
            raise unwritable(sweep.folder, error) from error
