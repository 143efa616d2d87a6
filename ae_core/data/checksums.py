"""What the official bytes of a downloadable set are, and whether a file on disk has them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ae_core.data.folders import stamp

# file name -> (kind, hexadecimal digest). For one file only git's own name for its content is
# published: sha1 over "blob <length>\0" and the bytes.
OFFICIAL: dict[str, tuple[str, str]] = {
    "train-images-idx3-ubyte.gz": ("git", "6cf3076b36bafa7da1563b28bbe863fd78a008a8"),
    "train-labels-idx1-ubyte.gz": (
        "sha256",
        "0db4c4ec5d019838a57f8c9dd764ada7dc3c73e6ccc93032c538c5845f332545",
    ),
    "t10k-images-idx3-ubyte.gz": (
        "sha256",
        "70ae9e06201f2827e5b0a3781a3169d735dd2efc69996b9eeaee7f10ed4044d7",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "sha256",
        "1fa03836e01c862542f8eb83463bb951bebec6fcb3efa28dad748c6b38a9021b",
    ),
    "train_32x32.mat": ("md5", "e26dedcc434d2e4c54c9b2d4a06d8373"),
    "test_32x32.mat": ("md5", "eb5a983be6a315427106f1b164d9cef3"),
    "extra_32x32.mat": ("md5", "a93ce644f1a588dc4d68dda5feec44a7"),
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
