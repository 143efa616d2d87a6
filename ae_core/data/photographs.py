"""Photographs with boxes around what they show: square crops cut out of them, and again with jitter.

A crop that is cut again from its photograph, a little beside the box or wider, has real pixels at
its edges; one that is only shifted has not. Two forms are read: the archives of SVHN's second format
(PNG files and `digitStruct.mat`, an HDF5 file), and a folder of PNG files with `crops.csv`.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.errors import DataError
from ae_core.files.reading import UNREADABLE
from ae_core.files.reading.hdf5 import lies_elsewhere

SIDE = 32  # pixels of a crop
SHIFT_X, SHIFT_Y = 2.5, 1.5  # pixels of the crop that jitter moves it by at the most
ZOOM = 0.12  # by which share jitter makes its side longer or shorter, at the most
WIDE = 2  # times as much in every second round: more is learned from what lies farther beside
BOXES = "digitStruct.mat"
MOST_BOXES = 1_000_000  # in all; the largest of the official archives holds 531,131
MOST_BYTES = 1 << 28  # of the boxes' file, and of one photograph's
MOST_PIXELS = 1 << 26  # of one photograph
MOST_SIDE = 1 << 13  # pixels of a box, which is cut out whole
# An entry of an HDF5 file can be of another kind than is looked for: a table, a group or nothing.
_UNREADABLE = (*UNREADABLE, AttributeError, tarfile.TarError)
_COLUMNS = ["photo", "label", "left", "top", "side"]


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of all photographs, in the photographs' order.

    Attributes:
        path: the archive, or `crops.csv`.
        names: (N,) each box's photograph, a file name.
        labels: int64 (N,).
        squares: float64 (N, 3), each box as a square: centre x, centre y, side, in pixels.
    """

    path: Path
    names: np.ndarray
    labels: np.ndarray
    squares: np.ndarray


def read(path: Path) -> Boxes:
    """Read the boxes of an archive or a `crops.csv`; DataError where it is cut or something else."""
    try:
        found = _of_table(path) if path.suffix == ".csv" else _of_archive(path)
        names, labels, squares = found
        labels, squares = np.asarray(labels, np.int64), np.asarray(squares, np.float64)
        if not 2 <= len(names) <= MOST_BOXES or squares.shape != (len(names), 3):
            raise ValueError(f"{len(names)} boxes")
        sides = squares[:, 2]
        if not (np.abs(squares) <= 1e5).all() or sides.min() < 1 or sides.max() > MOST_SIDE:
            raise ValueError("boxes outside their photographs")
        if (labels < 0).any() or (labels > 10).any():
            raise ValueError("labels other than 0 to 10")
    except _UNREADABLE as error:
        raise _bad(path, error) from error
    return Boxes(path, np.asarray(names), labels % 10, squares)


def crops(boxes: Boxes, rows: np.ndarray, rounds: int = 1, seed: int | None = None) -> np.ndarray:
    """Cut the boxes ``rows`` out of their photographs, uint8 (rounds len(rows), 32, 32, 3).

    Args:
        boxes: from :func:`read`.
        rows: numbers of boxes, (M,); other photographs than theirs are not opened.
        rounds: how often each is cut.
        seed: of the jitter, the same for the same seed; None: without jitter.

    Raises:
        DataError: a photograph is missing or damaged.
    """
    squares = np.tile(boxes.squares[rows], (rounds, 1))
    if seed is not None:
        wide = np.where(np.arange(rounds) % 2, WIDE, 1).repeat(len(rows))
        squares = jittered(squares, seed, wide)
    out = np.zeros((len(squares), SIDE, SIDE, 3), np.uint8)
    wanted: dict[str, list[int]] = {}
    for place, row in enumerate(np.tile(rows, rounds)):
        wanted.setdefault(str(boxes.names[row]), []).append(place)
    try:
        for name, file in _files(boxes.path, wanted):
            photograph = _pixels(file)
            for place in wanted.pop(name):
                out[place] = cut(photograph, squares[place])
        if wanted:
            raise KeyError(next(iter(wanted)))
    except _UNREADABLE as error:
        raise _bad(boxes.path, error) from error
    return out


def jittered(squares: np.ndarray, seed: int, wide: np.ndarray | float = 1) -> np.ndarray:
    """Move squares (N, 3) by parts of their side, and change it, at random but alike for a seed.

    ``wide``, of all or of each (N,), says how many times as much as usual.
    """
    u = np.random.RandomState(seed).uniform(-1, 1, squares.shape)
    u *= np.reshape(wide, (-1, 1))
    x, y, side = squares.T
    x = x + u[:, 0] * SHIFT_X / SIDE * side
    y = y + u[:, 1] * SHIFT_Y / SIDE * side
    return np.stack([x, y, side * np.exp(u[:, 2] * np.log1p(ZOOM))], axis=1)


