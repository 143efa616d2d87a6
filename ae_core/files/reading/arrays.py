"""NumPy's files: what a header claims is held against the file before room is made for it."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ae_core.errors import Message
from ae_core.files.reading import bounds
from ae_core.files.reading.content import UNREADABLE, Damaged, contents, plain_file

if TYPE_CHECKING:
    import numpy as np


def array(path: Path, most: int = bounds.ARRAY_BYTES) -> np.ndarray:
    """Return the array of a ``.npy`` file of at most ``most`` bytes; read-only.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is none, was cut off, is too large, or holds Python objects.
    """
    data = contents(path, most)
    try:
        return _array(io.BytesIO(data), len(data))
    except UNREADABLE as error:
        raise Damaged.of(path, said(error)) from error


def arrays(
    path: Path, names: Iterable[str] = (), most: int = bounds.ARRAY_BYTES
) -> dict[str, np.ndarray]:
    """Return the arrays of a ``.npz`` file, each of at most ``most`` bytes; read-only.

    Args:
        names: those that there must be; others are left out. None given: all.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is none, was cut off, lacks an array, or one is too large or holds objects.
    """
    plain_file(path)
    found, wanted = {}, set(names)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name = entry.filename.removesuffix(".npy")
                if wanted and name not in wanted:
                    continue
                if entry.file_size > most:
                    raise ValueError(
                        Message("an array in it is larger than {most} MB", most=most >> 20)
                    )
                with archive.open(entry) as file:
                    found[name] = _array(file, entry.file_size)
        if missing := sorted(wanted - set(found)):
            raise ValueError(Message("it has no array {name!r}", name=missing[0]))
    except UNREADABLE as error:
        raise Damaged.of(path, said(error)) from error
    return found


def header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Return shape, whether columns come first, and dtype of a ``.npy`` file; it stands behind them.

    Raises:
        ValueError: it is none, or its shape is no shape.
    """
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(Message("its header has an unknown version"))
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, columns_first, dtype = read(file)
    except UNREADABLE as error:
        raise ValueError(Message("its header is damaged")) from error
    if any(side < 0 for side in shape):
        raise ValueError(Message("its header is damaged"))
    return shape, columns_first, dtype


def said(error: BaseException) -> str:
    """Return the reason that an error of a library stands for."""
    if error.args and isinstance(error.args[0], Message):
        return error.args[0]
    if isinstance(error, OSError) and error.strerror:
        return Message(error.strerror)
    return Message("it is damaged or was cut off")


def _array(file: IO[bytes], size: int) -> np.ndarray:
    import numpy as np

    shape, columns_first, dtype = header(file)
    if dtype.hasobject:
        raise ValueError(Message("it holds Python objects, which are never opened"))
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > size:
        raise ValueError(Message("it is cut off"))
    data = file.read(wanted)
    if len(data) < wanted or not dtype.itemsize:
        raise ValueError(Message("it is cut off"))
    if isinstance(file, zipfile.ZipExtFile):
        file.read(1)  # its checksum is looked at once its end is reached
    return np.frombuffer(data, dtype).reshape(shape, order="F" if columns_first else "C")
