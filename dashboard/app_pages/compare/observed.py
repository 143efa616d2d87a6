"""What is to be seen in the curves of several trainings, in one sentence from these alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ae_core import networks, runs
from ae_core.networks import course
from dashboard.components import figures, library
from dashboard.i18n import as_text, number, t

Curve = dict[int, float]  # validation PSNR by epoch, where it is a number

_ALIKE_DB = 0.05  # less is not seen in figures of one decimal


def sentence(picked: Sequence[runs.Run]) -> str:
    """Return one sentence on the curves of runs, the most telling first; "" where there is nothing.

    PSNR is set beside PSNR only where the images and their noise are the same.
    """
    for run in picked:
        rows = run.history().to_dict("records")
        if (place := course.parted(rows, run.config)) is not None:
            about = {"title": _name(run), "epoch": int(rows[place]["epoch"])}
            about |= {"best": number(rows[place]["val_loss"], 4)}
            return t("compare.seen_parted", worse=number(rows[-1]["val_loss"], 4), **about)
    groups: dict[tuple, list[tuple[runs.Run, Curve]]] = {}
    for run in picked:
        config, found = run.config, curve(run)
        if found and networks.kind(config.network).one_task:
            groups.setdefault((config.data, config.noise), []).append((run, found))
    if len(picked) == 1:
        return _course(*picked)
    most = max(groups.values(), key=len, default=[])
    if len(most) < 2:
        return t("compare.seen_unlike") if len(groups) > 1 else ""
    sizes = {run.config.code for run, _ in most}
    return _sizes(most) if len(sizes) > 1 and 0 not in sizes else _ahead(most)


def curve(run: runs.Run) -> Curve:
    """Return a run's validation PSNR by epoch."""
    table = run.history()
    pairs = zip(table["epoch"], table["val_psnr"], strict=True)
    return {int(epoch): float(psnr) for epoch, psnr in pairs if math.isfinite(psnr)}


def ahead_since(best: Curve, other: Curve) -> int | None:
    """Return the epoch from which one curve is above another to their end, None: not at their end.

    Only epochs that both have count.
    """
    since = None
    for epoch in sorted(best.keys() & other.keys()):
        above = best[epoch] > other[epoch]
        since = (epoch if since is None else since) if above else None
    return since


def _course(run: runs.Run) -> str:
    """Say how far a single curve went, and by when half of it was done."""
    found = curve(run)
    if len(found) < 2:
        return ""
    start, first, last = min(found), found[min(found)], _last(found)
    about = {"title": _name(run), "epoch": max(found), "start": start}
    about |= {"first": figures.decibel(first, run.flat), "last": figures.decibel(last, run.flat)}
    if last - first < _ALIKE_DB:
        return t("compare.seen_one_lost", **about)
    half = min(epoch for epoch, psnr in found.items() if psnr - first >= (last - first) / 2)
    return t("compare.seen_one", half=half, **about)


def _sizes(group: list[tuple[runs.Run, Curve]]) -> str:
    """Say what the smallest code cost against the largest."""
    group = sorted(group, key=lambda pair: pair[0].config.code)
    (small, low), (large, high) = group[0], group[-1]
    lost = _last(high) - _last(low)
    about = {"small": _name(small), "large": _name(large), "lost": number(abs(lost), 1)}
    about |= {"few": t("unit.values", n=small.config.code)}
    about |= {"many": t("unit.values", n=large.config.code)}
    if lost <= 0:
        return t("compare.seen_size_gains_nothing", **about)
    each = lost / math.log2(large.config.code / small.config.code)
    return t("compare.seen_sizes", each=number(each, 1), **about)


def _ahead(group: list[tuple[runs.Run, Curve]]) -> str:
    """Say which ends highest, and since when it has been above the next."""
    (best, high), (second, low) = sorted(group, key=lambda pair: -_last(pair[1]))[:2]
    gain = _last(high) - _last(low)
    about = {"best": _name(best), "second": _name(second)}
    about["psnr"] = figures.decibel(_last(high), best.flat)
    if gain < _ALIKE_DB:
        return t("compare.seen_level", **about)
    about["gain"] = number(gain, 1)
    since = ahead_since(high, low)
    if since is None:
        return t("compare.seen_highest", **about)
    first = since == min(high.keys() & low.keys())
    return t("compare.seen_always" if first else "compare.seen_passed", epoch=since, **about)


def _last(found: Curve) -> float:
    return found[max(found)]


def _name(run: runs.Run) -> str:
    return as_text(library.title(run))
