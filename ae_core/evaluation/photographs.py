"""What was measured on photographs, and what each codec costs there in time and memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ae_core import runs

ID = "photographs"
_NEEDED = ("bpp", "encode_ms", "decode_ms", "memory_mb")


@dataclass(frozen=True)
class Measured:
    """What was measured on photographs: a folder among the measurements."""

    folder: Path
    id: str = ID


def measured() -> Measured:
    """Return the measurement that comes with the program."""
    return Measured(runs.artifacts_dir() / "measurements" / ID)


@dataclass(frozen=True)
class Cost:
    """Processor seconds a megapixel, mean over the settings, and the most megabytes at any."""

    encode: float
    decode: float
    memory_mb: float


def costs(rows: Iterable[Mapping[str, Any]]) -> dict[str, Cost]:
    """Return what each codec costs, in the order of the rows; without those that were not timed."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if all(row.get(name) is not None for name in _NEEDED):
            found.setdefault(row["codec"], []).append(row)
    return {codec: _cost(own) for codec, own in found.items()}


def _cost(rows: list[Mapping[str, Any]]) -> Cost:
    # A millisecond a pixel is 1,000 seconds a megapixel.
    spent = {
        name: [1e3 * row[name] * row["bpp"] / row["bits_per_image"] for row in rows]
        for name in ("encode_ms", "decode_ms")
    }
    means = (sum(seconds) / len(seconds) for seconds in spent.values())
    return Cost(*means, max(row["memory_mb"] for row in rows))
