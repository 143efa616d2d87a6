"""Two rate-quality curves in one number: how many bits one codec saves at equal quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_POINTS = 4
LEAST_DB = 2.0  # of common quality: a mean over less hangs on two ends that happen to meet
FROM_DB, TO_DB = 24.0, 34.0  # where `fewer_bits_everywhere` looks


@dataclass(frozen=True)
class Saving:
    """Bits of a against b: `percent` (below 0: a needs fewer), over `from_db` to `to_db`.

    `fewer_bits_everywhere`: a needs fewer bits at every quality from 24 to 34 dB that both reach;
    None where they reach too little of these.
    """

    percent: float
    from_db: float
    to_db: float
    fewer_bits_everywhere: bool | None


def bd_rate(bits_a, psnr_a, bits_b, psnr_b) -> Saving | None:
    """Average difference of bits at equal PSNR, by Bjøntegaard (2001), VCEG-M33.

    The logarithm of the bits as a function of the PSNR, integrated over the qualities that both
    reach; between the points monotone cubics (Fritsch & Carlson 1980) instead of one polynomial,
    as the video coding groups compute it now. Points that another of the same curve beats in both
    bits and quality are left out, for nobody would choose them.

    Args:
        bits_a, psnr_a, bits_b, psnr_b: equally long sequences for each codec; bits above 0.

    Returns:
        None for fewer than four points that count, or less than LEAST_DB of common quality.
    """
    a, b = best(bits_a, psnr_a), best(bits_b, psnr_b)
    if min(len(a), len(b)) < LEAST_POINTS:
        return None
    low, high = max(a[0, 0], b[0, 0]), min(a[-1, 0], b[-1, 0])
    if high - low < LEAST_DB:
        return None
    a, b = _curve(a), _curve(b)
    mean = (a.integrate(low, high) - b.integrate(low, high)) / (high - low)
    start, stop = max(low, FROM_DB), min(high, TO_DB)
    everywhere = None
    if stop - start >= LEAST_DB:
        at = np.linspace(start, stop, 1 + int(np.ceil((stop - start) / 0.05)))
        everywhere = bool((a(at) < b(at)).all())
    return Saving(float(100 * np.expm1(mean)), float(low), float(high), everywhere)


def given(line: Mapping[str, Any]) -> bool:
    """Whether a line of a file tells a saving; older files have some over too little as well."""
    return line["percent"] is not None and line["to_db"] - line["from_db"] >= LEAST_DB


def stretch(line: Mapping[str, Any]) -> tuple[float, float] | None:
    """From and to how many dB a line of a file says fewer bits everywhere; None where it does not."""
    if not given(line) or not line.get("fewer_bits_everywhere"):
        return None
    start, stop = max(line["from_db"], FROM_DB), min(line["to_db"], TO_DB)
    return (start, stop) if stop - start >= LEAST_DB else None


def best(bits, psnr) -> np.ndarray:
    """Points (PSNR, log bits), both rising: float64 (n, 2); those beaten by another are left out."""
    points = np.column_stack([np.asarray(psnr, float), np.asarray(bits, float)])
    points = points[np.isfinite(points).all(axis=1) & (points[:, 1] > 0)]
    kept: list[np.ndarray] = []
    for point in sorted(points, key=lambda p: (p[1], -p[0])):
        if not kept or point[0] > kept[-1][0]:
            kept.append(point)
    found = np.array(kept).reshape(-1, 2)
    return np.column_stack([found[:, 0], np.log(found[:, 1])])


def _curve(points: np.ndarray):
    from scipy.interpolate import PchipInterpolator

    return PchipInterpolator(points[:, 0], points[:, 1])
