"""The cells of a notebook, run in a kernel of this Python: watched, and ended when that is asked."""

from __future__ import annotations

import asyncio
import contextlib
import html
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ae_core.errors import Cancelled, UserError
from ae_core.files import temporary_folder

_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
_LOOK = 0.2  # seconds between two looks whether to stop

Progress = Callable[[float, str], None]


def execute(
    filled,
    seconds: list[float],
    folder: Path,
    tell: Progress = lambda fraction, doing: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Run all cells in ``folder``; their outputs are then in the notebook.

    Args:
        filled: a notebook of nbformat; changed.
        seconds: about what each cell takes.
        tell: called with (fraction 0 to 1, the heading of the cell that runs), every 0.2 s.
        should_stop: asked as often.

    Raises:
        UserError: a cell failed, or the kernel ended.
        Cancelled: it was asked to stop, or Ctrl-C was pressed.
    """
    from nbclient import NotebookClient

    steps = _Steps(seconds, _headings(filled.cells))
    heard: list[bool] = []

    def listen(**_) -> None:
        """Hear Ctrl-C and SIGTERM: nbclient would end the kernel and call it dead."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(RuntimeError):  # Windows, or not the main thread
                loop.add_signal_handler(number, heard.append, True)

    with _private_sockets() as config:
        client = NotebookClient(
            filled,
            timeout=None,
            kernel_name="python3",
            record_timing=False,
            shutdown_kernel="immediate",
            on_cell_start=steps.begin,
            on_notebook_start=listen,
            resources={"metadata": {"path": str(folder)}},
            config=config,
        )
        _run(client, lambda: tell(*steps.now()), lambda: bool(heard) or should_stop())
    for cell in filled.cells:  # what libraries say of themselves is no part of a report
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.output_type != "stream"]


def _run(client, tell: Callable[[], None], should_stop: Callable[[], bool]) -> None:
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbclient.util import run_sync

    asked = False

    async def watched() -> None:
        nonlocal asked
        env = os.environ | _QUIET
        work = asyncio.ensure_future(client.async_execute(env=env, stderr=subprocess.DEVNULL))
        while not (await asyncio.wait({work}, timeout=_LOOK))[0]:
            tell()
            if not asked and should_stop():
                asked = work.cancel()
        await work

    try:
        run_sync(watched)()
    except (asyncio.CancelledError, CellExecutionError, DeadKernelError) as error:
        if asked or should_stop():
            raise Cancelled from error
        if isinstance(error, CellExecutionError):
            known = error.ename == "UserError"
            words = f"{error.evalue}" if known else f"{error.ename}: {error.evalue}"
            raise UserError(
                "A cell of the report failed: {reason}", reason=" ".join(words.split())[:400]
            ) from error
        raise UserError(
            "The process that runs the report's cells ended (was the memory not enough?)."
        ) from error


class _Steps:
    """How far the cells are, by the seconds that each is expected to take."""

    def __init__(self, seconds: list[float], about: list[str]):
        self._seconds, self._about = seconds, about
        self._at, self._since = 0, time.monotonic()

    def begin(self, cell, cell_index: int) -> None:
        self._at, self._since = cell_index, time.monotonic()

    def now(self) -> tuple[float, str]:
        """Return (fraction, heading); a slow cell comes ever nearer to its end, never beyond."""
        expected, spent = self._seconds[self._at], time.monotonic() - self._since
        within = expected * (1 - math.exp(-spent / expected)) if expected else 0.0
        total = sum(self._seconds)  # nothing, for a notebook none of whose cells takes long
        share = (sum(self._seconds[: self._at]) + within) / total if total else 0.0
        return 0.01 + 0.96 * share, self._about[self._at]


@contextmanager
def _private_sockets() -> Iterator[Any]:
    """Give a configuration by which kernel and client talk through files that only we may open.

    By default they talk over ports that every user of the machine can reach; Windows has no other
    way.
    """
    from traitlets.config import Config

    with temporary_folder() as folder:
        config = Config()
        if os.name == "posix":
            config.KernelManager.transport = "ipc"
            config.KernelManager.ip = f"{folder}/kernel"
        yield config


def _headings(cells) -> list[str]:
    found, last = [], ""
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            last = html.unescape(cell.source.splitlines()[0].strip("# "))
        found.append(last)
    return found
