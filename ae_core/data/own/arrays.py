"""Files of NumPy, of MNIST's kind (IDX), binary ones of CIFAR and STL, as arrays; not unpickled."""

from __future__ import annotations

import math
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ae_core.data.own import limits, naming, packed
from ae_core.data.own.reading import Array
from ae_core.errors import DataError, Message, UserError
from ae_core.files.reading import UNREADABLE
from ae_core.files.reading.arrays import header
from ae_core.images.unread import is_pickle

_IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_STL = 3 * 96 * 96  # bytes of an image of STL-10
_CIFAR_ROWS = {3073: 1, 3074: 2}  # bytes of an image with its labels in front -> labels


def npy(path: Path) -> dict[str, Array]:
    """The array of an .npy file, or those of its fields, read piece by piece."""
    with whole(path):
        is_packed = packed.is_packed(path)
        x = _unpacked(path) if is_packed else np.load(path, mmap_mode="r", allow_pickle=False)
        fields = {name: Array.of(x[name]) for name in x.dtype.names or ()}
        return fields or {Path(packed.unpacked_name(path.name)).stem: Array.of(x)}


def _unpacked(path: Path) -> np.ndarray:
    """The array of a packed .npy file."""
    with packed.opened(path) as file:
        shape, by_column, dtype = header(file)
        if dtype.hasobject:
            raise ValueError("pickle")
        size = math.prod(shape) * dtype.itemsize
        check_size(path, size)
        content = file.read(size)
    if len(content) < size:
        raise ValueError(Message("it is cut off"))
    return np.frombuffer(content, dtype).reshape(shape, order="F" if by_column else "C")


def npz(path: Path) -> dict[str, Array]:
    """The arrays of an .npz file; each is unpacked when it is needed."""
    found = {}
    with whole(path), zipfile.ZipFile(path) as archive:
        check_size(path, sum(entry.file_size for entry in archive.infolist()))
        for entry in archive.infolist():
            if not entry.filename.endswith(".npy"):
                continue
            with archive.open(entry) as file:
                shape, _, dtype = header(file)
            name = entry.filename.removesuffix(".npy")
            if dtype.hasobject:
                if not found and len(archive.namelist()) == 1:
                    raise ValueError("pickle")
                continue
            found[name] = Array(shape, dtype, _once(lambda name=name: _entry(path, name)))
    return found


def idx(path: Path) -> dict[str, Array]:
    """The array of an IDX file, which may be packed with gzip."""
    with whole(path):
        with packed.opened(path) as file:
            head = file.read(4)
            dtype = np.dtype(_IDX_TYPES[head[2]])
            shape = tuple(int.from_bytes(file.read(4), "big") for _ in range(head[3]))
            size = math.prod(shape) * dtype.itemsize
            check_size(path, size)
            content = file.read(size)
        if len(content) < size:
            raise ValueError(Message("it is cut off"))
        return {idx_name(path): Array.of(np.frombuffer(content, dtype).reshape(shape))}


def idx_name(path: Path) -> str:
    """The name of an IDX file's array: that of the file, packed or not."""
    return packed.unpacked_name(path.name)


def is_idx(head: bytes) -> bool:
    """Whether a file begins like an IDX file."""
    return head[:2] == b"\0\0" and len(head) > 3 and head[2] in _IDX_TYPES and 1 <= head[3] <= 4


def is_whole_idx(path: Path, head: bytes) -> bool:
    """Whether a file that begins like an IDX file is as long as it says there."""
    ends = range(8, 8 + 4 * head[3], 4)
    sides = [int.from_bytes(head[end - 4 : end], "big") for end in ends]
    size = math.prod(sides) * np.dtype(_IDX_TYPES[head[2]]).itemsize
    return path.stat().st_size == 4 + 4 * len(sides) + size


def raw(path: Path) -> dict[str, Array] | None:
    """Images and labels of a .bin file of CIFAR-10, CIFAR-100 or STL-10; None where it is none."""
    size = path.stat().st_size
    if size and size % _STL == 0:  # columns first
        check_size(path, size)
        x = np.memmap(path, np.uint8, "r").reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)
        return {path.stem: Array.of(x)}
    if naming.role_of(path.stem) == "label" and size < _STL:  # STL-10's, one byte each
        return {path.stem: Array.of(np.fromfile(path, np.uint8))}
    row = next((row for row in _CIFAR_ROWS if size and size % row == 0), None)
    if row is None:
        return None
    check_size(path, size)
    content = np.memmap(path, np.uint8, "r").reshape(-1, row)
    labels = _CIFAR_ROWS[row]
    x = content[:, labels:].reshape(-1, 3, 32, 32)
    return {"images": Array.of(x), "labels": Array.of(content[:, labels - 1])}


def by_python(path: Path) -> bool:
    """Whether Python wrote a MATLAB file: its head names the platform as Python calls it."""
    with path.open("rb") as file:
        return re.search(rb"Platform: (posix|nt),", file.read(80)) is not None


def check_size(path: Path, size: int, lies: int | None = None) -> None:
    """Refuse what unpacks to more than an import may read; ``lies``: its bytes, if no file's."""
    if size > limits.LARGEST_ARCHIVE:
        raise DataError(
            "{path} was expected to unpack to at most 2 GB, but it says more; import it in parts.",
            path=path,
        )
    lies = path.stat().st_size if lies is None else lies
    if size > max(limits.SMALL, limits.UNPACKS_TO * lies):
        raise DataError(
            "{path} unpacks to more than {times} times its size, which images do not.",
            path=path,
            times=limits.UNPACKS_TO,
        )


@contextmanager
def whole(path: Path):
    """Give what is wrong with a file inside ``with`` a sentence that names it."""
    try:
        yield
    except UserError:
        raise
    except (*UNREADABLE, ImportError) as error:
        if isinstance(error, OSError) and error.errno == 13:
            raise DataError(
                "{path} could not be read; check that you may read it.", path=path
            ) from error
        raise DataError(
            "{path} was expected to hold whole arrays, but {why}; make or save it again.",
            path=path,
            why=_why(path, error),
        ) from error


def _why(path: Path, error: Exception) -> Message:
    if any(word in str(error).lower() for word in ("pickle", "python objects")) or is_pickle(
        _head(path)
    ):
        return Message(
            "it holds Python objects, which are never opened: where you trust it, load it in Python "
            "and save arrays of numbers with numpy.savez"
        )
    if isinstance(error, MemoryError):
        return Message("there is not enough memory")
    reason = error.args[0] if error.args and isinstance(error.args[0], Message) else ""
    reason = reason or " ".join(str(error).split())[:120] or type(error).__name__
    return Message("it cannot be read ({reason})", reason=reason)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError:
        return b""


def _entry(path: Path, name: str) -> np.ndarray:
    with whole(path), np.load(path, allow_pickle=False) as content:
        return content[name]


def _once(load):
    kept = []

    def loaded():
        if not kept:
            kept.append(load())
        return kept[0]

    return loaded
