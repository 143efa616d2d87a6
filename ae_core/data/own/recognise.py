"""What kind of file a person's file is: by its beginning where that is clear, else by its ending."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ae_core.data.own import arrays, packed
from ae_core.files.reading import UNREADABLE
from ae_core.images.files import SUFFIXES
from ae_core.images.unread import is_pickle

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


_TAR = re.compile(r"\.(tgz|tbz2|txz)$")
_INSIDE = {
    b"\x93NUMPY": "npy",
    b"\x89HDF": "hdf5",
    b"MATLAB 7.3": "hdf5",
    b"MATLAB 5.0": "mat",
    b"PAR1": "parquet",
    b"PK\3\4": "npz",
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
        if "[Content_Types].xml" in names:
            return "office"
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
    return _in_packed(path) if packed.is_packed(path) else ""


def _in_packed(path: Path) -> str:
    """What a file is that is packed with gzip, bzip2 or xz."""
    try:
        with packed.opened(path) as file:
            head = file.read(1024)
    except UNREADABLE:
        head = b""
    name = path.name.lower()
    ending = Path(packed.unpacked_name(name)).suffix
    if head[257:262] == b"ustar" or ".tar" in path.suffixes or _TAR.search(name):
        return "tar"
    if arrays.is_idx(head) and ending != ".bin":
        return "idx"
    for beginning, kind in _INSIDE.items():
        if head.startswith(beginning) and (kind != "npz" or ending == ".npz"):
            return kind
    if ending in (".csv", ".tsv", ".bin"):
        return BY_SUFFIX[ending]
    return "csv" if _are_numbers(head) else "picture"
