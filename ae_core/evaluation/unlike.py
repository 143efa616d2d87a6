"""Images that a network reconstructs badly: a sign that they are unlike those it was trained on.

An autoencoder learns to keep what its training images have in common, so that an image without that
comes back with a larger error (Japkowicz, Myers & Gluck 1995, "A novelty detection approach to
classification"). It is a sign only: a plain image is easy for a network that never saw one.
:mod:`ae_core.evaluation.outliers` asks the images alone, and no network.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ae_core.images import metrics

USUAL_SHARE = 0.01  # of the training images that lie beyond the threshold where none is chosen
BINS = 48


def errors(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """Return the error of each image, float64 (N,), in grey levels from 0 to 255.

    It is the root of the mean squared error over all pixels and channels of uint8 (N, H, W, C).
    """
    return 255 * np.sqrt(metrics.mse(x, x_hat)).astype(np.float64)


def usual_threshold(known: np.ndarray) -> float:
    """Return the error that one in 100 of training images, with errors (N,), exceeds."""
    return float(np.quantile(known, 1 - USUAL_SHARE))


def beyond(found: np.ndarray, threshold: float) -> np.ndarray:
    """Return which of the errors (N,) exceed the threshold, int64 (M,), the largest first."""
    order = np.argsort(-found, kind="stable")
    return order[found[order] > threshold]


def histogram(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the edges of bins over several sets' errors, (B + 1,), and each set's shares, (B,).

    The bins are the same for all and begin at 0; the shares of a set add up to 1.
    """
    top = max(float(part.max()) for part in parts)
    edges = np.linspace(0, top if top > 0 else 1.0, BINS + 1)
    return edges, [np.histogram(part, edges)[0] / len(part) for part in parts]
