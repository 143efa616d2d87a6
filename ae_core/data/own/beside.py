"""Tables beside picture files: what they say of each image's class, part and photograph."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import numpy as np

from ae_core.data.own import labels, naming, tables
from ae_core.data.own.reading import Choices, Reading, check_names, undecided
from ae_core.errors import Message, UserError
from ae_core.images import files

_TABLE = re.compile(r"\.(csv|tsv)(\.gz)?$", re.I)
_LEAST = 0.5  # of the images that a table must name
_MOST_TABLES = 12  # that are read
_MOST_COLUMNS = 50  # that are looked at for names of files
_NONE = -1


@dataclass
class Told:
    """What tables say of images, in their order; an empty list where they say nothing."""

    labels: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    photographs: list[str] = field(default_factory=list)
    tables: list[PurePosixPath] = field(default_factory=list)


@dataclass(frozen=True)
class _Table:
    path: PurePosixPath
    rows: Any  # a data frame
    files: str  # the column of the names of files
    images: np.ndarray  # int64, for each row the image's place, or _NONE


def is_table(path: PurePosixPath) -> bool:
    """Whether a file is named as a table of text."""
    return _TABLE.search(path.name) is not None


def may_be_table(path: PurePosixPath) -> bool:
    """Whether a file may be a table of text: lists of files are often named .txt."""
    return is_table(path) or path.suffix.lower() == ".txt"


def is_submission(path: PurePath) -> bool:
    """Whether a file is named as one that shows what to hand in."""
    return bool({"submission", "submissions"} & set(naming.words_of(path.stem)))


def submission(name: str) -> Message:
    """Why such a file is left out."""
    return Message("{path} was left out: it shows what to hand in, and tells no classes.", path=name)


def read(
    images: list[PurePosixPath],
    given: Iterable[tuple[PurePosixPath, Any]],
    choices: Choices,
    reading: Reading,
) -> Told:
    """Return what tables say of images.

    Args:
        images: their paths.
        given: path of each table, and what gives the file or its bytes.
        reading: takes what was assumed.

    Raises:
        UserError: a column that was asked for is not there, or several fit equally.
    """
    given = list(given)
    if len(given) > _MOST_TABLES:  # a .txt beside each image, with boxes, is no list of images
        given = [(path, bring) for path, bring in given if is_table(path)][:_MOST_TABLES]
    places = _places(images) if given else {}
    found = []
    for path, bring in given:
        if table := _table(path, bring, _of_part(path, images, places)):
            found.append(table)
    found = _largest_group(_of_labels(found, reading), len(images))
    told = Told(tables=[table.path for table in found])
    if not found:
        return told
    row_of = _rows(found, len(images))
    named = found[0].path.name if len(found) == 1 else ", ".join(t.path.name for t in found)
    _tell_classes(found, row_of, named, choices, reading, told)
    if choices.parts != "mix":
        told.parts = _parts(found, row_of)
    for column in _columns(found, "photograph")[:1]:
        said = Message("Photographs: column {column} of {path}.", column=column, path=named)
        reading.assume(said)
        told.photographs = [word or "" for word in _words(found, column, row_of)]
    return told


def _table(path: PurePosixPath, bring: Any, places: dict[str, int]) -> _Table | None:
    if isinstance(bring, str):
        return None
    try:
        content = bring()
        if isinstance(content, Path):
            if content.stat().st_size > files.LARGEST_FILE:
                return None
            rows, headless = tables.frame(content, as_words=True)
        else:
            with tempfile.TemporaryDirectory(prefix="ae-import-") as room:
                copy = Path(room) / "table"
                copy.write_bytes(content)
                rows, headless = tables.frame(copy, as_words=True)
    except UserError:
        return None  # what cannot be read says nothing
    if not headless and any(_place(name, places) != _NONE for name in rows.columns):
        first = rows.columns.tolist()  # a row, not names
        rows.columns = [str(n) for n in range(len(first))]
        rows.loc[-1] = first
        rows = rows.sort_index()
    most, column, images = 0, "", np.zeros(0, np.int64)
    for name in rows.columns[:_MOST_COLUMNS]:
        at = np.array([_place(value, places) for value in rows[name]], np.int64)
        count = len(np.unique(at[at != _NONE]))
        if count > most:
            most, column, images = count, name, at
    return _Table(path, _numbers(rows), column, images) if most else None


def _numbers(rows: Any) -> Any:
    """A table of words whose columns of numbers are numbers."""
    import pandas

    numbers = {name: pandas.to_numeric(rows[name], errors="coerce") for name in rows.columns}
    return rows.assign(**{n: v for n, v in numbers.items() if v.notna().equals(rows[n].notna())})


def _places(images: list[PurePosixPath]) -> dict[str, int]:
    """The image that each name means: by its path, the end of it, its name with or without ending."""
    places: dict[str, int] = {}
    for place, path in enumerate(images):
        ends = {"/".join(path.parts[start:]) for start in range(len(path.parts))}
        for end in ends | {end.removesuffix(path.suffix) for end in ends}:
            places[end] = _NONE if places.get(end, place) != place else place
    return places


def _of_part(
    table: PurePosixPath, images: list[PurePosixPath], places: dict[str, int]
) -> dict[str, int]:
    """The images that names mean in a table of a part: its own where those of others have it too."""
    part = naming.part_of(table.stem)
    own = [n for n, path in enumerate(images) if part and _part_of(path) == part]
    if not own:
        return places
    among = _places([images[n] for n in own])
    clear = {name: own[place] for name, place in among.items() if place != _NONE}
    return places | {name: place for name, place in clear.items() if places[name] == _NONE}


def _part_of(path: PurePosixPath) -> str:
    return next((part for name in path.parts[:-1] if (part := naming.part_of_folder(name))), "")


def _place(value: Any, places: dict[str, int]) -> int:
    name = str(value).strip().replace("\\", "/").removeprefix("./")
    found = places.get(name, _NONE)
    return found if found != _NONE else places.get(name.rpartition("/")[2], _NONE)


def _of_labels(found: list[_Table], reading: Reading) -> list[_Table]:
    """The tables without those that show what to hand in, which have the columns of the labels."""
    telling = {tuple(table.rows.columns) for table in found if not _says_the_same(table)}
    kept = []
    for table in found:
        empty = tuple(table.rows.columns) in telling and _says_the_same(table)
        if is_submission(table.path) or empty and not naming.part_of(table.path.stem):
            reading.assume(submission(table.path.name))
        else:
            kept.append(table)
    return kept


def _says_the_same(table: _Table) -> bool:
    """Whether the columns beside the names of files are numbers that never change."""
    rest = [name for name in table.rows.columns if name != table.files]
    same = [n for n in rest if table.rows[n].dtype.kind in "iuf" and table.rows[n].nunique() == 1]
    return bool(rest) and len(table.rows) > 1 and len(same) == len(rest)


def _largest_group(found: list[_Table], count: int) -> list[_Table]:
    """The tables of the same columns that name most images, at least half of all."""
    groups: dict[tuple, list[_Table]] = {}
    for table in found:
        groups.setdefault((table.files, *table.rows.columns), []).append(table)
    best, most = [], 0
    for group in groups.values():
        named = np.concatenate([table.images for table in group])
        if (size := len(np.unique(named[named != _NONE]))) > most:
            best, most = group, size
    return best if most >= _LEAST * count else []


def _rows(found: list[_Table], count: int) -> list[tuple[int, int] | None]:
    """For each image the table and the row that name it first."""
    rows: list[tuple[int, int] | None] = [None] * count
    for number, table in enumerate(found):
        for row, place in enumerate(table.images.tolist()):
            if place != _NONE and rows[place] is None:
                rows[place] = number, row
    return rows


def _columns(found: list[_Table], role: str) -> list[str]:
    table = found[0]
    return [n for n in table.rows.columns if n != table.files and naming.role_of(n) == role]


def _words(
    found: list[_Table], column: str, row_of: list[tuple[int, int] | None]
) -> list[str | None]:
    """What a column says of each image; None where no row names it, or it holds no words."""
    words = [labels.as_words(table.rows[column].to_numpy()) for table in found]
    return [None if at is None or words[at[0]] is None else words[at[0]][at[1]] for at in row_of]


def _tell_classes(
    found: list[_Table],
    row_of: list[tuple[int, int] | None],
    named: str,
    choices: Choices,
    reading: Reading,
    told: Told,
) -> None:
    if choices.labels == "none" or choices.labels.isdecimal():
        return
    table = found[0]
    rest = [
        name
        for name in table.rows.columns
        if name != table.files and naming.role_of(name) not in ("split", "photograph")
    ]
    fit = [name for name in rest if _may_be_classes(found, name)]
    if choices.labels:
        check_names(named, [choices.labels], rest)
        column = choices.labels
    elif one_hot := _one_hot(table, rest):
        told.labels = [
            naming.UNLABELLED if at is None else _hot(found[at[0]].rows, one_hot, at[1])
            for at in row_of
        ]
        said = Message("Classes: the columns {names} of {path}.", names=_some(one_hot), path=named)
        reading.assume(said, "labels", "", ("none",))
        return
    else:
        column = _best(named, rest, fit, table.rows)
    if not column:
        if fit:
            said = Message(
                "Classes: {path} has several columns that can be the classes ({names}), and none was "
                "taken; the option labels takes one.",
                path=named,
                names=_some(fit),
            )
            reading.assume(said, "labels", "none", fit)
        return
    words = _words(found, column, row_of)
    count = sum(word is not None for word in words)
    said = Message(
        "Classes: column {column} of {path}, which names {count:,} of {total:,} images.",
        column=column,
        path=named,
        count=count,
        total=len(words),
    )
    reading.assume(said, "labels", column, (*(name for name in fit if name != column), "none"))
    told.labels = [naming.UNLABELLED if word is None else word for word in words]


def _best(named: str, rest: list[str], fit: list[str], rows: Any) -> str:
    """The column of the classes, "" where none is: by its name, or the only one that can be it.

    Words are classes before numbers are.
    """
    by_name = [name for name in rest if naming.role_of(name) == "label"]
    exact = [name for name in by_name if naming.bare(name) in ("y", "label", "labels", "class")]
    by_name = exact if len(exact) == 1 else by_name
    if len(by_name) > 1:
        raise undecided(named, by_name, "labels")
    of_words = [name for name in fit if rows[name].dtype.kind not in "iuf"]
    fit = of_words or fit
    return by_name[0] if by_name else fit[0] if len(fit) == 1 else ""


def _may_be_classes(found: list[_Table], name: str) -> bool:
    """Whether a column holds words or whole numbers that come again, and more than one of them."""
    if naming.role_of(name) in ("id", "title", "mask"):
        return False
    words = [labels.as_words(table.rows[name].to_numpy()) for table in found]
    if any(word is None for word in words):
        return False
    seen = [word for each in words for word in each]
    return 1 < len(set(seen)) <= max(2, len(seen) // 2)


def _one_hot(table: _Table, names: list[str]) -> list[str]:
    """The columns of which exactly one is 1 in each row and the others 0."""
    numbers = [n for n in names if table.rows[n].dtype.kind in "iuf"]
    numbers = [n for n in numbers if set(table.rows[n].unique()) <= {0, 1}]
    whole = len(numbers) > 1 and bool((table.rows[numbers].to_numpy().sum(1) == 1).all())
    return numbers if whole else []


def _hot(rows: Any, names: list[str], row: int) -> str:
    return names[int(rows[names].iloc[row].to_numpy().argmax())]


def _parts(found: list[_Table], row_of: list[tuple[int, int] | None]) -> list[str]:
    """The part of each image by a column, or by the names of tables of several parts."""
    for column in _columns(found, "split"):
        parts = [naming.part_of(word or "") for word in _words(found, column, row_of)]
        if any(parts):
            return parts
    by_table = [naming.part_of(table.path.stem) for table in found]
    if len(set(by_table)) < 2:
        return []
    return ["" if at is None else by_table[at[0]] for at in row_of]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
