"""Who waits for the network right now, so that what is computed ahead steps back meanwhile."""

from __future__ import annotations

from contextlib import contextmanager

_waiting: set[object] = set()


@contextmanager
def at_work():
    """Say, while the block runs, that a page waits for its pictures."""
    me = object()
    _waiting.add(me)
    try:
        yield
    finally:
        _waiting.discard(me)


def somebody() -> bool:
    """Return whether any page waits."""
    return bool(_waiting)
