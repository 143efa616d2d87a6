"""Whether a picture is unlike all that a network was trained on. Pure NumPy: no network is asked.

A picture is far where its distance to the nearest of some training pictures is greater than that of
99 of 100 test pictures. Both are compared at half their size, so that a shift by a pixel counts
little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae_core import data
from ae_core.errors import UserError

TRAIN, TEST = 2000, 400  # pictures compared with, and pictures that set the limit
SHARE = 99  # of 100 test pictures are nearer than the limit


def far(x: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return for each of ``x``, uint8 (N, H, W, C), whether it is far from every one of the sets.

    Sets that are not on this machine are passed over; without any, no picture is called far.
    """
    ratios = []
    for name in names:
        try:
            seen, limit = _reference(name)
        except UserError:
            continue
        ratios.append(_nearest(_halved(x), seen) / limit)
    return np.min(ratios, axis=0) > 1 if ratios else np.zeros(len(x), bool)


@st.cache_data(max_entries=6, show_spinner=False)
def _reference(name: str) -> tuple[np.ndarray, float]:
    """Return training pictures, float32 (N, D), and the distance that few test pictures exceed."""
    found = data.load(name)
    seen = _halved(found.train.x[:TRAIN])
    return seen, float(np.percentile(_nearest(_halved(found.test.x[:TEST]), seen), SHARE))


def _halved(x: np.ndarray) -> np.ndarray:
    """Return the means of 2×2 pixels, uint8 (N, H, W, C) → float32 (N, H/2 * W/2 * C) in [0, 1]."""
    n, height, width, channels = x.shape
    parts = x.reshape(n, height // 2, 2, width // 2, 2, channels).astype(np.float32)
    return parts.mean(axis=(2, 4)).reshape(n, -1) / 255


def _nearest(x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return (N,), the Euclidean distance of each of ``x`` to the nearest of ``seen``."""
    squares = (x**2).sum(axis=1)[:, None] + (seen**2).sum(axis=1)[None] - 2 * x @ seen.T
    return np.sqrt(np.maximum(squares, 0).min(axis=1))
