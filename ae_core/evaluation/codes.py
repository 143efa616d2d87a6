"""Codes as files: an array for programs, and a table for people, with file names and classes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ae_core import data
from ae_core.errors import UserError
from ae_core.files.reading import UNREADABLE, Damaged, array

MOST_BYTES = 512 * 2**20  # of a file that is read


def npy(y: np.ndarray) -> bytes:
    """Return codes (N, h, w, c) as a NumPy file."""
    buffer = io.BytesIO()
    np.save(buffer, y, allow_pickle=False)
    return buffer.getvalue()


def table(y: np.ndarray, files: Sequence[str], classes: Sequence[str]) -> str:
    """Return codes (N, h, w, c) as CSV: file, class, and a column for each value, in their order.

    Args:
        y: the codes.
        files: a name for each.
        classes: likewise; "" where there is none.
    """
    values = y.reshape(len(y), math.prod(y.shape[1:]))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", "class", *(f"y{n + 1}" for n in range(values.shape[1]))])
    for file, label, row in zip(files, classes, values.tolist(), strict=True):
        writer.writerow([file, label, *(f"{value:.9g}" for value in row)])
    return buffer.getvalue()


def of_test(name: str, places: Iterable[int]) -> tuple[list[str], list[str]]:
    """Return file names and classes of test images of a data set, for :func:`table`.

    Own images have the names that they were imported with, others the set's and a number from 1. The
    classes are "" where the set is not on this machine.
    """
    places = [int(place) for place in places]
    numbered = [f"{name}-test-{place + 1:05d}" for place in places]
    try:
        found = data.load(name)
    except UserError:
        return numbered, [""] * len(places)
    test, given = found.test, found.test.names
    classes = [found.classes[test.labels[place]] for place in places]
    return [given[place] for place in places] if given else numbered, classes


def read(path: Path, shape: tuple[int, int, int]) -> tuple[np.ndarray, list[str]]:
    """Return the codes in a file, float32 (N, h, w, c), and their names; numbers where it has none.

    Args:
        path: a ``.npy`` or a ``.csv`` file as :func:`npy` and :func:`table` make it.
        shape: (h, w, c) of a code of the network that shall decode them.

    Raises:
        UserError: it is not there, cannot be read, or holds codes of another size.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(
                "{name} is larger than {most} MB.", name=path.name, most=MOST_BYTES // 2**20
            )
        if path.suffix == ".csv":
            y, names = _from_table(path)
        else:
            y, names = array(path, MOST_BYTES), []
        y = np.asarray(y, np.float32)
        if y.ndim < 2 or not len(y) or not np.isfinite(y).all():
            raise ValueError
    except FileNotFoundError as error:
        raise UserError("There is no file {path}.", path=path) from error
    except (Damaged, csv.Error, *UNREADABLE) as error:
        raise UserError(
            "{name} holds no codes: a .npy array (N, ...) or a table as `encode` writes it.",
            name=path.name,
        ) from error
    height, width, channels = shape
    if y[0].size != height * width * channels:
        raise UserError(
            "{name} has codes of size {found}, this network has codes of size {values}.",
            name=path.name,
            found=y[0].size,
            values=height * width * channels,
        )
    return y.reshape(len(y), *shape), names or [f"{n + 1:05d}" for n in range(len(y))]


def _from_table(path: Path) -> tuple[np.ndarray, list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "y1" not in rows[0]:
        raise ValueError("no codes")
    columns = [name for name in rows[0] if name and name[0] == "y" and name[1:].isdigit()]
    values = [[float(row[name] or "nan") for name in columns] for row in rows]
    return np.array(values, np.float32), [row.get("file") or "" for row in rows]
