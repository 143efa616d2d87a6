"""Networks of one code size as points beside the curves of codecs, from their own figures.

A finished training has its `evaluation.json`: the bits of its code, counted both ways, and the
quality on all test images. So it stands in the chart without being measured again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ae_core import networks
from ae_core.evaluation import rate_peers
from ae_core.runs.tables import Table, has_bits


def added(tables: Iterable[Table], found: Iterable) -> list[Table]:
    """Return tables of rate and quality with the points of runs measured on the same test images.

    Args:
        found: runs; the own ones and the lecture's situations are added. One that a table has
            already is left as it is there.
    """
    measured = [(run, run.evaluation()) for run in found if _wanted(run)]
    clean = [(run, e) for run, e in measured if e and e["code"] and e["noise"]["kind"] == "none"]
    return [
        replace(table, rows=(*table.rows, *(row for one in clean for row in _rows(table, *one))))
        for table in tables
    ]


def _wanted(run) -> bool:
    kind = networks.kind(run.config.network)
    return kind.has_code and kind.one_task and (kind.one_size or not run.pretrained)


def _rows(table: Table, run, evaluation: dict) -> Iterator[dict]:
    """Give the nominal and the stored row of a run, where its test images are those of the table."""
    if any(row.get("run") == run.id for row in table.rows):
        return
    code = evaluation["code"]
    for test in evaluation["tests"]:
        images = test["data"], test.get("fingerprint")
        if images != (table.data, table.about.get("fingerprint")) or not test.get("stored"):
            continue
        stored = test["stored"]
        for accounting, bits, figures in (
            ("nominal", code["nominal_bits"], test["network"]),
            ("stored", stored["bits_per_image"], stored["summary"]),
        ):
            at = (run.id, code["values"], accounting, bits, table.shape, figures)
            row = rate_peers.place(*at) | rate_peers.by(run)
            if figures["psnr"] is not None and has_bits(row):
                yield row
