"""``wait``: load the libraries ahead, then do the command that comes in (not for people's use)."""

from __future__ import annotations

import argparse
import os
import threading

from ae_core.jobs import spare
from ae_core.machine import processes


def add(commands) -> None:
    commands.add_parser("wait").set_defaults(do=wait)  # without help it is not listed


def wait(options: argparse.Namespace) -> int:
    from ae_core.cli import main

    processes.step_back()
    threading.Thread(target=_load, daemon=True).start()
    arguments = spare.received()
    if arguments is None:
        os._exit(0)  # at once, whatever is being loaded
    return main(arguments)


def _load() -> None:
    from ae_core.machine import backends

    backends.load(quietly=False)  # the error output changes meanwhile
    from ae_core.networks import trainer  # noqa: F401
    from ae_core.training import fit  # noqa: F401
