"""What is to be seen at the point that is marked in the chart, from the two points and the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ae_core.runs.tables import Table, number_of
from dashboard.app_pages.rate import chart, curves
from dashboard.app_pages.rate.curves import Row
from dashboard.components import figures
from dashboard.i18n import as_text, number, t

_ALIKE_DB = 0.05  # less is not seen in figures of one decimal
_ALIKE_BYTES = 0.03  # of the bytes: no point lies exactly below another


def sentence(table: Table, count: str, marked: Sequence[Row]) -> str:
    """Return in words which of two marked rows is better, for what, and what its dB cost the other.

    ``count`` is the view's. "" where there are not two, or a figure of theirs is missing.
    """
    if len(marked) != 2 or any(number_of(r, n) is None for r in marked for n in _NEEDED):
        return ""
    best, other = sorted(marked, key=lambda row: (-row["psnr"], row["bits_per_image"]))
    about = {"best": _name(best), "other": _name(other), "psnr": figures.of_summary(best)}
    about |= {"bytes": chart.bytes_text(best), "gain": number(best["psnr"] - other["psnr"], 1)}
    share = best["bits_per_image"] / other["bits_per_image"] - 1
    about["percent"] = number(100 * abs(share), 0)
    way = "as_many" if abs(share) < _ALIKE_BYTES else "more" if share > 0 else "fewer"
    if best["psnr"] - other["psnr"] < _ALIKE_DB:
        said = t(f"rate.seen_alike_{way}", **about)
    else:
        said = t(f"rate.seen_{way}", **about) + _cost(table, count, best, other)
    return said[0].upper() + said[1:]


_NEEDED = ("psnr", "bits_per_image")


def _cost(table: Table, count: str, best: Row, other: Row) -> str:
    """Say what the other's own curve asks for the quality of the better."""
    about = {"other": _name(other), "psnr": figures.of_summary(best)}
    bits = bits_for(curves.curve(table, str(other["codec"]), count), best["psnr"])
    if bits is None:
        return t("rate.seen_unreached", **about)
    share = bits / best["bits_per_image"] - 1
    about |= {"bytes": number(bits / 8, 1), "percent": number(100 * abs(share), 0)}
    return t("rate.seen_costs_more" if share > 0 else "rate.seen_costs_less", **about)


def bits_for(rows: Sequence[Row], psnr: float) -> float | None:
    """Return the bits at which a curve first has so many dB, between points by their logarithm.

    None where it never has, or begins above.
    """
    sound = [row for row in rows if all(number_of(row, name) is not None for name in _NEEDED)]
    for low, high in zip(sound, sound[1:], strict=False):
        if low["psnr"] <= psnr <= high["psnr"] and high["psnr"] > low["psnr"]:
            part = (psnr - low["psnr"]) / (high["psnr"] - low["psnr"])
            ends = [math.log(row["bits_per_image"]) for row in (low, high)]
            return math.exp(ends[0] + part * (ends[1] - ends[0]))
    return None


def _name(row: Row) -> str:
    codec = str(row["codec"])
    return as_text(t("rate.seen_ours") if codec == "ours" else chart.label(codec))
