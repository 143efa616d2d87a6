"""What the official bytes of a downloadable set are, and whether a file on disk has them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ae_core.data.folders import stamp
from ae_core.data.sets import SETS

# file name -> (kind, hexadecimal digest): see `sets.Download`
OFFICIAL: dict[str, tuple[str, str]] = {
    name: digest
    for info in SETS.values()
    if info.download
    for name, digest in {**info.download.files, **info.download.extra}.items()
}

_known: dict[tuple, str] = {}


def is_official(path: Path) -> bool:
    """Whether a file has the bytes that are published under its name."""
    kind, digest = OFFICIAL[path.name]
    return checksum(path, kind) == digest


def checksum(path: Path, kind: str) -> str:
    """A file's digest ("sha256", "md5" or "git"), read once for as long as the file is unchanged."""
    key = (kind, stamp(path))
    if key not in _known:
        _known[key] = _digest(path, kind)
    return _known[key]


def _digest(path: Path, kind: str) -> str:
    if kind == "git":
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    else:
        digest = hashlib.new(kind, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
