"""From timed repeats to the figures of a result; pure functions on plain data."""

from __future__ import annotations

import csv
import io
from statistics import median

from ae_core.evaluation.bench.plan import AGAINST, EPOCH_IMAGES
from ae_core.evaluation.bench.schema import Result
from ae_core.evaluation.bench.store import AGREEMENT_DB

_FIGURES = (
    *("compile_seconds", "steps_per_execution", "images_per_second", "images_per_second_low"),
    *("images_per_second_high", "seconds_per_epoch", "joules_per_image"),
)
_ALONE = {"against": None, "difference_db": None, "agrees": None}  # quality, not compared


def hardware(result: Result) -> str:
    """Name what a result was measured on: its graphics cards, and the processor beside them."""
    cards = dict.fromkeys(row["name"] for row in result["devices"] if row["kind"] == "gpu")
    return ", ".join([*cards, result["machine"].get("cpu") or "–"])


def measured_cell(name: dict, prepared: dict, repeats: list[dict]) -> dict:
    """Return a cell of the result from its repeats, of which there is at least one.

    Args:
        name: device, size and batch.
        prepared: compile_seconds and steps_per_execution.
        repeats: each with steps, images, seconds and joules (or None).
    """
    repeats = [r | {"images_per_second": r["images"] / r["seconds"]} for r in repeats]
    speeds = [r["images_per_second"] for r in repeats]
    joules = [r["joules"] for r in repeats]
    counted = all(j is not None for j in joules)
    return name | {
        "state": "measured",
        "reason": "",
        "compile_seconds": prepared["compile_seconds"],
        "steps_per_execution": prepared["steps_per_execution"],
        "repeats": repeats,
        "images_per_second": median(speeds),
        "images_per_second_low": min(speeds),
        "images_per_second_high": max(speeds),
        "seconds_per_epoch": EPOCH_IMAGES / median(speeds),
        "joules_per_image": sum(joules) / sum(r["images"] for r in repeats) if counted else None,
    }


def skipped_cell(name: dict, reason: str) -> dict:
    """Return a cell without figures, and why it has none."""
    return name | {"state": "skipped", "reason": reason, "repeats": []} | dict.fromkeys(_FIGURES)


def ratios(cells: list[dict]) -> list[dict]:
    """Compare every device with the CPU: repeat by repeat, then median, lowest and highest."""
    base = {(c["size"], c["batch"]): c for c in cells if c["device"] == AGAINST}
    found = []
    for cell in cells:
        other = base.get((cell["size"], cell["batch"]))
        if cell["device"] == AGAINST or other is None:
            continue
        pairs = zip(cell["repeats"], other["repeats"], strict=False)
        each = [mine["images_per_second"] / its["images_per_second"] for mine, its in pairs]
        if each:
            name = {key: cell[key] for key in ("device", "size", "batch")}
            figures = {"ratio": median(each), "low": min(each), "high": max(each)}
            found.append(name | {"against": AGAINST} | figures)
    return found


def quality_row(device: str, size: str, psnr: float | None, reason: str = "") -> dict:
    """Return a row of the quality table; :func:`agree` compares it."""
    return {
        "device": device,
        "size": size,
        "state": "skipped" if psnr is None else "measured",
        "reason": reason,
        "psnr": psnr,
        **_ALONE,
    }


def agree(rows: list[dict]) -> list[dict]:
    """Return the rows with their differences from the CPU's, where both were measured."""
    base = {row["size"]: row["psnr"] for row in rows if row["device"] == AGAINST}
    found = []
    for row in rows:
        other = base.get(row["size"])
        if row["device"] == AGAINST or row["psnr"] is None or other is None:
            found.append(row | _ALONE)
            continue
        difference = row["psnr"] - other
        agrees = abs(difference) <= AGREEMENT_DB
        found.append(row | {"against": AGAINST, "difference_db": difference, "agrees": agrees})
    return found


def compared(result: Result) -> dict[tuple[str, str, int], dict]:
    """Return the comparisons of a result with the CPU by device, size and batch."""
    return {(r["device"], r["size"], r["batch"]): r for r in result["ratios"]}


def as_csv(result: Result) -> str:
    """Return the cells of a result, a line each, with ratio and quality beside them."""
    ratios_ = compared(result)
    psnr = {(q["device"], q["size"]): q["psnr"] for q in result["quality"]}
    maps = {s["name"]: s for s in result["sizes"]}
    columns = (
        *("cpu", "device", "size", "parameters", "batch", "state", "reason", *_FIGURES),
        *("ratio_to_cpu", "ratio_low", "ratio_high", "psnr_after_equal_epochs"),
    )
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for cell in result["cells"]:
        ratio = ratios_.get((cell["device"], cell["size"], cell["batch"]), {})
        writer.writerow(
            cell
            | {
                "cpu": result["machine"].get("cpu"),
                "parameters": maps.get(cell["size"], {}).get("parameters"),
                "ratio_to_cpu": ratio.get("ratio"),
                "ratio_low": ratio.get("low"),
                "ratio_high": ratio.get("high"),
                "psnr_after_equal_epochs": psnr.get((cell["device"], cell["size"])),
            }
        )
    return lines.getvalue()
