"""Tables beside picture files: what they say of each image's class, part and photograph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import Any

import numpy as np

from ae_core.data.own import image_tables, labels, naming, parting
from ae_core.data.own.image_tables import Table
from ae_core.data.own.reading import Choices, Reading, check_names, undecided
from ae_core.errors import Message

_TABLE = re.compile(r"\.(csv|tsv)(\.(gz|bz2|xz))?$", re.I)
_MOST_TABLES = 12  # that are read
_NEARLY = 0.9  # of the images that others mean, those of a table that no name says to be of classes
_OF_PLACES = set(  # in an image, which are no classes
    "box boxes bbox bboxes bounding landmark landmarks roi loc locs x1 x2 y1 y2 xmin xmax ymin ymax "
    "width height".split()
)


@dataclass
class Told:
    """What tables say of images, in their order; an empty list where they say nothing."""

    labels: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    photographs: list[str] = field(default_factory=list)
    tables: list[PurePosixPath] = field(default_factory=list)


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
    found = _of_labels(image_tables.read(images, given), reading)
    groups = image_tables.groups(found, len(images))
    group = _of_classes(groups, choices)
    told = Told(tables=[table.path for table in found if table.numbers])
    if group:
        _tell(group, len(images), groups, choices, reading, told)
    if choices.parts != "mix" and not told.parts:
        rest = (other for other in groups if other is not group)
        for other in rest:
            if parts := _parts(other, image_tables.rows_of(other, len(images)), reading):
                told.parts = parts
                told.tables += [table.path for table in other]
                break
    return told


def _of_classes(groups: list[list[Table]], choices: Choices) -> list[Table]:
    """The tables that tell the classes: with the column that was asked for, or one named so.

    Else those that name most images and tell more than parts.
    """
    if choices.labels and not choices.labels.isdecimal():
        for group in groups:
            if choices.labels in group[0].columns:
                return group
    telling = [group for group in groups if set(group[0].columns) - _part_columns(group)]
    telling = [group for group in telling if not _OF_PLACES & _words_of_file(group)]
    named = [g for g in telling if any(naming.role_of(name) == "label" for name in g[0].columns)]
    lists = [g for g in telling if len(g[0].columns) == 1 and _is_of_labels(g[0])]
    most = max(map(image_tables.size_of, groups), default=0)
    telling = [group for group in telling if image_tables.size_of(group) >= _NEARLY * most]
    return next(iter([*named, *lists, *telling, *groups]), [])


def _words_of_file(group: list[Table]) -> set[str]:
    return set(naming.words_of(group[0].path.stem))


def _is_of_labels(table: Table) -> bool:
    return naming.role_of(table.path.stem) == "label"


def _part_columns(group: list[Table]) -> set[str]:
    """The columns of tables that tell parts."""
    return {
        name
        for name in group[0].columns
        if naming.role_of(name) == "split" or parting.told(name, _values(group, name))
    }


def _values(group: list[Table], name: str) -> set[str]:
    words = [labels.as_words(np.asarray(table.rows[name].unique())) or [] for table in group]
    return {word for each in words for word in each}


def _tell(
    group: list[Table],
    count: int,
    groups: list[list[Table]],
    choices: Choices,
    reading: Reading,
    told: Told,
) -> None:
    """Take over what the tables of one group say."""
    told.tables += [table.path for table in group]
    row_of = image_tables.rows_of(group, count)
    named = group[0].path.name if len(group) == 1 else ", ".join(t.path.name for t in group)
    others = [
        name
        for other in groups
        if other is not group
        for name in _candidates(other)
        if not name.isdecimal()
    ]
    _tell_classes(group, row_of, named, choices, reading, told, others)
    if choices.parts != "mix":
        told.parts = _parts(group, row_of, reading)
    for column in _columns(group, "photograph")[:1]:
        cells = [table.rows[column].to_numpy() for table in group]
        names = ["" if at is None else labels.text_of(cells[at[0]][at[1]]) for at in row_of]
        if any(names):
            said = Message("Photographs: column {column} of {path}.", column=column, path=named)
            reading.assume(said)
            told.photographs = names


def _candidates(group: list[Table]) -> list[str]:
    """The columns of tables that can be the classes."""
    parts = _part_columns(group)
    rest = [n for n in group[0].columns if n not in parts and naming.role_of(n) != "photograph"]
    return [name for name in rest if _may_be_classes(group, name)]


def _of_labels(found: list[Table], reading: Reading) -> list[Table]:
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


def _says_the_same(table: Table) -> bool:
    """Whether the columns beside the names of files are numbers that never change."""
    rest = [name for name in table.rows.columns if name != table.files]
    same = [n for n in rest if table.rows[n].dtype.kind in "iuf" and table.rows[n].nunique() == 1]
    return bool(rest) and len(table.rows) > 1 and len(same) == len(rest)


def _columns(found: list[Table], role: str) -> list[str]:
    table = found[0]
    return [n for n in table.rows.columns if n != table.files and naming.role_of(n) == role]


def _words(found: list[Table], column: str, row_of: list[tuple[int, int] | None]) -> list[str | None]:
    """What a column says of each image; None where no row names it, or it holds no words."""
    words = [labels.as_words(table.rows[column].to_numpy()) for table in found]
    return [None if at is None or words[at[0]] is None else words[at[0]][at[1]] for at in row_of]


def _tell_classes(
    found: list[Table],
    row_of: list[tuple[int, int] | None],
    named: str,
    choices: Choices,
    reading: Reading,
    told: Told,
    others: list[str],
) -> None:
    if choices.labels == "none" or choices.labels.isdecimal():
        return
    table = found[0]
    parts = _part_columns(found)
    rest = [
        n
        for n in table.columns
        if n not in parts and naming.role_of(n) not in ("split", "photograph")
    ]
    fit = [name for name in rest if _may_be_classes(found, name)]
    if choices.labels:
        check_names(named, [choices.labels], table.columns)
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
            reading.assume(said, "labels", "none", [*fit, *others])
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
    more = [name for name in (*fit, *others) if name != column]
    reading.assume(said, "labels", column, (*more, "none"))
    told.labels = [naming.UNLABELLED if word is None else word for word in words]


def _best(named: str, rest: list[str], fit: list[str], rows: Any) -> str:
    """The column of the classes, "" where none is: by its name, or the only one that can be it.

    Words are classes before numbers are.
    """
    by_name = [name for name in rest if naming.role_of(name) == "label"]
    exact = [name for name in by_name if naming.bare(name) in ("y", "label", "labels", "class")]
    exact = exact or [name for name in by_name if len(naming.words_of(name)) == 1]  # dx, not dx_type
    by_name = exact if len(exact) == 1 else by_name
    if len(by_name) > 1:
        raise undecided(named, by_name, "labels")
    of_words = [name for name in fit if rows[name].dtype.kind not in "iuf"]
    fit = of_words or fit
    return by_name[0] if by_name else fit[0] if len(fit) == 1 else ""


def _may_be_classes(found: list[Table], name: str) -> bool:
    """Whether a column holds words or whole numbers that come again, and more than one of them."""
    if naming.role_of(name) in ("id", "title", "mask"):
        return False
    if _OF_PLACES & {*naming.words_of(name), *_words_of_file(found)}:
        return False
    words = [labels.as_words(table.rows[name].to_numpy()) for table in found]
    if any(word is None for word in words):
        return False
    seen = [word for each in words for word in each]
    return 1 < len(set(seen)) <= max(2, len(seen) // 2)


def _one_hot(table: Table, names: list[str]) -> list[str]:
    """The columns of which exactly one is 1 in each row and the others 0."""
    numbers = [n for n in names if table.rows[n].dtype.kind in "iuf"]
    numbers = [n for n in numbers if set(table.rows[n].unique()) <= {0, 1}]
    whole = len(numbers) > 1 and bool((table.rows[numbers].to_numpy().sum(1) == 1).all())
    return numbers if whole else []


def _hot(rows: Any, names: list[str], row: int) -> str:
    return names[int(rows[names].iloc[row].to_numpy().argmax())]


def _parts(found: list[Table], row_of: list[tuple[int, int] | None], reading: Reading) -> list[str]:
    """The part of each image by a column, or by the names of tables of several parts."""
    for column in sorted(found[0].columns, key=lambda name: naming.role_of(name) != "split"):
        words = _words(found, column, row_of)
        parts = parting.told(column, words)
        if parts:
            if all(not naming.part_of(word) for word in parts):
                named = ", ".join(table.path.name for table in found)
                reading.assume(parting.in_words(column, named, parts), "parts", "keep", ("mix",))
            return [parts.get(word or "", "") for word in words]
        if naming.role_of(column) == "split" and len({word for word in words if word}) > 1:
            said = Message(
                "Parts: column {column} of {path} does not say which are for the test.",
                column=column,
                path=found[0].path.name,
            )
            reading.assume(said)
    by_table = [naming.part_of(table.path.stem) for table in found]
    if len(set(by_table)) < 2:
        return []
    return ["" if at is None else by_table[at[0]] for at in row_of]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
