"""Parquet files: images as files in a column of bytes, or columns of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data.own import labels, limits, naming, parting, pictures, tables
from ae_core.data.own.arrays import check_size, whole
from ae_core.data.own.labels import NONE_FOUND
from ae_core.data.own.reading import Array, Choices, Reading, check_names, undecided
from ae_core.errors import Message, UserError
from ae_core.files.reading import parse

_ROWS = 256  # read at a time: a file of few bytes may say that it has any number of them


def read(path: Path, choices: Choices, part: str) -> Reading | dict[str, Array]:
    """The images of a Parquet file, or its columns where they are numbers."""
    from pyarrow import parquet as reader

    with whole(path):
        file = reader.ParquetFile(path)
        schema = file.schema_arrow
        names = [field.name for field in schema if _holds_files(field.type)]
    if not names:
        with whole(path):
            check_size(path, sum(_sizes(file)))
            columns = _first_rows(file, schema.names)
        return tables.of_lists(path, columns, choices)
    chosen = _image_column(path, names, choices)
    return _files(path, file, schema, chosen, choices, part)


def _holds_files(kind: Any) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))
    return types.is_binary(kind) or types.is_large_binary(kind)


def _image_column(path: Path, names: list[str], choices: Choices) -> str:
    if choices.images:
        check_names(path.name, [choices.images], names)
        return choices.images
    named = [name for name in names if naming.role_of(name) == "image"]
    best = named if len(named) == 1 else names
    if len(best) > 1:
        raise undecided(path.name, best, "images")
    return best[0]


def _files(path: Path, file: Any, schema: Any, column: str, choices: Choices, part: str) -> Reading:
    """Images that are whole files in a column of bytes."""
    reading = Reading()
    label = _label_column(path, schema, column, choices)
    reading.assume(
        Message("Images: column {name} of {path}.", name=column, path=path.name), "images", column
    )
    others = [field.name for field in schema if _holds_files(field.type) and field.name != column]
    if others:
        said = Message("{path}: left out {names}.", path=path.name, names=", ".join(others))
        reading.assume(said, "images", column, others)
    if label:
        reading.assume(Message("Labels: {names}.", names=label), "labels", label, ("none",))
    else:
        reading.assume(NONE_FOUND)
    names = _names_in_metadata(schema, label)
    others = [field.name for field in schema if not _nested(field.type) and field.name != label]
    count = _count(file)
    parts = _parts(path, file, others, choices, reading) or [part] * count
    photographs = _photographs(path, file, others, reading) or [""] * count
    values = _cells(path, file, label).tolist() if label else [None] * count
    rows, given = _Rows(path, file, column), []
    for n, of in enumerate(zip(parts, photographs, strict=True)):
        one = naming.NO_CLASS if not label else _class(values[n], names)
        given.append(pictures.Given(f"{path.name}[{n}]", rows.file(n), one, *of))
    reading.add(pictures.read(given, choices))
    return reading


def _nested(kind: Any) -> bool:
    from pyarrow import types

    return types.is_nested(kind) or _holds_files(kind)


def _count(file: Any) -> int:
    """How many rows are looked at: of more than images may be, the first are taken."""
    return min(file.metadata.num_rows, limits.MOST_IMAGES + 1)


def _first_rows(file: Any, names: list[str]) -> dict[str, list]:
    """Columns by name, as far as rows are looked at; ValueError where they are fewer than is said."""
    found: dict[str, list] = {name: [] for name in names}
    left = _count(file)
    for batch in _batches(file, names) if left else ():
        for name, cells in batch.slice(0, left).to_pydict().items():
            found[name] += cells
        left -= min(left, batch.num_rows)
        if not left:
            return found
    if left:
        raise ValueError(Message("it has fewer rows than it says"))
    return found


def _batches(file: Any, names: list[str]) -> Iterator[Any]:
    return file.iter_batches(batch_size=_ROWS, columns=names)


def _cells(path: Path, file: Any, name: str) -> np.ndarray:
    with whole(path):
        check_size(path, sum(_sizes(file, name)))
        cells = _first_rows(file, [name])[name]
    found = np.empty(len(cells), object)
    found[:] = cells
    return found


def _parts(
    path: Path, file: Any, names: list[str], choices: Choices, reading: Reading
) -> list[str] | None:
    """The part of each image, where one of the columns tells it."""
    if choices.parts == "mix":
        return None
    for name in filter(parting.may_be_named, names):
        words = labels.as_words(_cells(path, file, name)) or []
        if parts := parting.told(name, words):
            if all(not naming.part_of(word) for word in parts):
                reading.assume(parting.in_words(name, path.name, parts), "parts", "keep", ("mix",))
            return [parts.get(word, "") or "train" for word in words]
    return None


def _photographs(path: Path, file: Any, names: list[str], reading: Reading) -> list[str] | None:
    """What each image was cut from, where a column tells it."""
    for name in (name for name in names if naming.role_of(name) == "photograph"):
        found = [labels.text_of(value) for value in _cells(path, file, name)]
        if any(found):
            said = Message("Photographs: column {column} of {path}.", column=name, path=path.name)
            reading.assume(said)
            return found
    return None


def _label_column(path: Path, schema: Any, images: str, choices: Choices) -> str:
    if choices.labels == "none":
        return ""
    names = [field.name for field in schema if field.name != images]
    if choices.labels:
        check_names(path.name, [choices.labels], names)
        return choices.labels
    fit = [name for name in names if naming.role_of(name) == "label"]
    exact = [name for name in fit if name in ("y", "label", "labels")]
    fit = exact if len(exact) == 1 else fit
    if len(fit) > 1:
        raise undecided(path.name, fit, "labels")
    return fit[0] if fit else ""


def _class(value: Any, names: list[str]) -> str:
    if value is None:
        return naming.UNLABELLED
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return labels.word_of(value)


def _names_in_metadata(schema: Any, label: str) -> list[str]:
    """The names of the classes, which Hugging Face's files carry beside the numbers."""
    try:
        about = parse((schema.metadata or {})[b"huggingface"])
        names = about["info"]["features"][label]["names"]
        return [str(name) for name in names]
    except (KeyError, TypeError, ValueError):
        return []


