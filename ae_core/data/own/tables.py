"""Tables: pixels as columns or as words in one, images as bytes in Parquet files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data.own import labels, limits, naming, packed, parting, pictures
from ae_core.data.own.arrays import check_size, whole
from ae_core.data.own.labels import NONE_FOUND
from ae_core.data.own.reading import Array, Choices, Column, Reading, check_names, undecided
from ae_core.errors import Message, UserError
from ae_core.files.reading import parse

_SEPARATORS = (",", "\t", ";", " ")
_FEWEST_PIXELS = 64
_FEW = 4  # columns of a table whose title may be its first row
_LONGEST_LINE = 16 << 20  # characters


def csv(path: Path, choices: Choices) -> dict[str, Array]:
    """Pixels, labels and further columns of a table of text."""
    table, headless = frame(path)
    return _columns(path, table, choices, headless)


def frame(path: Path, as_words: bool = False) -> tuple[Any, bool]:
    """Return a table of text, packed or not, and whether its columns have no names.

    ``as_words`` leaves numbers as they are written, "007" too.
    """
    import pandas

    with whole(path):
        check_size(path, path.stat().st_size)
        is_packed = packed.is_packed(path)
        with io.TextIOWrapper(packed.opened(path), "utf-8-sig", "replace") as file:
            first, second, third = (file.readline(_LONGEST_LINE) for _ in range(3))
        counted = first.strip().isdecimal() and len(second.split()) > 1  # as CelebA's lists are
        first, second = (second, third) if counted else (first, second)
        separator = max(_SEPARATORS[:-1], key=first.count)  # titles may have blanks in them
        if not 0 < first.count(separator) == second.count(separator):
            separator = max(_SEPARATORS, key=first.count)
        fields = first.rstrip("\r\n").split(separator)
        header = 0 if _is_header(fields) else None
        table = pandas.read_csv(
            packed.opened(path) if is_packed else path,
            sep=r"\s+" if separator == " " else separator,
            header=header,
            dtype=str if as_words else None,
            decimal="," if separator != "," and "," in second else ".",
            compression=None,
            skiprows=int(counted),
            nrows=limits.MOST_IMAGES,
            encoding_errors="replace",
            on_bad_lines="error",
        )
        if not isinstance(table.index, pandas.RangeIndex):  # its first column has no title
            table = table.reset_index(names="file")
    table.columns = [str(name) for name in table.columns]
    return table, header is None


def parquet(path: Path, choices: Choices, part: str) -> Reading | dict[str, Array]:
    """The images of a Parquet file, or its columns where they are numbers."""
    from pyarrow import parquet as reader

    with whole(path):
        file = reader.ParquetFile(path)
        schema = file.schema_arrow
        names = [field.name for field in schema if _holds_files(field.type)]
    if not names:
        with whole(path):
            check_size(path, sum(_sizes(file)))
            columns = file.read().to_pydict()
        return _columns_of_lists(path, columns, choices)
    chosen = _image_column(path, names, choices)
    return _files(path, file, schema, chosen, choices, part)


def _is_header(fields: list[str]) -> bool:
    """Whether the first line of a table names its columns; pandas calls them 0, 1, 2 ... too."""
    numbers = [field for field in fields if _is_number(field)]
    if numbers in ([str(n + first) for n in range(len(numbers))] for first in (0, 1)):
        return True
    return len(numbers) <= len(fields) / 2


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(path: Path, frame: Any, choices: Choices, headless: bool) -> dict[str, Array]:
    named = [name for name in frame.columns if not _is_number_of_row(name, frame[name])]
    if len(named) == 1 and not _is_pixels(frame[named[0]]):
        title = headless or len(frame.columns) > 1
        return _only(path, frame[named[0]], title)
    if len(named) <= _FEW:
        doubtful = not headless and all(_may_be_value(name, frame[name]) for name in named)
        if doubtful or headless:
            return {str(n): _with_first(name, frame[name], doubtful) for n, name in enumerate(named)}
    found: dict[str, Array] = {}
    numbers = []
    for name in frame.columns:
        column = frame[name]
        role = naming.role_of(name)
        is_number = column.dtype.kind in "biuf"
        if not is_number and _is_pixels(column):
            found[name] = _rows_of_words(path, column)
        elif not is_number or role in ("label", "split", "id") and not headless:
            found[name] = Array.of(np.array(column, object if not is_number else None))
        elif _is_number_of_row(name, column):
            continue
        elif name[-1:].isdecimal():  # pixel17, 3x5, 42
            numbers.append(name)
        else:
            found[name] = Array.of(column.to_numpy())
    if len(numbers) >= _FEWEST_PIXELS:
        found |= _pixels(frame, numbers, choices, headless)
    else:
        found |= {name: Array.of(frame[name].to_numpy()) for name in numbers}
    return found


def _is_number_of_row(name: str, column: Any) -> bool:
    """Whether a column numbers the rows, as pandas writes it."""
    return name.lower().startswith("unnamed") and column.dtype.kind in "biuf"


def _only(path: Path, column: Any, titled: bool) -> dict[str, Array]:
    """The only column, as of labels in a file of their own: its title may be its first value."""
    name = str(column.name)
    may_be = _may_be_value(name, column)
    called = path.name.partition(".")[0] if may_be else name
    return {called: _with_first(name, column, may_be and not titled)}


def _may_be_value(name: str, column: Any) -> bool:
    """Whether a column's title may be a value of it as well."""
    if column.dtype.kind in "biuf":
        return name.isdecimal() and len(name) < 18
    return not naming.role_of(name)


