"""Questions to a table of rates and qualities; pure functions, nothing is measured here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from ae_core.baselines.codecs import ACCOUNTINGS
from ae_core.drawing import inks
from ae_core.evaluation import bd_rate
from ae_core.runs.tables import Table, number_of
from dashboard.components import theme

COUNTS = ACCOUNTINGS  # how a classical codec's bytes may be counted
OWN_COUNTS = ("archive", "stored", "nominal")  # ... and those of networks and PCA, best known first
AXES = {"bits": "bits_per_image", "bpp": "bpp", "ratio": "ratio"}
QUALITIES = ("psnr", "ssim")
START_DB = 30.0  # the first view compares where small images begin to look right

Row = dict[str, Any]


def counts(table: Table) -> list[str]:
    """Return the accountings of classical codecs that the table has."""
    there = {row.get("accounting") for row in table.rows}
    return [name for name in COUNTS if name in there]


def qualities(table: Table) -> list[str]:
    """Return the measures of quality that the table has."""
    there = [y for y in QUALITIES if any(number_of(row, y) is not None for row in table.rows)]
    return there or list(QUALITIES[:1])


def codecs(table: Table) -> list[str]:
    """Return the codecs of the table: ours, then as they are listed in the look, then the rest."""
    there = dict.fromkeys(str(row.get("codec")) for row in table.rows)
    order = ["ours", *[name for name in theme.CODECS if name != "ours"]]
    place = {name: i for i, name in enumerate(order)}
    return sorted(there, key=lambda n: place.get(n.removesuffix(inks.FULL_COLOUR), len(order)))


def curve(table: Table, codec: str, count: str) -> list[Row]:
    """Return a codec's rows from few bits to many: counted as asked, else as it can be."""
    own = [row for row in table.rows if row.get("codec") == codec]
    there = {row.get("accounting") for row in own}
    for name in (count, *OWN_COUNTS, *COUNTS):
        if name in there:
            return _sorted(row for row in own if row.get("accounting") == name)
    return _sorted(own)


def by_codec(table: Table, count: str) -> dict[str, list[Row]]:
    """Return the curve of every codec that has several settings."""
    alone = points(table)
    return {c: curve(table, c, count) for c in codecs(table) if c not in alone}


def points(table: Table) -> dict[str, list[Row]]:
    """Return nominal and stored row of each network whose code has one size, as far as measured."""
    found: dict[str, list[Row]] = {}
    for row in table.rows:
        if row.get("accounting") in ("nominal", "stored"):
            found.setdefault(str(row["codec"]), []).append(row)
    alone = {c: rows for c, rows in found.items() if len({r.get("setting") for r in rows}) == 1}
    order = ("nominal", "stored")
    return {c: sorted(rows, key=lambda r: order.index(r["accounting"])) for c, rows in alone.items()}


def nearest(rows: Sequence[Row], name: str, wanted: float) -> Row | None:
    """Return the row whose ``name`` lies nearest to ``wanted``; for bits, by their ratio."""
    known = [row for row in rows if number_of(row, name) is not None]
    if not known:
        return None
    if name == "bits_per_image":
        return min(known, key=lambda r: max(r[name], wanted) / max(1e-9, min(r[name], wanted)))
    return min(known, key=lambda r: abs(r[name] - wanted))


def best(table: Table, goal: str, limit: float) -> list[tuple[str, Row | None]]:
    """Return the best row for each accounting, ours first; None where nothing reaches the goal.

    Args:
        goal: "bytes": most dB within ``limit`` bytes an image; "db": fewest bits for ``limit`` dB.
    """
    there = {str(row.get("accounting")) for row in table.rows}
    found = []
    for name in (*OWN_COUNTS[:1], *COUNTS, *OWN_COUNTS[1:]):
        if name in there:
            rows = [row for row in table.rows if row.get("accounting") == name]
            found.append((name, _best(rows, goal, limit)))
    return found


def savings(table: Table, count: str) -> list[Row]:
    """Return ours against each codec at equal quality (Bjontegaard), the closest rival first."""
    found = [line for line in _beside(table, count) if bd_rate.given(line)]
    return sorted(found, key=lambda line: -line["percent"])


def apart(table: Table, count: str) -> list[str]:
    """Return the codecs whose curve has too little quality in common with ours, where we have one."""
    if "ours" not in codecs(table):
        return []
    return [str(line["against"]) for line in _beside(table, count) if not bd_rate.given(line)]


def _beside(table: Table, count: str) -> list[Row]:
    return [
        line
        for line in table.about.get("bd_rate") or ()
        if line["codec"] == "ours" and line["against_accounting"] in (count, "archive")
    ]


def as_csv(table: Table) -> str:
    """Return all rows of the table, whatever is shown, one line each."""
    columns = list(dict.fromkeys(name for row in table.rows for name in row))
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows)
    return lines.getvalue()


def _best(rows: Sequence[Row], goal: str, limit: float) -> Row | None:
    if goal == "bytes":
        fit = [row for row in rows if row["bits_per_image"] <= 8 * limit]
        return max(fit, key=lambda r: (r["psnr"], -r["bits_per_image"]), default=None)
    fit = [row for row in rows if row["psnr"] >= limit]
    return min(fit, key=lambda r: (r["bits_per_image"], -r["psnr"]), default=None)


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["bits_per_image"])
