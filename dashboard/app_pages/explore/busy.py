"""Who waits for a page right now, so that what is computed ahead steps back meanwhile."""

from __future__ import annotations

import time
from contextlib import contextmanager

_PAINTING_S = 0.4  # after the server's part the browser has its own to do
_waiting: set[object] = set()
_last = 0.0


@contextmanager
def at_work():
    """Say, while the block runs and a moment longer, that somebody waits for a page."""
    global _last
    me = object()
    _waiting.add(me)
    try:
        yield
    finally:
        _waiting.discard(me)
        _last = time.monotonic()


def somebody() -> bool:
    """Return whether anybody waits."""
    return bool(_waiting) or time.monotonic() - _last < _PAINTING_S
