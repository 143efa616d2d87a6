"""What Keras computes with: is it installed, and loading it without its greeting on the terminal."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

from ae_core.errors import Message, UserError
from ae_core.machine import devices

NAMES = ("tensorflow", "jax", "torch")
_loading = threading.RLock()
# Lines of the C++ libraries' logs: on a machine without a GPU they tell that at length.
_LOG_LINE = re.compile(
    rb"WARNING: All log messages before absl::|[IWE]\d{4} \d\d:|\d{4}-\d\d-\d\d \S+: [IWE] "
    rb"|To enable the following instructions:"
)


def installed(name: str) -> bool:
    """Return whether a backend is there; it is not loaded."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def missing() -> Message | None:
    """Return a sentence that names the ways out where Keras's backend is not there, else None."""
    name = devices.backend()
    if name not in NAMES:
        return Message(
            "Keras is asked to compute with {backend!r}, which trains nothing here: set "
            "KERAS_BACKEND to tensorflow, jax or torch.",
            backend=name,
        )
    if installed(name):
        return None
    others = [other for other in NAMES if other != name and installed(other)]
    if others:
        return Message(
            "Keras is to compute with {backend}, which is not installed: pip install {backend}, or "
            "set KERAS_BACKEND={other}, which is installed.",
            backend=name,
            other=others[0],
        )
    return Message(
        "Keras is to compute with {backend}, which is not installed: pip install {backend}, or "
        "install another backend and set KERAS_BACKEND to its name (tensorflow, jax or torch).",
        backend=name,
    )


def require() -> None:
    """Do nothing where the backend is installed.

    Raises:
        UserError: it is not.
    """
    if sentence := missing():
        raise UserError(sentence)


def use(device: str) -> None:
    """Make this process compute on a device ("auto", "cpu", "gpu:0"), and load the backend.

    Raises:
        UserError: there is no such device, or no backend.
    """
    require()
    os.environ.update(devices.environment(devices.resolve(device)))  # before Keras is imported
    load()


def load(quietly: bool = True) -> None:
    """Load the backend, once; what its C++ libraries say of missing GPUs is left out.

    Args:
        quietly: False where the process's error output is nobody's, or changes meanwhile.

    Raises:
        UserError: it is not installed.
    """
    name = devices.backend()
    with _loading:  # what another thread is importing still is in sys.modules already
        if name in sys.modules:
            return
        require()
        with _without_log_lines() if quietly else contextlib.nullcontext():
            importlib.import_module(name)
            devices.accelerated()  # looks for GPUs, which is told too
        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice on speed is for us


@contextlib.contextmanager
def _without_log_lines() -> Iterator[None]:
    """Hold back what is written to the process's error output, then pass on all but log lines."""
    try:
        ours = os.dup(2)
    except OSError:  # there is none
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(ours, 2)
            os.close(ours)
            held.seek(0)
            kept = [line for line in held if not _LOG_LINE.match(line)]
            with contextlib.suppress(OSError):
                os.write(2, b"".join(kept))
