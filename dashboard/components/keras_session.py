"""What Streamlit clears up after every run of a page, and what it has to leave as it is."""

from __future__ import annotations

import gc
import sys


def spare() -> None:
    """Keep what is loaded for good out of the clearing up, which lasts as long as a page otherwise.

    Streamlit has Python's garbage collector go round: over all of TensorFlow. And it clears Keras's
    session: TensorFlow then makes its kernels anew at the next prediction, five times its time.
    Nothing is lost by keeping that session; no networks are built here but those that are kept.
    """
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session = _leave
    gc.collect()
    gc.freeze()


def _leave(free_memory: bool = True) -> None:
    """Stand for ``keras.backend.clear_session`` and clear nothing."""