def _with_first(name: str, column: Any, first: bool) -> Array:
    """A column; ``first``: and what it is with its title for a first value."""
    is_number = column.dtype.kind in "biuf"
    x = np.array(column, None if is_number else object)
    if not first:
        return Array.of(x)
    whole = np.concatenate([np.array([int(name) if is_number else name], x.dtype), x])
    return Column(x.shape, x.dtype, lambda: x, Array.of(whole))


def _pixels(frame: Any, names: list[str], choices: Choices, headless: bool) -> dict[str, Array]:
    """The number columns as one array; of one too many, the first or last is the label."""
    x = frame[names].to_numpy()
    if not labels.has_one_more(x.shape, choices):
        return {"pixels": Array.of(x)}
    named = headless or not names[0].lower().startswith(("pixel", "p0"))
    return labels.columns("pixels", x, named)


def _is_pixels(column: Any) -> bool:
    words = str(column.iloc[0]).split() if len(column) else []
    return len(words) >= _FEWEST_PIXELS and all(_is_number(word) for word in words)


def _rows_of_words(path: Path, column: Any) -> Array:
    with whole(path):
        rows = [np.array(str(text).split(), np.float32) for text in column]
        x = np.stack(rows)
        whole_numbers = np.isfinite(x).all() and (x == np.rint(x)).all()
        return Array.of(x.astype(np.int32) if whole_numbers else x)


def _columns_of_lists(path: Path, columns: dict[str, list], choices: Choices) -> dict[str, Array]:
    import pandas

    found, plain = {}, {}
    for name, values in columns.items():
        if values and isinstance(values[0], list):
            try:
                x = np.array(values)
            except ValueError:  # of different lengths
                continue
            found[name] = Array.of(x)
        else:
            plain[name] = values
    return found | _columns(path, pandas.DataFrame(plain), choices, False)


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
    parts = _parts(path, file, others, choices, reading) or [part] * file.metadata.num_rows
    photographs = _photographs(path, file, others, reading) or [""] * file.metadata.num_rows
    given, number = [], 0
    pieces = _Groups(path, file, column)
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        values = [None] * count
        if label:
            with whole(path):
                values = file.read_row_group(group, columns=[label]).column(0).to_pylist()
        for row, value in enumerate(values):
            one = naming.NO_CLASS if not label else _class(value, names)
            bring = pieces.file(group, row)
            of = parts[number], photographs[number]
            given.append(pictures.Given(f"{path.name}[{number}]", bring, one, *of))
            number += 1
    reading.add(pictures.read(given, choices))
    return reading


def _nested(kind: Any) -> bool:
    from pyarrow import types

    return types.is_nested(kind) or _holds_files(kind)


def _cells(path: Path, file: Any, name: str) -> np.ndarray:
    with whole(path):
        check_size(path, sum(_sizes(file)))
        return np.array(file.read(columns=[name]).column(0).to_pylist(), object)


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


def _sizes(file: Any) -> list[int]:
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    return [group.total_byte_size for group in groups]


class _Groups:
    """The files in a column; the last block of rows is kept, for they are asked for in order."""

    def __init__(self, path: Path, file: Any, column: str):
        self._path, self._file, self._column = path, file, column
        self._kept: tuple[int, list] = (-1, [])

    def file(self, group: int, row: int):
        def bring() -> bytes:
            if self._kept[0] != group:
                check_size(self._path, _sizes(self._file)[group])
                with whole(self._path):
                    table = self._file.read_row_group(group, columns=[self._column])
                    self._kept = group, table.column(0).to_pylist()
            value = self._kept[1][row]
            value = value.get("bytes") if isinstance(value, dict) else value
            if not value:
                raise UserError("The image is not in the file.")
            return value

        return bring
