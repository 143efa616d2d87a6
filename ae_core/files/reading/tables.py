"""Tables of numbers as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ae_core.errors import Message
from ae_core.files.reading import bounds
from ae_core.files.reading.content import Damaged, contents

NAN = float("nan")


def table(path: Path, columns: Sequence[str]) -> list[dict[str, float]]:
    """Return the rows of a CSV file as numbers by column; nan where there is none, or infinite.

    A last row that was cut off, or that another was written into, is left out.

    Args:
        columns: those that are read; the first must be there, others may be missing.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is unreadable, too large, has no such columns, or words for numbers.
    """
    data = contents(path, bounds.TABLE_BYTES)
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        head = next(lines, [])
        if not head:
            return []
        places = {name: head.index(name) for name in columns if name in head}
        if columns[0] not in places:
            raise ValueError(Message("it has no column {name}", name=columns[0]))
        rows: list[list[str]] = []
        for line in lines:
            if len(rows) > bounds.TABLE_ROWS:
                raise ValueError(Message("it has more than {most:,} rows", most=bounds.TABLE_ROWS))
            if line:
                rows.append(line)
        if rows and not _whole(rows[-1], len(head)):
            rows.pop()
        found = [{n: _number(row, places.get(n)) for n in columns} for row in rows]
    except (csv.Error, ValueError) as error:
        known = error.args and isinstance(error.args[0], Message)
        reason = error.args[0] if known else Message("it is no table of numbers")
        raise Damaged.of(path, reason) from error
    return found


def _whole(row: list[str], width: int) -> bool:
    try:
        for cell in row:
            float(cell or "nan")
    except ValueError:
        return False
    return len(row) <= width


def _number(row: list[str], place: int | None) -> float:
    value = float(row[place] or "nan") if place is not None and place < len(row) else NAN
    return value if abs(value) <= bounds.LARGEST else NAN
