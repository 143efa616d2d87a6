"""Start a sweep from a process that does not wait for it, such as the dashboard."""

from __future__ import annotations

from ae_core.errors import UserError
from ae_core.files import unwritable
from ae_core.jobs import states
from ae_core.training.sweeps.store import Sweep


def launch(sweep: Sweep) -> None:
    """Start the process that works through the sweep, or goes on with it; returns at once.

    Raises:
        UserError: it runs already, or cannot be started.
    """
    if sweep.state() in states.ACTIVE:
        raise UserError("The sweep {sweep} is being worked through already.", sweep=sweep.id)
    try:
        sweep.cancel_path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(sweep.folder, error) from error
    sweep.spawn(["sweep", "--resume", sweep.id], **states.queued())