def _sizes(file: Any, name: str = "") -> list[int]:
    """The bytes of each group of rows, or of a column of it."""
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    if not name:
        return [group.total_byte_size for group in groups]
    of_columns = ([group.column(i) for i in range(group.num_columns)] for group in groups)
    return [
        sum(one.total_uncompressed_size for one in columns if one.path_in_schema == name)
        for columns in of_columns
    ]


class _Rows:
    """The files in a column; the last rows are kept, for they are asked for in order."""

    def __init__(self, path: Path, file: Any, column: str):
        self._path, self._file, self._column = path, file, column
        self._ahead: Iterator[Any] = iter(())
        self._first, self._kept = 0, []

    def file(self, row: int) -> Callable[[], bytes]:
        """Return what brings the file in a row."""

        def bring() -> bytes:
            with whole(self._path):
                value = self._cell(row)
            value = value.get("bytes") if isinstance(value, dict) else value
            if not value:
                raise UserError("The image is not in the file.")
            return value

        return bring

    def _cell(self, row: int) -> Any:
        if row < self._first or not self._kept:
            for size in _sizes(self._file):
                check_size(self._path, size)
            self._ahead, self._first, self._kept = _batches(self._file, [self._column]), 0, []
        while row >= self._first + len(self._kept):
            self._first += len(self._kept)
            if (batch := next(self._ahead, None)) is None:
                raise ValueError(Message("it has fewer rows than it says"))
            self._kept = batch.column(0).to_pylist()
        return self._kept[row - self._first]
