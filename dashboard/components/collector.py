"""Python's garbage collector, which Streamlit has go round after every run of a page."""

from __future__ import annotations

import gc


def spare() -> None:
    """Take what is loaded for good out of the rounds: over TensorFlow they last as long as a page."""
    gc.collect()
    gc.freeze()
