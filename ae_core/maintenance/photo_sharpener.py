"""Fit the filters that a photograph's decoder ends with: least squares, for each kind of place."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ae_core.codec.photo import picture, sharpen
from ae_core.codec.photo.sharpen import KINDS, MARGIN, MOST, ONE, PLANES, RADII, RATES, Sharpener

CAUTION = (
    400.0  # squared steps that are added to each neighbour's own: filters of few places stay small
)


def fit(pairs: Iterable[tuple[np.ndarray, np.ndarray, int]]) -> Sharpener:
    """Return the filters that bring decoded photographs closest to what they were.

    Args:
        pairs: (original, decoded but not sharpened, level), uint8 (H, W, 3) both.
    """
    rates = len(RATES) + 1
    taps = [(2 * radius + 1) ** 2 - 1 for radius in RADII]
    products = [np.zeros((rates, KINDS, n, n)) for n in taps]
    answers = [np.zeros((rates, KINDS, n)) for n in taps]
    for original, decoded, level in pairs:
        step, rate = picture.step_of(level), np.searchsorted(RATES, level, "right")
        for x, x_hat in _views(original, decoded):
            wide = np.pad(x_hat, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "edge")
            seen = sharpen.planes(wide)
            kind = sharpen.kinds(seen[0], step).ravel()
            members = np.argsort(kind, kind="stable")
            ends = np.searchsorted(kind[members], np.arange(KINDS + 1))
            wanted = (x.astype(np.float32) - x_hat) @ PLANES.T.astype(np.float32) / step
            wanted = wanted.reshape(-1, 3)
            for i, radius in enumerate(RADII):
                around = sharpen.neighbours(seen[i], radius) / step
                for number in np.flatnonzero(np.diff(ends)):
                    some = members[ends[number] : ends[number + 1]]
                    part = around[:, some]
                    products[i][rate, number] += part @ part.T
                    answers[i][rate, number] += part @ wanted[some, i]
    filters = tuple(_solved(a, b) for a, b in zip(products, answers, strict=True))
    for plane in filters:
        plane[-1] = 0  # at the finest steps there is nothing to gain, and something to lose
    return Sharpener(filters)


def _views(x: np.ndarray, x_hat: np.ndarray):
    """Give a picture as it is and on its side, so that no direction has fewer places than another."""
    yield x, x_hat
    yield x[:, ::-1].swapaxes(0, 1), x_hat[:, ::-1].swapaxes(0, 1)


def _solved(products: np.ndarray, answers: np.ndarray) -> np.ndarray:
    size = answers.shape[-1]
    found = np.linalg.solve(products + CAUTION * np.eye(size), answers[..., None])[..., 0]
    total = np.abs(found).sum(axis=-1, keepdims=True) * ONE
    found *= np.minimum(1, (MOST - size) / np.maximum(total, 1))
    return np.rint(found * ONE).astype(np.int32)
