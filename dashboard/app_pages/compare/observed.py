"""What is to be seen in the curves of several trainings, in one sentence from these alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ae_core import networks, runs
from ae_core.networks import course
from dashboard.components import figures, library
from dashboard.i18n import as_text, number, t

Curve = dict[int, float]  # validation PSNR by epoch, where it is a number

_ALIKE_DB = 0.05  # less is not seen in figures of one decimal


@dataclass(frozen=True)
class Trained:
    """A training with its curve, and the epoch whose network is kept."""

    run: runs.Run
    curve: Curve
    kept: int

    @property
    def psnr(self) -> float:
        """The validation PSNR of the network kept, in dB."""
        return self.curve[self.kept]


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
    groups: dict[tuple, list[Trained]] = {}
    for run in picked:
        found = curve(run)
        if found and networks.kind(run.config.network).one_task:
            alike = (library.images_of(run), run.config.noise)
            groups.setdefault(alike, []).append(Trained(run, found, _kept(run, found)))
    if len(picked) == 1:
        return _course(*picked)
    most, namesakes = max(groups.values(), key=len, default=[]), _namesakes(groups)
    if len(most) < 2:
        return namesakes or (t("compare.seen_unlike") if len(groups) > 1 else "")
    sizes = {one.run.config.code for one in most}
    said = _sizes(most) if len(sizes) > 1 and 0 not in sizes else _ahead(most)
    return " ".join(filter(None, [said, namesakes]))


def _namesakes(groups: dict[tuple, list[Trained]]) -> str:
    """Say of which trainings the images have one name and are others, "" of none.

    So it is where a set of one's own was replaced by another of its name between them.
    """
    first: dict[tuple, Trained] = {}
    for ((data, fingerprint), noise), (one, *_) in groups.items():
        if not fingerprint:  # nobody knows which images these were
            continue
        other = first.setdefault((data, noise), one)
        if other is not one:
            about = {"one": _name(other.run), "other": _name(one.run)}
            return t("compare.seen_namesakes", data=library.set_text(data), **about)
    return ""


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
    """Say how far a single training came, and by when half of it was done."""
    found = curve(run)
    if len(found) < 2:
        return ""
    start, first, kept = min(found), found[min(found)], _kept(run, found)
    gained = found[kept] - first >= _ALIKE_DB
    shown = kept if gained else max(found)
    about = {"title": _name(run), "epoch": shown, "start": start}
    about["first"] = figures.decibel(first, run.flat)
    about["last"] = figures.decibel(found[shown], run.flat)
    if not gained:  # a loss that falls without the PSNR rising is no loss of it either
        return t("compare.seen_one_lost", **about) if found[shown] < first + _ALIKE_DB else ""
    middle = (first + found[kept]) / 2
    half = min(epoch for epoch, psnr in found.items() if psnr >= middle)
    return t("compare.seen_one", half=half, **about)


def _sizes(group: list[Trained]) -> str:
    """Say what the smallest code cost against the largest."""
    group = sorted(group, key=lambda one: one.run.config.code)
    small, large = group[0].run, group[-1].run
    lost = group[-1].psnr - group[0].psnr
    about = {"small": _name(small), "large": _name(large), "lost": number(abs(lost), 1)}
    about |= {"few": t("unit.values", n=small.config.code)}
    about |= {"many": t("unit.values", n=large.config.code)}
    if lost <= 0:
        return t("compare.seen_size_gains_nothing", **about)
    each = lost / math.log2(large.config.code / small.config.code)
    return t("compare.seen_sizes", each=number(each, 1), **about)


def _ahead(group: list[Trained]) -> str:
    """Say whose network is the best, and since when its curve has been above the next."""
    best, second = sorted(group, key=lambda one: -one.psnr)[:2]
    high, low, gain = best.curve, second.curve, best.psnr - second.psnr
    about = {"best": _name(best.run), "second": _name(second.run)}
    about["psnr"] = figures.decibel(best.psnr, best.run.flat)
    if gain < _ALIKE_DB:
        return t("compare.seen_level", **about)
    about["gain"] = number(gain, 1)
    since = ahead_since(high, low)
    if since is None:
        return t("compare.seen_highest", **about)
    first = since == min(high.keys() & low.keys())
    return t("compare.seen_always" if first else "compare.seen_passed", epoch=since, **about)


def _kept(run: runs.Run, found: Curve) -> int:
    """Return the epoch whose network is kept, which counts; the last one where it has no figure."""
    rows = run.history().to_dict("records")
    place = course.best(rows, run.config)
    epoch = None if place is None else int(rows[place]["epoch"])
    return epoch if epoch in found else max(found)


def _name(run: runs.Run) -> str:
    return as_text(library.title(run))
