"""TensorFlow, which takes seconds to load: when it is, what waits for it, and what keeps it.

It is loaded in the background, once the first view stands, or when a network is first needed.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading

import streamlit as st

from ae_core.errors import UserError
from ae_core.machine import backends, devices

_WARM_AFTER_S = 2.0
_started, _warming = threading.Event(), threading.Event()


def ready() -> bool:
    """Return whether TensorFlow is loaded."""
    if backends.missing():
        return True  # a page that waited would wait for ever: loading a network says what is missing
    return "keras.src.models.model" in sys.modules and not _warming.is_set()


@st.fragment(run_every=1.0)
def wait(sentence: str) -> None:
    """Say what is still to come, and draw the page again once TensorFlow is loaded."""
    st.caption(sentence)
    if ready():
        st.rerun()


def warm_up() -> None:
    """Load TensorFlow in the background, shortly after the page stands."""
    if not _started.is_set() and "keras" not in sys.modules:
        _started.set()
        timer = threading.Timer(_WARM_AFTER_S, _load)
        timer.daemon = True
        timer.start()


def _load() -> None:
    _warming.set()
    try:
        hide_gpus()
        backends.load()
        importlib.import_module("ae_core.networks.inference")
        spare()
    except UserError:  # no backend: told where a network is loaded
        pass
    finally:
        _warming.clear()


def hide_gpus() -> None:
    """Keep the GPUs for the trainings: this process computes a few images, on the CPU.

    ``devices`` remembers, from when it was imported, what was visible before.
    """
    os.environ.update(devices.environment("cpu"))


def spare() -> None:
    """Keep what is loaded for good out of what Streamlit clears up after every run of a page.

    It has Python's garbage collector go round: over all of TensorFlow, as long as a page lasts. And
    it clears Keras's session: TensorFlow then makes its kernels anew at the next prediction, five
    times its time. Nothing is lost by keeping it; no networks are built here but those that are kept.
    """
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session = _leave
    gc.collect()
    gc.freeze()


def _leave(free_memory: bool = True) -> None:
    """Stand for ``keras.backend.clear_session`` and clear nothing."""
