"""Which image each row of a table means: by the name of a file, or by a number that names one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ae_core.data.own import naming, parting, tables
from ae_core.errors import UserError
from ae_core.files import temporary_folder
from ae_core.images import files

_LEAST = 0.5  # of the images that a table must name
_MOST_COLUMNS = 50  # that are looked at for names of files
_NONE = -1


@dataclass(frozen=True, eq=False)
class Table:
    """A table whose rows mean images.

    Attributes:
        rows: a data frame.
        files: the column of what names the images.
        images: int64, for each row the image's place, or -1.
        numbers: whether it gives the images the numbers by which another table means them.
    """

    path: PurePosixPath
    rows: Any
    files: str
    images: np.ndarray
    numbers: bool = False

    @property
    def columns(self) -> list[str]:
        """Those that say something of the images."""
        return [name for name in self.rows.columns if name != self.files]


def read(images: list[PurePosixPath], given: Iterable[tuple[PurePosixPath, Any]]) -> list[Table]:
    """The tables that mean some of the images; ``given``: path of each, and what gives the file.

    Where one gives the images numbers, as CUB's images.txt does, the others may mean them by these.
    """
    frames = [(path, *opened) for path, bring in given if (opened := _opened(bring))]
    places = _places(images) if frames else {}
    by_name = [
        _table(path, rows, headless, _of_part(path, images, places))
        for path, rows, headless in frames
    ]
    names, titled, numbers = _numbers_of([table for table in by_name if table], len(images))
    found = list(by_name)
    for place, (frame, table) in enumerate(zip(frames, by_name, strict=True)):
        # Numbers may be the names of files too: where a table says which they mean, that goes first.
        if numbers and table is not names and (not table or _are_numbers(table, titled)):
            found[place] = _by_number(*frame, titled, numbers, len(images))
    if names and found != by_name:
        found[by_name.index(names)] = replace(names, numbers=True)
    return [_called(table) for table in found if table]


def _are_numbers(table: Table, titled: str) -> bool:
    return table.files == titled and table.rows[titled].dtype.kind in "iu"


def _opened(bring: Any) -> tuple[Any, bool] | None:
    """A table of words, and whether its columns have no names; None for what is none."""
    if isinstance(bring, str):
        return None
    try:
        content = bring()
        if isinstance(content, Path):
            if content.stat().st_size > files.LARGEST_FILE:
                return None
            return tables.frame(content, as_words=True)
        with temporary_folder() as room:
            copy = Path(room) / "table"
            copy.write_bytes(content)
            return tables.frame(copy, as_words=True)
    except UserError:
        return None  # what cannot be read says nothing


def _table(path: PurePosixPath, rows: Any, headless: bool, places: dict[str, int]) -> Table | None:
    if not headless and any(_place(name, places) != _NONE for name in rows.columns):
        rows = _first_is_a_row(rows)
    most, column, images = 0, "", np.zeros(0, np.int64)
    for name in rows.columns[:_MOST_COLUMNS]:
        at = np.array([_place(value, places) for value in rows[name]], np.int64)
        count = len(np.unique(at[at != _NONE]))
        if count > most:
            most, column, images = count, name, at
    return Table(path, _numbers(rows), column, images) if most else None


def _first_is_a_row(rows: Any) -> Any:
    first = rows.columns.tolist()
    rows.columns = [str(n) for n in range(len(first))]
    rows.loc[-1] = first
    return rows.sort_index()


def _numbers_of(found: list[Table], count: int) -> tuple[Table | None, str, dict[str, int]]:
    """The table and its column that numbers the images, and the image of each number."""
    for table in found:
        named = table.images != _NONE
        if len(np.unique(table.images[named])) < _LEAST * count:
            continue
        for name in table.columns:
            if table.rows[name].dtype.kind in "iu" and table.rows[name].is_unique:
                each = zip(table.rows[name][named], table.images[named].tolist(), strict=True)
                return table, name, {str(number): place for number, place in each}
    return None, "", {}


def _by_number(
    path: PurePosixPath, rows: Any, headless: bool, titled: str, numbers: dict[str, int], count: int
) -> Table | None:
    """A table whose first column is of the numbers of the images, in most of its rows."""
    if not headless and titled.isdecimal() and rows.columns[0] in numbers:
        rows, headless = _first_is_a_row(rows), True
    if not (headless and titled.isdecimal() or titled in rows.columns):
        return None
    column = "0" if headless and "0" in rows.columns else titled if titled in rows.columns else ""
    if not column or len(rows.columns) < 2:
        return None
    images = np.array([numbers.get(str(value), _NONE) for value in rows[column]], np.int64)
    named = images[images != _NONE]
    if len(np.unique(named)) < max(_LEAST * count, _LEAST * len(rows)):
        return None
    return Table(path, _numbers(rows), column, images)


def _called(table: Table) -> Table:
    """A table whose only other column has no title but the name of the file, if that tells parts."""
    rest, stem = table.columns, table.path.name.partition(".")[0]
    if len(rest) == 1 and rest[0].isdecimal() and parting.may_be_named(stem):
        rows = table.rows.rename(columns={rest[0]: stem})
        return replace(table, rows=rows)
    return table


def _numbers(rows: Any) -> Any:
    """A table of words whose columns of numbers are numbers, but for names: 007 is not 7."""
    import pandas

    may_be = [name for name in rows.columns if naming.role_of(name) != "photograph"]
    numbers = {name: pandas.to_numeric(rows[name], errors="coerce") for name in may_be}
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


def groups(found: list[Table], count: int) -> list[list[Table]]:
    """The tables of the same columns together, those that name at least half of the images.

    Those that name most images go first.
    """
    by_columns: dict[tuple, list[Table]] = {}
    for table in found:
        by_columns.setdefault((table.files, *table.rows.columns), []).append(table)
    sizes = {key: len(_named(group)) for key, group in by_columns.items()}
    fit = [key for key, size in sizes.items() if size >= _LEAST * count]
    apart: list[list[Table]] = []
    for key in sorted(fit, key=sizes.get, reverse=True):
        group = by_columns[key]
        # Tables of other matters may have the same columns where these have no titles.
        overlap = sum(len(_named([table])) for table in group) > 1.5 * sizes[key]
        apart += [[table] for table in group] if overlap and group[0].columns else [group]
    return [group for group in apart if len(_named(group)) >= _LEAST * count]


def size_of(group: list[Table]) -> int:
    """How many images tables mean."""
    return len(_named(group))


def _named(group: list[Table]) -> np.ndarray:
    named = np.concatenate([table.images for table in group])
    return np.unique(named[named != _NONE])


def rows_of(found: list[Table], count: int) -> list[tuple[int, int] | None]:
    """For each image the table and the row that name it first."""
    rows: list[tuple[int, int] | None] = [None] * count
    for number, table in enumerate(found):
        for row, place in enumerate(table.images.tolist()):
            if place != _NONE and rows[place] is None:
                rows[place] = number, row
    return rows
