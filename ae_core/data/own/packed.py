"""Single files that are packed with gzip, bzip2 or xz: read through, or unpacked within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
from pathlib import Path
from typing import IO

from ae_core.data.own import limits

_OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open))
_ENDING = re.compile(r"\.(gz|bz2|xz)$", re.I)
_PIECE = 1 << 20  # bytes


def is_packed(path: Path) -> bool:
    """Whether a file begins as a packed one."""
    with path.open("rb") as file:
        head = file.read(6)
    return any(head.startswith(magic) for magic, _ in _OPENERS)


def opened(path: Path) -> IO[bytes]:
    """A file, unpacked as it is read; or as it lies there, where it is not packed."""
    with path.open("rb") as file:
        head = file.read(6)
    return next((way(path) for magic, way in _OPENERS if head.startswith(magic)), None) or path.open(
        "rb"
    )


def unpacked_name(name: str) -> str:
    """A file's name without the ending of a packed one."""
    return _ENDING.sub("", name)


def unpack(path: Path, folder: Path) -> Path:
    """Write what a file unpacks to in a folder; of too much, a byte more than may be is written."""
    most = min(limits.LARGEST_ARCHIVE, max(limits.SMALL, limits.UNPACKS_TO * path.stat().st_size))
    target, size = folder / unpacked_name(path.name), 0
    with opened(path) as source, target.open("wb") as file:
        while size <= most and (piece := source.read(min(_PIECE, most + 1 - size))):
            size += file.write(piece)
    return target
