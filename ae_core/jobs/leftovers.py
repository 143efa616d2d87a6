"""What killed processes left behind: half-written files, temporary folders, locks of no job."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ae_core.jobs.job import LOCKS

# As `files.replacing`, `Job.make` and `Job.remove` name them, and previews of an import.
_TEMPORARY = re.compile(r"\.(\d+)-[0-9a-f]{6}-.+")
_ROOM = re.compile(r"ae-(\d+)-.+")  # as `files.temporary_folder` names them
_HIDDEN = re.compile(r"\.(new|gone)-.+")
_LOCK = re.compile(rf"(.+)\.({'|'.join(LOCKS)})\.lock")
_DRAFTS = ".drafts"
OLD = 3600.0  # seconds after which a folder that nobody moved into place is nobody's
_JUST_NOW = 60.0  # seconds; of a file on a shared folder the process may be another machine's
OLD_DRAFT = 24 * 3600.0


@dataclass(frozen=True)
class Leftover:
    """A file or folder that nobody needs: where, and its bytes."""

    path: Path
    size: int

    def remove(self) -> bool:
        """Delete it; returns whether it is gone."""
        with contextlib.suppress(OSError):
            if self.path.is_dir() and not self.path.is_symlink():
                shutil.rmtree(self.path)
            else:
                self.path.unlink(missing_ok=True)
        return not os.path.lexists(self.path)


def find(root: Path) -> Iterator[Leftover]:
    """Give what was left behind in a folder and the folders in it; nothing that is in use."""
    for folder, folders, files in os.walk(root):
        place = Path(folder)
        if place.name == ".locks":
            folders.clear()
            yield from (Leftover(place / name, 0) for name in sorted(files) if _unused(place, name))
            continue
        for name in sorted(files):
            if _is_dead(place / name):
                yield Leftover(place / name, _size(place / name))
        for name in sorted(folders):
            old = OLD_DRAFT if place.name == _DRAFTS else OLD
            if (place.name == _DRAFTS or _HIDDEN.fullmatch(name)) and _age(place / name) > old:
                folders.remove(name)
                yield Leftover(place / name, _size(place / name))


def find_temporary() -> Iterator[Leftover]:
    """Give the temporary folders whose process is gone, as far as this user may remove them."""
    with contextlib.suppress(OSError):
        for path in sorted(Path(tempfile.gettempdir()).glob("ae-*")):
            if _is_dead(path, _ROOM) and path.is_dir() and os.access(path, os.W_OK):
                yield Leftover(path, _size(path))


def sweep(folder: Path) -> None:
    """Remove half-written files in a folder, not those in folders within."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _is_dead(path):
                Leftover(path, 0).remove()


def sweep_temporary() -> None:
    """Remove the temporary folders of processes that are gone."""
    for found in find_temporary():
        found.remove()


def _is_dead(path: Path, named: re.Pattern[str] = _TEMPORARY) -> bool:
    """Whether the process in a name is gone; of one on another machine, whether it is old."""
    found = named.fullmatch(path.name)
    return bool(found) and not _lives(int(found[1])) and _age(path) > _JUST_NOW


def _lives(pid: int) -> bool:
    import psutil

    try:
        return psutil.pid_exists(pid)
    except OverflowError:  # no system has processes of such numbers
        return False


def _unused(locks: Path, name: str) -> bool:
    """Whether a lock is that of a job whose folder is gone, and nobody holds it."""
    import filelock

    found = _LOCK.fullmatch(name)
    if not found or (locks.parent / found[1]).exists():
        return False
    try:
        with filelock.FileLock(str(locks / name), timeout=0):
            return True
    except (filelock.Timeout, OSError):
        return False


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        if not path.is_dir() or path.is_symlink():
            return path.lstat().st_size
        return sum(_size(inner) for inner in path.iterdir())
    except OSError:
        return 0
