"""Tables: pixels as columns or as words in one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.data.own import labels, limits, naming, packed
from ae_core.data.own.arrays import check_size, whole
from ae_core.data.own.reading import Array, Choices, Column

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


def of_lists(path: Path, columns: dict[str, list], choices: Choices) -> dict[str, Array]:
    """The columns of a table whose cells may be lists of numbers."""
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
