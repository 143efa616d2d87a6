"""The CPU against the GPU in a report: what was measured here, and what was recorded elsewhere."""

from __future__ import annotations

from operator import itemgetter

from ae_core.evaluation import bench
from ae_core.report import tables
from ae_core.report.wording import Words, markup

COMMAND = "python -m ae_core bench devices"


def devices(words: Words) -> str:
    """Return a table and a sentence for each machine measured, or how to measure this one."""
    found = bench.measured()
    here = [one for one in found["this_machine"] if _cells(one)][:1]
    others = [one for one in found["elsewhere"] + found["recorded"] if _cells(one)]
    parts = [] if here else [f"<p>{markup(words('bench.not_here'))} <code>{COMMAND}</code></p>"]
    if not here and not others:
        parts.append(f"<p>{markup(words('bench.none'))}</p>")
    return "".join([*parts, *(_result(words, one) for one in [*here, *others])])


def _result(words: Words, result: dict) -> str:
    named = {one["id"]: one for one in result["devices"]}
    compared = bench.compared(result)
    rows = []
    for cell in _fastest(result):
        ratio = compared.get((cell["device"], cell["size"], cell["batch"]))
        joules = cell["joules_per_image"]
        rows.append(
            (
                words.get(f"bench.{cell['size']}", cell["size"]),
                _device(named, cell["device"]),
                words.number(cell["batch"]),
                _span(words, cell),
                words.short(cell["seconds_per_epoch"]),
                "–" if ratio is None else words.short(ratio["ratio"]),
                "–" if joules is None else words.short(joules),
            )
        )
    head = "network device batch images_per_second epoch_seconds to_cpu joules"
    machine, day = bench.hardware(result), result["created"][:10]
    caption = words(
        "caption.bench", machine=machine, day=day, n=words.number(result["plan"].get("repeats") or 1)
    )
    said = [_sentence(words, result, named), *_notes(words, result)]
    return (
        tables.table(tables.columns(words, head), rows, caption) + f"<p>{markup(' '.join(said))}</p>"
    )


def _sentence(words: Words, result: dict, named: dict[str, dict]) -> str:
    """Say where a GPU gains most over the CPU, and where least; or that there was none."""
    gpus = [r for r in result["ratios"] if named.get(r["device"], {}).get("kind") == "gpu"]
    if not gpus:
        return words("bench.only_cpu")
    best, least = max(gpus, key=itemgetter("ratio")), min(gpus, key=itemgetter("ratio"))
    return words(
        "bench.gain",
        device=_device(named, best["device"]),
        most=words.short(best["ratio"]),
        most_at=_where(words, best),
        least=words.short(least["ratio"]),
        least_at=_where(words, least),
    )


def _notes(words: Words, result: dict) -> list[str]:
    """What must be known to trust the figures: other work, an early end, devices that failed."""
    notes = [words.translated(one["problem"]) for one in result["devices"] if one["problem"]]
    if result["state"] != "finished":
        notes.append(words("bench.interrupted"))
    if result["shared_with"]:
        notes.append(words("bench.shared"))
    return notes


def _fastest(result: dict) -> list[dict]:
    """Return for each network and device the batch that it was fastest with."""
    cells = sorted(_cells(result), key=itemgetter("images_per_second"))
    best = {(cell["size"], cell["device"]): cell for cell in cells}
    ways = dict.fromkeys((cell["size"], cell["device"]) for cell in _cells(result))
    return [best[way] for way in ways]


def _cells(result: dict) -> list[dict]:
    figures = ("images_per_second", "seconds_per_epoch")
    measured = [cell for cell in result["cells"] if cell["state"] == "measured"]
    return [cell for cell in measured if None not in map(cell.get, figures)]


def _span(words: Words, cell: dict) -> str:
    low, high = cell["images_per_second_low"], cell["images_per_second_high"]
    span = "" if None in (low, high) else f" ({words.number(low)}–{words.number(high)})"
    return words.number(cell["images_per_second"]) + span


def _device(named: dict[str, dict], device: str) -> str:
    known = named.get(device, {}).get("name")
    return f"{device}: {known}" if known else device


def _where(words: Words, ratio: dict) -> str:
    size = words.get(f"bench.{ratio['size']}", ratio["size"])
    return words("bench.where", size=size, batch=words.number(ratio["batch"]))
