"""A file of rows for each class: which files are so, and the class and the part of each."""

from __future__ import annotations

import os
from pathlib import Path

from ae_core.data.own import naming
from ae_core.data.own.axes import rows_are_smoother, sides
from ae_core.data.own.reading import Array, Choices

_LOOKED_AT = 8  # files
_MANY = 20  # rows of each file, where all have as many
_ROWS = "N,HW"  # as the option axes is written
_FLAT = 16  # times as wide as high: no image is


def of_rows(found: dict[Path, Array], choices: Choices) -> dict[Path, str]:
    """The class of each file where each holds the images of one as rows; none where they do not.

    The files of a class and part have one name; a prefix that all files have says nothing.
    """
    shapes = {array.shape for array in found.values()}
    axes = choices.axes.upper().replace(" ", "")
    if len(found) < 2 or choices.images or axes not in ("", _ROWS):
        return {}
    if any(len(shape) != 2 for shape in shapes):
        return {}
    counts, lengths = ({shape[axis] for shape in shapes} for axis in (0, 1))
    if len(lengths) > 1 or 0 in counts:
        return {}
    if len(counts) == 1 and min(counts) < _MANY and min(lengths) < _FLAT * min(counts):
        return {}
    if sides(*lengths, "HW", choices.rows) is None:
        return {}
    classes = _named(list(found))
    if len(set(classes.values())) < 2 or all(map(naming.role_of, classes.values())):
        return {}
    if all(naming.part_of(name) for name in classes.values()):
        return {}
    some = list(found.values())[:: max(1, len(found) // _LOOKED_AT)]
    smoother = sum(rows_are_smoother(array.load(), choices.rows) for array in some)
    return classes if axes or smoother > len(some) / 2 else {}


def _named(paths: list[Path]) -> dict[Path, str]:
    stems = [path.stem for path in paths]
    prefix = os.path.commonprefix(stems)
    cut = max(prefix.rfind(mark) for mark in "_- ") + 1
    return {path: stem[cut:] or stem for path, stem in zip(paths, stems, strict=True)}
