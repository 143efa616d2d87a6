"""Where results lie, and the only reader of them; the schema stands in the package's docstring."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ae_core import runs
from ae_core.errors import Message, UserError
from ae_core.files import read_json, unwritable, write_json
from ae_core.machine import provenance

SCHEMA = 1
AGREEMENT_DB = 0.1  # two devices whose PSNR differs by no more have learned the same

Result = dict[str, Any]


def measured() -> dict[str, list]:
    """Return all results that there are, the newest first.

    Returns:
        ``this_machine``: measured on a machine described as this one is, ``elsewhere``: by the
        user on another one, ``recorded``: shipped with the program; each a list of results. And
        ``problems``: a sentence for every file that cannot be used.
    """
    own, problems = _read_all(own_dir())
    recorded, more = _read_all(recorded_dir())
    here = provenance.machine()
    return {
        "this_machine": [r for r in own if _same_machine(r["machine"], here)],
        "elsewhere": [r for r in own if not _same_machine(r["machine"], here)],
        "recorded": recorded,
        "problems": problems + more,
    }


def own_dir() -> Path:
    """Folder of the results measured by the user."""
    return runs.artifacts_dir() / "measurements" / "devices" / "own"


def recorded_dir() -> Path:
    """Folder of the results that are shipped with the program."""
    return runs.artifacts_dir() / "measurements" / "devices" / "recorded"


def write(path: Path, result: Result) -> None:
    """Write a result so that a reader sees the old one or the new one, never a part.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, result)
    except OSError as error:
        raise unwritable(path.parent, error) from error


def read(path: Path) -> Result:
    """Read a result.

    Raises:
        UserError: it is missing, damaged, of another kind or another schema.
    """
    try:
        result = read_json(path)
    except FileNotFoundError as error:
        raise UserError("There is no measurement {path}.", path=path) from error
    if wrong := _fault(result):
        raise UserError(
            "{path} is no measurement of devices that can be used: {wrong}.",
            path=path.name,
            wrong=wrong,
        )
    return result


def _read_all(folder: Path) -> tuple[list[Result], list[str]]:
    found, problems = [], []
    for path in sorted(folder.glob("*.json")):
        if path.name.startswith("."):
            continue
        try:
            found.append(read(path))
        except UserError as error:
            problems.append(error.message)
    found.sort(key=lambda result: result["created"], reverse=True)
    return found, problems


def _same_machine(one: dict, other: dict) -> bool:
    """Compare what lasts: a new kernel is no new machine."""
    return all(one.get(name) == other.get(name) for name in ("cpu", "cores"))


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _figure(value: Any) -> bool:
    sound = isinstance(value, (int, float)) and not isinstance(value, bool)
    return sound and math.isfinite(value)


def _maybe(value: Any) -> bool:
    return value is None or _figure(value)


def _list(value: Any) -> bool:
    return isinstance(value, list)


_HEAD: dict[str, Callable[[Any], bool]] = {
    "id": _text,
    "state": _text,
    "note": _text,
    "created": _text,
    "finished": _text,
    "machine": lambda v: isinstance(v, dict),
    "versions": lambda v: isinstance(v, dict),
    "task": lambda v: isinstance(v, dict),
    "plan": lambda v: isinstance(v, dict),
    "load": _maybe,
    "shared_with": _list,
    "devices": _list,
    "sizes": _list,
    "cells": _list,
    "ratios": _list,
    "quality": _list,
}
_ROWS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "devices": {
        "id": _text,
        "name": _text,
        "kind": _text,
        "precision": _text,
        "driver": _text,
        "energy": _text,
        "problem": _text,
        "memory_bytes": _maybe,
        "threads": _maybe,
    },
    "sizes": {"name": _text, "width": _figure, "parameters": _maybe},
    "cells": {
        "device": _text,
        "size": _text,
        "batch": _figure,
        "state": _text,
        "reason": _text,
        "repeats": _list,
        "compile_seconds": _maybe,
        "images_per_second": _maybe,
        "images_per_second_low": _maybe,
        "images_per_second_high": _maybe,
        "seconds_per_epoch": _maybe,
        "joules_per_image": _maybe,
    },
    "ratios": {
        "device": _text,
        "against": _text,
        "size": _text,
        "batch": _figure,
        "ratio": _figure,
        "low": _figure,
        "high": _figure,
    },
    "quality": {
        "device": _text,
        "size": _text,
        "state": _text,
        "reason": _text,
        "psnr": _maybe,
        "difference_db": _maybe,
    },
}


def _fault(result: Result) -> str:
    """Say what makes a file none of ours; nothing where it is sound."""
    if result.get("kind") != "devices" or result.get("schema") != SCHEMA:
        return Message("it is not of the kind devices with schema {schema}", schema=SCHEMA)
    for name, sound in _HEAD.items():
        if name not in result or not sound(result[name]):
            return Message("its entry {name!r} is missing or of another type", name=name)
    for table, columns in _ROWS.items():
        for row in result[table]:
            if not isinstance(row, dict):
                return Message("its table {table!r} has a row that is no object", table=table)
            for name, sound in columns.items():
                if name not in row or not sound(row[name]):
                    return Message(
                        "its table {table!r} has a row without a sound {name!r}",
                        table=table,
                        name=name,
                    )
    return ""
