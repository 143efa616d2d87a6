"""Whether an image is unlike all that a network was trained on. Pure NumPy: no network is asked.

Six measures of an image are compared with those of test images of the set: brightness, contrast,
edges, the share of middle tones, the distance to the nearest of some training images, and what
principal components of these leave over, both at half the size. An image is far where one measure
lies outside the range of all but one in 400 of them at either end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ae_core.data import Dataset

TRAIN, TEST = 2000, 1000  # images compared with, and images that set the ranges
COMPONENTS = 60
_BEYOND = 0.25  # percent of the known images, at either end
_MIDDLE = (48, 208)  # tones that are neither dark nor light, 0-255


@dataclass(frozen=True)
class Known:
    """Training images, float32 (N, D), their mean and components, and each measure's range."""

    seen: np.ndarray
    mean: np.ndarray
    components: np.ndarray
    low: np.ndarray
    high: np.ndarray


def learn(found: Dataset) -> Known:
    """Return what the images of a data set are like."""
    seen = _halved(found.train.x[:TRAIN])
    mean = seen.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((seen - mean).T))
    components = axes[:, ::-1][:, :COMPONENTS].T.astype(np.float32)
    measured = _measures(found.test.x[:TEST], seen, mean, components)
    low, high = np.percentile(measured, (_BEYOND, 100 - _BEYOND), axis=0)
    low[4:] = 0  # no image is too near
    return Known(seen, mean, components, low, high)


def far(x: np.ndarray, sets: Sequence[Known]) -> np.ndarray:
    """Return for each of ``x``, uint8 (N, H, W, C), whether it is far from every one of the sets.

    Without any set, no image is called far.
    """
    answers = []
    for known in sets:
        found = _measures(x, known.seen, known.mean, known.components)
        answers.append(((found < known.low) | (found > known.high)).any(axis=1))
    return np.all(answers, axis=0) if answers else np.zeros(len(x), bool)


def _measures(
    x: np.ndarray, seen: np.ndarray, mean: np.ndarray, components: np.ndarray
) -> np.ndarray:
    from scipy.spatial.distance import cdist  # slow to load

    values = x.astype(np.float32)
    down, right = np.abs(np.diff(values, axis=1)), np.abs(np.diff(values, axis=2))
    middle = (x > _MIDDLE[0]) & (x < _MIDDLE[1])
    small = _halved(x)
    rest = small - mean
    rest = rest - (rest @ components.T) @ components
    per_image = (1, 2, 3)
    return np.stack(
        [
            values.mean(axis=per_image),
            values.std(axis=per_image),
            down.mean(axis=per_image) + right.mean(axis=per_image),
            middle.mean(axis=per_image),
            cdist(small, seen).min(axis=1),
            np.sqrt((rest**2).sum(axis=1)),
        ],
        axis=1,
    )


def _halved(x: np.ndarray) -> np.ndarray:
    """Return the means of 2×2 pixels, uint8 (N, H, W, C) → float32 (N, H/2 * W/2 * C) in [0, 1]."""
    n, height, width, channels = x.shape
    parts = x.reshape(n, height // 2, 2, width // 2, 2, channels)
    return parts.mean(axis=(2, 4), dtype=np.float32).reshape(n, -1) / 255
