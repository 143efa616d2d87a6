"""Arrays whose values are whole picture files, as HDF5 files often hold them, to be smaller."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from ae_core.data.own import labels, levels, naming, pictures
from ae_core.data.own.reading import Array, Choices, Reading, Source, undecided
from ae_core.errors import Message
from ae_core.images import files

_HEAD = 16  # bytes that tell a picture file


def read(source: Source, choices: Choices) -> Reading | None:
    """Return the images of a source whose arrays hold picture files; None where none does.

    An array holds a file a row, or each of many arrays is a file, with its path for a name.

    Raises UserError where two arrays fit equally.
    """
    one_each = [name for name, array in source.arrays.items() if _is_file(array)]
    several = [name for name, array in source.arrays.items() if _holds_files(array)]
    if several:
        return _rows(source, several, choices)
    return _arrays(source, one_each, choices) if one_each else None


def _is_file(array: Array) -> bool:
    if array.dtype != np.uint8 or len(array.shape) != 1:
        return False
    return files.begins_like_image(bytes(array.load()[:_HEAD]))


def _holds_files(array: Array) -> bool:
    shape, kind = tuple(array.shape), array.dtype.kind
    padded = array.dtype == np.uint8 and len(shape) == 2
    if not (padded or len(shape) == 1 and kind in "OSV") or not shape[0]:
        return False
    first = _content(array.load()[0])
    return first is not None and files.begins_like_image(first[:_HEAD])


def _content(value: Any) -> bytes | None:
    """A file that is bytes, a row of them, or a value without a type."""
    if isinstance(value, np.ndarray) and value.dtype == np.uint8 or isinstance(value, np.void):
        return value.tobytes()
    return value if isinstance(value, bytes) else None


def _rows(source: Source, names: list[str], choices: Choices) -> Reading:
    reading = Reading()
    asked = [name.strip() for name in choices.images.split(",") if name.strip()]
    source.check(asked)
    left = [name for name in names if asked and name not in asked]
    names = [name for name in names if name not in left]
    parts = {name: source.part or naming.part_of(name) for name in names}
    if len(names) > len(set(parts.values())) and not asked:
        raise undecided(source.name, names, "images")
    said = Message(
        "Images: the files in {names} of {path}.", names=", ".join(names), path=source.name
    )
    reading.assume(said, "images", ",".join(names), left)
    counts = {name: {source.arrays[name].shape[0]} for name in names}
    label_of = labels.choose(source, counts, choices, reading)
    given = []
    for name in names:
        (count,) = counts[name]
        words = None
        if name in label_of:
            words = labels.words(source, label_of[name], count, choices, reading)
        values = source.arrays[name].load()
        part = "" if choices.parts == "mix" else parts[name]
        called = f"{source.name}/{name}" if len(names) > 1 else source.name
        for row, word in enumerate(words or [naming.NO_CLASS] * count):
            given.append(pictures.Given(f"{called}[{row}]", _bring(values, row), word, part))
    reading.add(pictures.read(given, choices))
    return reading


def _arrays(source: Source, names: list[str], choices: Choices) -> Reading:
    reading = Reading()
    said = Message("Each array is an image file; arrays: {count:,}.", count=len(names))
    reading.assume(said)
    words, parts = levels.meaning([PurePosixPath(name) for name in names], choices, reading)
    given = [
        pictures.Given(
            f"{source.name}/{name}", _whole(source.arrays[name]), word, part or source.part
        )
        for name, word, part in zip(names, words, parts, strict=True)
    ]
    reading.add(pictures.read(given, choices))
    return reading


def _bring(values: Any, row: int) -> Callable[[], bytes]:
    return lambda: _content(values[row]) or b""


def _whole(array: Array) -> Callable[[], bytes]:
    return lambda: np.asarray(array.load()).tobytes()
