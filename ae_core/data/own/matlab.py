"""HDF5 files, and MATLAB's: version 7.3 is HDF5 with the axes reversed, older ones SciPy reads."""

from __future__ import annotations

import atexit
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from ae_core.data.own import labels, limits
from ae_core.data.own.arrays import check_size, whole
from ae_core.data.own.reading import Array
from ae_core.errors import DataError, Message
from ae_core.files.reading.hdf5 import lies_elsewhere

_HEADER, _PACKED = 128, 15  # bytes of a MATLAB 5 file's head; the kind of a packed variable
_PIECE = 1 << 16  # bytes
_IN_MEMORY = 512 << 20  # bytes of a data set up to which it is read at once


class _Several(Array):
    """Images of several sizes, which are no array yet."""


def hdf5(path: Path) -> tuple[dict[str, Array], bool]:
    """The data sets of an HDF5 file, and whether MATLAB wrote it, so that axes are reversed."""
    import h5py

    with whole(path):
        file = h5py.File(path, "r")
        atexit.register(file.close)
        if "keras_version" in file.attrs or "model_config" in file.attrs:
            raise DataError("{path} is a network of Keras, not a set of images.", path=path)
        found: dict[str, Array] = {}

        cells: dict[str, Any] = {}

        def visit(name: str, entry: Any) -> None:
            inner = name.startswith("#") or len(found) >= limits.MOST_ENTRIES
            if isinstance(entry, h5py.Dataset) and not inner and entry.shape:
                _refuse_elsewhere(path, entry)
                if h5py.check_ref_dtype(entry.dtype):
                    cells[name] = _referred(path, file, entry)
                else:
                    found[name] = _array(path, entry)

        file.visititems(visit)
        with path.open("rb") as plain:
            backwards = plain.read(10) == b"MATLAB 7.3"
        return found | _unfolded(cells), backwards


def _refuse_elsewhere(path: Path, entry: Any) -> None:
    if lies_elsewhere(entry):
        raise DataError(
            "{path} holds {name} only as a reference to other files, which are not read: save the "
            "values themselves in it.",
            path=path,
            name=entry.name.strip("/"),
        )


def _referred(path: Path, file: Any, entry: Any) -> np.ndarray:
    """The cells of a variable of MATLAB 7.3, which are data sets of their own; words as words."""
    references = entry[()].T
    each = [file[reference] for reference in references.flat if reference]
    for one in each:
        _refuse_elsewhere(path, one)
    check_size(path, sum(one.nbytes for one in each))
    cells = np.empty(references.shape, object)
    for place, one in zip(np.ndindex(cells.shape), each, strict=len(each) == cells.size):
        is_word = one.attrs.get("MATLAB_class") == b"char"
        cells[place] = "".join(map(chr, one[()].flat)) if is_word else one[()]
    return cells


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
        named = {name: value for name, value in content.items() if not name.startswith("__")}
        return _unfolded(named)


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


def _unfolded(named: dict[str, Any]) -> dict[str, Array]:
    """All arrays of variables; of images of several sizes these alone."""
    found: dict[str, Array] = {}
    for name, value in named.items():
        _unfold(name, value, found)
    several = [name for name, array in found.items() if isinstance(array, _Several)]
    if not several:
        return found
    images = found.pop(several[0]).load()
    words = [
        labels.as_words(np.asarray(array.load()))
        for array in found.values()
        if not isinstance(array, _Several)
    ]
    words = [w for w in words if w and len(w) == len(images) > len(set(w))]
    folder = [word.replace("/", " ") + "/" for word in words[0]] if words else [""] * len(images)
    return {f"{folder[i]}{several[0]}{i + 1}": Array.of(x) for i, x in enumerate(images)}


def _unfold(name: str, value: Any, found: dict[str, Array]) -> None:
    """Add a variable of MATLAB, or the fields of a structure or of an array of them."""
    value = np.asarray(value)
    if value.dtype.names:
        for field in value.dtype.names:
            inner = value[field]
            _unfold(f"{name}.{field}", inner.flat[0] if inner.size == 1 else inner, found)
    elif value.size and value.dtype == object:
        _cells(name, value, found)
    elif value.size:
        found[name] = Array.of(value)


def _cells(name: str, cells: np.ndarray, found: dict[str, Array]) -> None:
    """Add the cells of a variable: images, stacks of them, numbers or words.

    A row of a table of images is a class, and so is a stack.
    """
    each = list(cells.flat)
    if all(_is_word(v) for v in each[:100]):
        found[name] = Array.of(cells)
        return
    if not all(isinstance(v, np.ndarray) and v.dtype.kind in "buif" and v.size for v in each):
        return
    shapes = [v.shape for v in each]
    if all(v.size == 1 for v in each):
        found[name] = Array.of(np.array([v.item() for v in each]))
    elif len(set(shapes)) == 1 and len(shapes[0]) in (2, 3):
        found[name] = Array.of(np.stack(each))
        if cells.ndim == 2 and min(cells.shape) > 1:
            found[f"{name}_class"] = Array.of(np.repeat(1 + np.arange(len(cells)), cells.shape[1]))
    elif len({(len(s), s[:2]) for s in shapes}) == 1 and len(shapes[0]) == 3:
        found[name] = Array.of(np.concatenate([v.transpose(2, 0, 1) for v in each]))
        counts = [shape[2] for shape in shapes]
        found[f"{name}_class"] = Array.of(np.repeat(1 + np.arange(len(each)), counts))
    else:  # images of several sizes
        found[name] = _Several((len(each),), cells.dtype, lambda: each)


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
