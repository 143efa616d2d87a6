"""HDF5 files, and MATLAB's: version 7.3 is HDF5 with the axes reversed, older ones SciPy reads."""

from __future__ import annotations

import atexit
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from ae_core.data.own import limits
from ae_core.data.own.arrays import check_size, whole
from ae_core.data.own.reading import Array
from ae_core.errors import DataError, Message

_HEADER, _PACKED = 128, 15  # bytes of a MATLAB 5 file's head; the kind of a packed variable
_PIECE = 1 << 16  # bytes
_IN_MEMORY = 512 << 20  # bytes of a data set up to which it is read at once


def hdf5(path: Path) -> tuple[dict[str, Array], bool]:
    """The data sets of an HDF5 file, and whether MATLAB wrote it, so that axes are reversed."""
    import h5py

    with whole(path):
        file = h5py.File(path, "r")
        atexit.register(file.close)
        if "keras_version" in file.attrs or "model_config" in file.attrs:
            raise DataError("{path} is a network of Keras, not a set of images.", path=path)
        found: dict[str, Array] = {}

        def visit(name: str, entry: Any) -> None:
            inner = name.startswith("#") or len(found) >= limits.MOST_ENTRIES
            if isinstance(entry, h5py.Dataset) and not inner and entry.shape:
                found[name] = _array(path, entry)

        file.visititems(visit)
        with path.open("rb") as plain:
            backwards = plain.read(10) == b"MATLAB 7.3"
        return found, backwards


def mat(path: Path) -> dict[str, Array]:
    """The arrays of a MATLAB file of version 4 to 7."""
    from scipy.io import loadmat

    with whole(path):
        check_size(path, path.stat().st_size)
        check_size(path, _unpacked(path))
        try:
            content = loadmat(path)
        except Exception as error:  # noqa: BLE001 - a cut file shows as any of a dozen errors
            reason = " ".join(str(error).split())[:100] or type(error).__name__
            raise DataError(
                "{path} was expected to be a whole MATLAB file, but it is cut or damaged "
                "({reason}); make or save it again.",
                path=path,
                reason=reason,
            ) from error
        found = {}
        for name, value in content.items():
            if not name.startswith("__"):
                _unfold(name, value, found)
        return found


def _unpacked(path: Path) -> int:
    """How many bytes the packed variables of a file come to, as far as an import may read them."""
    size = 0
    with path.open("rb") as file:
        order = "big" if file.read(_HEADER)[-2:] == b"MI" else "little"
        while len(tag := file.read(8)) == 8:
            kind, length = (int.from_bytes(tag[i : i + 4], order) for i in (0, 4))
            end = file.tell() + length
            if kind == _PACKED:
                size += _length(file, length, limits.LARGEST_ARCHIVE - size)
            file.seek(end)
    return size


def _length(file: IO[bytes], packed: int, most: int) -> int:
    """How many bytes the next ``packed`` ones unpack to; about ``most`` where they are more."""
    packer, size = zlib.decompressobj(), 0
    while size < most and (piece := file.read(min(_PIECE, packed))):
        packed -= len(piece)
        while piece and size < most:
            size += len(packer.decompress(piece, _PIECE))
            piece = packer.unconsumed_tail
    return size


def _unfold(name: str, value: Any, found: dict[str, Array]) -> None:
    """Add a variable of MATLAB, or the fields of a structure."""
    value = np.asarray(value)
    if value.dtype.names and value.size == 1:
        for field in value.dtype.names:
            _unfold(f"{name}.{field}", value[field].reshape(-1)[0], found)
    elif value.size and not value.dtype.names:
        if value.dtype == object and _are_images(value):  # a cell of them
            value = np.stack(value.reshape(-1).tolist())
        elif value.dtype == object and not all(_is_word(v) for v in value.reshape(-1)[:100]):
            return
        found[name] = Array.of(value)


def _are_images(cells: np.ndarray) -> bool:
    """Whether cells hold arrays of numbers of one shape with two axes or three."""
    shapes = {
        v.shape if isinstance(v, np.ndarray) and v.dtype.kind in "buif" else () for v in cells.flat
    }
    return (
        len(shapes) == 1
        and len(shape := shapes.pop()) in (2, 3)
        and min(shape) > 0
        and max(shape) > 1
    )


def _is_word(value: Any) -> bool:
    return isinstance(value, str) or isinstance(value, np.ndarray) and value.dtype.kind == "U"


def _array(path: Path, entry: Any) -> Array:
    dtype = np.dtype(object) if entry.dtype.kind == "O" else entry.dtype
    kept = []

    def load() -> Any:
        if not kept:
            small = entry.nbytes <= _IN_MEMORY
            with whole(path):
                kept.append(entry[()] if small else _Pieces(path, entry))
        return kept[0]

    return Array(tuple(entry.shape), dtype, load)


class _Pieces:
    """A data set that is too large to be read at once."""

    def __init__(self, path: Path, entry: Any):
        self._path, self._entry = path, entry
        self.shape = entry.shape

    def __getitem__(self, place: tuple) -> np.ndarray:
        with whole(self._path):
            return self._entry[place]

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        raise MemoryError(Message("it is too large"))
