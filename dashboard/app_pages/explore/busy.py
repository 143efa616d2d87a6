"""Who waits for a page right now: what is computed ahead steps back, and steps take turns."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

_PAINTING_S = 0.4  # after the server's part the browser has its own to do
_HERE_S = 3.0  # who moved something so long ago may be about to again
_AT_ONCE = 2  # steps that are drawn while others wait for their turn
_HOLDS_S = 0.5  # who takes longer, as a search or a set that is read, holds nobody up
_line = threading.Lock()  # of those who wait for a turn, the first one has it
_left = threading.Condition()
_drawing: dict[object, float] = {}  # when each began
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


@contextmanager
def turn():
    """Wait for a turn, and have it while the block runs.

    The threads of thirty visitors who are drawn for at once spend a third of their time on handing
    the interpreter to each other: one after the other they are all done sooner.
    """
    me = object()
    with _line, _left:
        while (full := _full_s()) > 0:
            _left.wait(full)
        _drawing[me] = time.monotonic()
    try:
        yield
    finally:
        with _left:
            del _drawing[me]
            _left.notify()


def _full_s() -> float:
    """Return for how many seconds there is no turn to be had, unless somebody is done before."""
    now = time.monotonic()
    held = sorted(left for begun in _drawing.values() if (left := begun + _HOLDS_S - now) > 0)
    return held[-_AT_ONCE] if len(held) >= _AT_ONCE else 0.0


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
