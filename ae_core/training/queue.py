"""One training at a time per device: who is next, and waiting for one's turn.

The device belongs to whoever holds its lock, which the system lets go of when the holder dies, so
no lock is ever stale. Among the waiting, the one that asked first goes first.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from ae_core import runs
from ae_core.errors import Cancelled, Message
from ae_core.jobs import owners, states
from ae_core.jobs.job import named_lock
from ae_core.machine import devices

POLL = 0.5  # seconds between two tries
LOOK = 3.0  # seconds between two looks at who else waits


def queue(device: str) -> list[runs.Run]:
    """List the trainings that use or await a device: the running one first, then by asking time.

    Trainings whose worker died or that were cancelled are not among them.
    """
    entries, wanted = [], devices.members(device)
    for run in runs.list_runs(everybodys=True):
        if run.pretrained:
            continue
        status = run.status()
        state = states.current(status)
        if state in states.ACTIVE and _shares(status, wanted):
            entries.append((state == "queued", _asked(status), run.id, run))
    return [run for *_, run in sorted(entries, key=lambda entry: entry[:3])]


def names(device: str) -> list[str]:
    """Return the names of :func:`queue`; of trainings that who asks may not see, that there are."""
    others = Message("trainings of other visitors")
    found = (run.id if owners.mine(run.folder) else others for run in queue(device))
    return list(dict.fromkeys(found))


def position(run: runs.Run, device: str) -> int:
    """Count the trainings before this one on the device."""
    ids = [other.id for other in queue(device)]
    return ids.index(run.id) if run.id in ids else len(ids)


@contextlib.contextmanager
def turn(
    run: runs.Run, device: str, should_stop: Callable[[], bool], on_wait: Callable[[int], None]
) -> Iterator[None]:
    """Wait until the device is free and nobody asked earlier; hold it inside ``with``.

    Args:
        on_wait: told how many trainings are before this one, whenever that changes.

    Raises:
        Cancelled: ``should_stop`` became true while waiting.
    """
    parts = sorted(devices.members(device))
    locks = [device_lock(run.folder.parent, part) for part in parts]
    last, look = None, 0.0
    while True:
        if should_stop():
            raise Cancelled
        if _acquired(locks):
            if not _someone_asked_earlier(run, device):
                break
            _release(locks)
        if (now := time.monotonic()) >= look:  # to read every run costs more than to try a lock
            look = now + LOOK
            if (before := max(position(run, device), 1)) != last:
                on_wait(last := before)
        time.sleep(POLL)
    try:
        if should_stop():
            raise Cancelled
        yield
    finally:
        _release(locks)


def device_lock(parent: Path, device: str) -> filelock.FileLock:
    """Return the lock of a device, "cpu" or "gpu:0", among the runs in a folder; it does not wait."""
    return named_lock(parent, f"device-{device.replace(':', '-')}", timeout=0)


def _release(locks: list[filelock.FileLock]) -> None:
    for lock in locks:
        lock.release()


def _acquired(locks: list[filelock.FileLock]) -> bool:
    for count, lock in enumerate(locks):
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            for taken in locks[:count]:
                taken.release()
            return False
    return True


def _shares(status: dict, wanted: set[str]) -> bool:
    """Say whether a training uses one of the devices; True where it does not say which it uses."""
    used = status.get("device")
    return not used or bool(devices.members(str(used)) & wanted)


def _someone_asked_earlier(run: runs.Run, device: str) -> bool:
    mine = (_asked(run.status()), run.id)
    for other in queue(device):
        status = other.status()
        # One that has no worker yet, or whose worker hangs, is not waited for.
        waits = status.get("state") == "queued" and status.get("pid") is not None
        waits = waits and states.responds(status, time.time())
        if other.id != run.id and waits and (_asked(status), other.id) < mine:
            return True
    return False


def _asked(status: dict) -> float:
    asked = status.get("asked")
    return float(asked) if isinstance(asked, (int, float)) else 0.0