def cut(photograph: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Cut a square (centre x, centre y, side) out of uint8 (H, W, 3), as uint8 (32, 32, 3).

    Beyond the photograph its outermost pixels are repeated.
    """
    from PIL import Image

    height, width, _ = photograph.shape
    x, y, side = square
    left, top = x - side / 2, y - side / 2
    first = np.floor([left, top]).astype(int)
    last = np.ceil([left + side, top + side]).astype(int)
    columns = np.clip(np.arange(first[0], last[0]), 0, width - 1)
    lines = np.clip(np.arange(first[1], last[1]), 0, height - 1)
    part = Image.fromarray(photograph[np.ix_(lines, columns)])
    left, top = left - first[0], top - first[1]
    box = (left, top, min(left + side, part.width), min(top + side, part.height))
    return np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box))


def _of_table(path: Path) -> tuple[list, list, list]:
    """The boxes of a `crops.csv`: photo, label, left, top and side of each."""
    import pandas

    table = pandas.read_csv(path, usecols=_COLUMNS, nrows=MOST_BOXES + 1)
    half = table["side"] / 2
    squares = np.stack([table["left"] + half, table["top"] + half, table["side"]], axis=1)
    return table["photo"].astype(str).tolist(), table["label"].tolist(), squares


def _of_archive(path: Path) -> tuple[list, list, list]:
    """The boxes of an archive's `digitStruct.mat`, each widened to a square as high as it is."""
    import h5py

    for name, file in _members(path):
        if name == BOXES:
            with h5py.File(io.BytesIO(file), "r") as content:
                return _of_struct(content, content["digitStruct"])
    raise KeyError(BOXES)


def _of_struct(content: Any, struct: Any) -> tuple[list, list, list]:
    names, labels, squares = [], [], []
    for to_name, to_box in zip(struct["name"][:, 0], struct["bbox"][:, 0], strict=True):
        name = "".join(chr(unit) for unit in _values(content[to_name])[:256])
        box = {key: _numbers(content, content[to_box][key]) for key in _BOX}
        for label, left, top, width, height in zip(*box.values(), strict=True):
            names.append(Path(name).name)
            labels.append(label)
            squares.append((left + width / 2, top + height / 2, max(width, height)))
        if len(names) > MOST_BOXES:
            break
    return names, labels, squares


_BOX = ("label", "left", "top", "width", "height")


def _numbers(content: Any, entry: Any) -> list[float]:
    """The values of a field of MATLAB: one stands there itself, several are references."""
    values = _values(entry)[:1000]
    if entry.dtype.kind == "O":
        values = [_values(content[reference])[0] for reference in values]
    return [float(value) for value in values]


def _values(entry: Any) -> np.ndarray:
    if lies_elsewhere(entry):
        raise ValueError("values of other files")
    return entry[()].reshape(-1)


def _files(path: Path, wanted: dict[str, list[int]]) -> Iterator[tuple[str, bytes]]:
    """The photographs that are wanted, as files, in the order in which they lie there."""
    if path.suffix != ".csv":
        for name, file in _members(path, ".png"):
            if name in wanted:
                yield name, file
        return
    for name in list(wanted):
        place = path.parent / Path(name).name
        if place.stat().st_size > MOST_BYTES:
            raise ValueError(f"{name} is too large")
        yield name, place.read_bytes()


def _members(path: Path, suffix: str = BOXES) -> Iterator[tuple[str, bytes]]:
    """The files of an archive whose names end so, read from its start to its end, none unpacked."""
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(suffix):
                if member.size > MOST_BYTES:
                    raise ValueError(f"{member.name} is too large")
                yield Path(member.name).name, archive.extractfile(member).read()


def _pixels(file: bytes) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(file), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"{image.width}×{image.height} pixels")
            return np.asarray(image.convert("RGB"))
    except Image.DecompressionBombError as error:  # beyond Pillow's own bound
        raise ValueError(str(error)) from error


def _bad(path: Path, error: Exception) -> DataError:
    return DataError(
        "{path} was expected to hold photographs and the boxes in them, but it is cut or damaged "
        "({reason}); delete it and put it there again.",
        path=path,
        reason=" ".join(str(error).split())[:100] or type(error).__name__,
    )
