"""What the official files of a downloadable set are, and whether those on disk are these."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ae_core.data.folders import data_dir, stamp
from ae_core.data.sets import SETS
from ae_core.errors import DataMissing, Message

# file name -> (kind, hexadecimal digest): see `sets.Download`
OFFICIAL: dict[str, tuple[str, str]] = {
    name: digest
    for info in SETS.values()
    if info.download
    for name, digest in {**info.download.files, **info.download.extra}.items()
}

_known: dict[tuple, str] = {}


def there(name: str, files: Iterable[str], more: str = "") -> list[Path]:
    """Return where the files of a set lie; DataMissing, with the command for them, when one does not.

    Args:
        name: a key of `SETS`.
        files: their names.
        more: options of that command.
    """
    paths = [place(name, file) for file in files]
    missing = ", ".join(path.name for path in paths if not path.is_file())
    if missing:
        raise DataMissing(
            "The files of {title} were expected in {folder}, but these are not there: {missing}; put "
            "them there by hand or run: {command}",
            title=SETS[name].title,
            folder=folder(name),
            missing=missing,
            command=download_command(name) + more,
        )
    return paths


def folder(name: str) -> Path:
    """Where the files of a set belong; it may not exist."""
    return data_dir() / (SETS[name].download.folder or name)


def place(name: str, file: str) -> Path:
    """Where a set's file lies or belongs; where it is not there, what is read instead of it."""
    path, instead = folder(name) / file, SETS[name].download.instead.get(file)
    if instead and not path.is_file() and (data_dir() / instead).is_file():
        return data_dir() / instead
    return path


def origin(paths: list[Path], count: int, test_count: int) -> Message:
    """Say where a set's images come from: the official files, or an own copy of so many images."""
    if all(map(is_official, paths)):
        return Message("official files")
    return Message("own copy: {count:,} + {test_count:,} images", count=count, test_count=test_count)


def fetch_again(name: str) -> Message:
    """Say what helps against a damaged file of a set."""
    return Message("delete it and download it again: {command}", command=download_command(name))


def download_command(name: str) -> str:
    """The command that downloads a set, as messages quote it."""
    return f"python -m ae_core data download {name}"


def is_official(path: Path) -> bool:
    """Whether a file has the bytes that are published under its name."""
    kind, digest = OFFICIAL.get(path.name, ("", ""))
    return bool(kind) and checksum(path, kind) == digest


def checksum(path: Path, kind: str) -> str:
    """A file's digest ("sha256", "md5" or "git"), read once for as long as the file is unchanged."""
    key = (kind, stamp(path))
    if key not in _known:
        begun = hashlib.new("sha1" if kind == "git" else kind, usedforsecurity=False)
        if kind == "git":
            begun.update(f"blob {path.stat().st_size}\0".encode())
        with open(path, "rb") as file:
            _known[key] = hashlib.file_digest(file, lambda: begun).hexdigest()
    return _known[key]
