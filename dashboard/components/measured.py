"""Tables that the program measured and stored beside its runs; the pages only read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ae_core import runs
from ae_core.errors import UserError
from ae_core.files import read_json
from dashboard.components import library
from dashboard.i18n import t, translated

RATE, DENOISING = "rate_quality.json", "denoising.json"
_SCHEMA = 1


@dataclass(frozen=True)
class Table:
    """What was measured with one run on the test images of one data set."""

    run_id: str
    title: str
    data: str
    rows: tuple[Mapping[str, Any], ...]
    about: Mapping[str, Any] = field(default_factory=dict)  # the other entries of the block

    @property
    def key(self) -> str:
        """Tells tables apart: two runs may be measured on the same set."""
        return f"{self.run_id}/{self.data}"

    @property
    def images(self) -> int:
        """Number of test images behind every row."""
        return int(self.about.get("images") or 0)

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, C) of the images."""
        return tuple(int(side) for side in self.about.get("shape") or ())


def read(name: str, needed: tuple[str, ...]) -> tuple[list[Table], list[str]]:
    """Return every table stored under ``name``, shipped runs first, and a sentence per bad file.

    Args:
        name: the file in a run's folder.
        needed: numbers without which a row means nothing; rows that lack one are left out.
    """
    found, troubles = [], []
    for run in runs.list_runs():
        try:
            whole = read_json(run.folder / name)
        except FileNotFoundError:
            continue
        except UserError as error:
            troubles.append(translated(error))
            continue
        tables = _tables(run, whole, needed)
        if tables is None:
            troubles.append(t("rate.unreadable", file=name, run=run.id))
        else:
            found += tables
    return found, troubles


def number_of(row: Mapping[str, Any], name: str) -> float | None:
    """Return a finite number of a row, else None."""
    value = row.get(name)
    sound = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if sound else None


def _tables(run: runs.Run, whole: dict, needed: tuple[str, ...]) -> list[Table] | None:
    blocks = whole.get("tests")
    if whole.get("schema") != _SCHEMA or not isinstance(blocks, list):
        return None
    found = []
    for block in blocks:
        if not isinstance(block, dict) or not isinstance(block.get("rows"), list):
            return None
        rows = [r for r in block["rows"] if isinstance(r, dict)]
        sound = tuple(r for r in rows if all(number_of(r, n) is not None for n in needed))
        about = {k: v for k, v in block.items() if k != "rows"}
        if sound and isinstance(block.get("data"), str):
            found.append(Table(run.id, library.title(run), block["data"], sound, about))
    return found
