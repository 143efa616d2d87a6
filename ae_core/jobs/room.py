"""Whether there is room for one job more, by the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ae_core.errors import UserError
from ae_core.files import writing
from ae_core.jobs import owners, states
from ae_core.jobs.job import Job, named_lock
from ae_core.machine import processes, settings

PATIENCE = 30.0  # seconds for whoever else is just beginning a job
_LOCK = ".room"  # no job has such a name, so that none that is removed takes the lock along


@contextmanager
def held(jobs: Path, within: str = "") -> Iterator[None]:
    """Keep the room for one job more inside ``with``, where it must become active.

    Until then no other session and no command is told that there is room, whatever process asks.

    Raises:
        UserError: as :func:`check`; or others have been at it for :data:`PATIENCE`.
    """
    import filelock

    lock = named_lock(jobs, _LOCK, PATIENCE)
    with writing(jobs):
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise UserError("Others are beginning something just now: try again.") from error
    try:
        check(jobs, within)
        yield
    finally:
        lock.release()


def check(jobs: Path, within: str = "") -> None:
    """Raise an error where one job more is more than is allowed.

    Args:
        jobs: the folder that holds those of its kind.
        within: where those lie in the folders there, if not as these themselves.

    Raises:
        UserError: as many run or wait as may, in all or of this visitor's, or what was made takes as
            much disk as it may.
    """
    now, who = settings.read(), owners.asking()
    each = now.most_jobs_each if who and not who.teacher else 0
    if now.most_jobs or each:
        statuses = (path.parent for path in jobs.glob(str(Path("[!.]*", within, "status.json"))))
        active = [folder for folder in statuses if _active(folder)]
        if now.most_jobs and len(active) >= now.most_jobs:
            raise UserError(
                "As many as may run or wait here at a time do so already ({most}): try again when "
                "one has ended.",
                most=now.most_jobs,
            )
        if each and sum(map(owners.mine, active)) >= each:
            raise UserError(
                "As many of yours as may run or wait at a time do so already ({most}): try again "
                "when one has ended.",
                most=each,
            )
    check_disk()


def check_disk(sets: Path | None = None) -> None:
    """Raise an error where what was made takes as much disk as it may.

    Args:
        sets: the folder of imported sets, which then are what is counted.

    Raises:
        UserError: so it is.
    """
    most = settings.read().most_disk_gb
    if not most or used(sets) < most * 1e9:
        return
    if sets:
        raise UserError(
            "Imported sets take the {most:g} GB that are given to them: delete some first.", most=most
        )
    raise UserError(
        "Runs and reports take the {most:g} GB that are given to them: delete some first.", most=most
    )


def used(sets: Path | None = None) -> int:
    """Return the bytes of what was made: all in the artifacts that is not shipped; or of sets."""
    total = 0
    for folder in [sets] if sets else processes.artifacts_dir().glob("*/"):
        if folder.name in owners.SHIPPED:
            continue
        for path in folder.rglob("*"):
            try:
                total += path.lstat().st_size
            except OSError:  # gone meanwhile
                continue
    return total


def _active(folder: Path) -> bool:
    return Job(folder).state() in states.ACTIVE
