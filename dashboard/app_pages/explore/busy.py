"""Who waits for a page right now, so that what is computed ahead steps back meanwhile."""

from __future__ import annotations

import time
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

_PAINTING_S = 0.4  # after the server's part the browser has its own to do
_HERE_S = 3.0  # who moved something so long ago may be about to again
_waiting: set[object] = set()
_last = 0.0
_here: dict[str, float] = {}  # by session, when a page was last drawn for it


@contextmanager
def at_work():
    """Say, while the block runs and a moment longer, that somebody waits for a page."""
    global _last
    me, context = object(), get_script_run_ctx()
    _waiting.add(me)
    try:
        yield
    finally:
        _waiting.discard(me)
        _last = time.monotonic()
        _here[context.session_id if context else ""] = _last


def somebody() -> bool:
    """Return whether anybody waits."""
    return bool(_waiting) or time.monotonic() - _last < _PAINTING_S


def visitors() -> int:
    """Return how many visitors a page was drawn for in the last seconds, at least 1."""
    late = time.monotonic() - _HERE_S
    for session, when in list(_here.items()):
        if when < late:
            _here.pop(session, None)
    return max(1, len(_here))
