"""What kind of file a person's file is: by its beginning where that is clear, else by its ending."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

from ae_core.data.own import arrays
from ae_core.files.reading import UNREADABLE
from ae_core.images.files import SUFFIXES, is_pickle

BY_SUFFIX = {
    ".npy": "npy",
    ".npz": "npz",
    ".mat": "mat",
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "tar",
    ".tbz2": "tar",
    ".txz": "tar",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".bin": "bin",
}


def kind_of(path: Path) -> str:
    """What a file is: a container of `BY_SUFFIX`, "idx", "pickle", "keras", or "picture"."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError:
        return "picture"  # whose reader says why it cannot be read
    kind = _by_beginning(path, head)
    if kind == "zip" and path.suffix.lower() != ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except UNREADABLE:
            names = []
        if all(name.endswith(".npy") for name in names):
            return "npz"
        if {"config.json", "model.weights.h5"} <= set(names):
            return "keras"
        if any(name.endswith("/data.pkl") for name in names):  # as PyTorch stores what it has
            return "pickle"
    if kind:
        return kind
    ending = path.suffix.lower()
    named = ending[1:] in SUFFIXES
    return BY_SUFFIX.get(ending, "csv" if not named and _are_numbers(head) else "picture")


def _are_numbers(head: bytes) -> bool:
    """Whether a text begins with many numbers, as a table of pixels without a title does."""
    words = re.split(rb"[\s,;]+", head)[:-1]
    return len(words) > 30 and all(re.fullmatch(rb"[-+.\de]+", word) for word in words)


def _by_beginning(path: Path, head: bytes) -> str:
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return "zip"
    if head[:6] == b"\x93NUMPY":
        return "npy"
    if head[:4] == b"\x89HDF" or head[:10] == b"MATLAB 7.3" or head[512:516] == b"\x89HDF":
        return "hdf5"
    if head[:10] == b"MATLAB 5.0":
        return "mat"
    if head[:4] == b"PAR1":
        return "parquet"
    if head[257:262] == b"ustar":
        return "tar"
    if arrays.is_idx(head) and (path.suffix.lower() != ".bin" or arrays.is_whole_idx(path, head)):
        return "idx"
    if is_pickle(head):
        return "pickle"
    if head[:2] == b"\x1f\x8b":
        return _in_gzip(path)
    return "tar" if head[:3] == b"BZh" or head[:6] == b"\xfd7zXZ\0" else ""


def _in_gzip(path: Path) -> str:
    try:
        with gzip.open(path) as file:
            head = file.read(512)
    except UNREADABLE:
        head = b""
    if arrays.is_idx(head):
        return "idx"
    is_tar = head[257:262] == b"ustar" or ".tar" in path.suffixes or path.suffix == ".tgz"
    if is_tar:
        return "tar"
    named = path.name.lower().endswith((".csv.gz", ".tsv.gz"))
    return "csv" if named or _are_numbers(head) else "picture"
