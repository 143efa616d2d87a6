"""Where data lies on disk, and what may be written there.

The data folder is AE_DATA_DIR, else the platform's cache folder. When AE_DATA_DIR cannot be
written to (a shared, read-only folder), what the program makes itself goes to the cache folder.
"""

from __future__ import annotations

from pathlib import Path

from ae_core.errors import DataError
from ae_core.machine.processes import folder_of

APP = "autoencoder-explorer"


def data_dir() -> Path:
    """The data folder: AE_DATA_DIR if set, else the platform's cache folder; it may not exist."""
    return folder_of("AE_DATA_DIR") or cache_dir()


def cache_dir() -> Path:
    """The platform's cache folder for this program; it may not exist yet."""
    import platformdirs

    return Path(platformdirs.user_cache_dir(APP, appauthor=False))


def places(kind: str) -> list[Path]:
    """The folders to look for `kind` ("drawn", "own") in, first match first."""
    folders = [data_dir() / kind, cache_dir() / kind]
    return folders if folders[0] != folders[1] else folders[:1]


def place_to_write(kind: str) -> Path:
    """The folder to write `kind` into, made if needed; DataError when there is none."""
    for folder in places(kind):
        if writable(folder):
            return folder
    folders = " nor ".join(str(folder) for folder in places(kind))
    raise DataError(
        "A folder that can be written to was expected, but neither {folders} is one; set "
        "AE_DATA_DIR to a folder of yours.",
        folders=folders,
    )


def writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, which is made when it does not exist."""
    ancestor = folder
    while not ancestor.exists() and ancestor != ancestor.parent:
        ancestor = ancestor.parent
    # A folder without any write bit is meant to stay as it is, even where root could write to it.
    if not ancestor.is_dir() or not ancestor.stat().st_mode & 0o222:
        return False
    import tempfile  # here, so that the command line's help need not wait for it

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def stamp(path: Path) -> tuple[str, int, int] | None:
    """(path, size, time of change): what tells one state of a file from another; None if absent."""
    try:
        found = path.stat()
    except OSError:
        return None
    return str(path), found.st_size, found.st_mtime_ns
