"""What is to be seen of the denoisers, in one sentence: in the images shown, and in the curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ae_core.images import metrics
from dashboard.app_pages.denoise import chart, compute
from dashboard.app_pages.denoise.compute import Cleaned
from dashboard.components import figures
from dashboard.i18n import as_text, number, short, t

_ALIKE_DB = 0.05  # less is not seen in figures of one decimal
Rows = Sequence[Mapping]


def sentence(
    x: np.ndarray, x_noisy: np.ndarray, cleaned: Sequence[Cleaned], names: Mapping[str, str]
) -> str:
    """Return how the best network shown and the best classical method stand to each other.

    Args:
        x, x_noisy: the images shown, uint8 (N, H, W, C).
        cleaned: what each method made of them.
        names: what the networks are called, by run.
    """
    noisy, psnr = (
        metrics.psnr(x, x_noisy),
        {c.method + c.run: metrics.psnr(x, c.x_hat) for c in cleaned},
    )
    if not cleaned or not all(np.isfinite(found).all() for found in (noisy, *psnr.values())):
        return ""  # there is no mean where an image is identical

    def of(one: Cleaned) -> np.ndarray:
        return psnr[one.method + one.run]

    def _name(one: Cleaned) -> str:
        return as_text(names.get(one.run) or chart.label(one.method))

    def mean(one: Cleaned) -> float:
        return float(of(one).mean())

    ours = max((c for c in cleaned if c.run), key=mean, default=None)
    peer = max((c for c in cleaned if not c.run), key=mean, default=None)
    best = max(cleaned, key=mean)
    if mean(best) <= noisy.mean():
        return t("denoise.seen_worse", psnr=figures.mean_decibel(noisy, metrics.are_flat(x)))
    if ours is None or peer is None:
        gain = number(mean(best) - float(noisy.mean()), 1)
        return t("denoise.seen_alone", best=_name(best), gain=gain)
    gain = mean(ours) - mean(peer)
    about = {"ours": _name(ours), "peer": _name(peer), "gain": number(abs(gain), 1)}
    ahead = int((of(ours) > of(peer)).sum())
    about |= {"n": ahead, "total": len(x)}
    way = "level" if abs(gain) < _ALIKE_DB else "ahead" if gain > 0 else "behind"
    return t(f"denoise.seen_{way}", **about)


def of_curves(curves: Mapping[str, Rows]) -> str:
    """Return from which level on the first network leads the best classical method, or by how much.

    Args:
        curves: rows by method and level (see :func:`dashboard.app_pages.denoise.chart.curves`).
    """
    ours = next((m for m in curves if m in compute.NETWORKS), None)
    peers = [m for m in curves if m not in (*compute.NETWORKS, "noisy")]
    if ours is None or not peers:
        return ""
    rival: dict[float, float] = {}
    for row in (row for m in peers for row in curves[m] if row["psnr"] is not None):
        rival[row["sigma"]] = max(row["psnr"], rival.get(row["sigma"], row["psnr"]))
    lead = {
        row["sigma"]: row["psnr"] - rival[row["sigma"]]
        for row in curves[ours]
        if row["psnr"] is not None and row["sigma"] in rival
    }
    if not lead:
        return ""
    least, most = min(lead, key=lead.get), max(lead, key=lead.get)
    about = {"ours": as_text(chart.label(ours)), "low": short(least), "high": short(most)}
    about |= {"least": number(abs(lead[least]), 1), "most": number(abs(lead[most]), 1)}
    if lead[least] > 0:
        return t("denoise.seen_everywhere", **about)
    if lead[most] <= 0:
        return t("denoise.seen_nowhere", **about)
    levels = sorted(lead)
    since = next(k for k, level in enumerate(levels) if lead[level] > 0)
    if all(lead[level] > 0 for level in levels[since:]):
        return t("denoise.seen_since", since=short(levels[since]), **about)
    return t("denoise.seen_somewhere", n=sum(v > 0 for v in lead.values()), total=len(lead), **about)
