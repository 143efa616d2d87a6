"""From the learned prior to whole numbers: fixed-point scales, frequencies counted in training."""

from __future__ import annotations

import numpy as np

from ae_core.codec.network import RateNetwork
from ae_core.codec.prior import FINE, Prior, classes, to_frequencies

ONE = 1024  # in the fixed point of expectations
RATES = 33  # rows of biases
CLASSES = 48
LARGEST_VALUE = 31  # larger ones are written by an escape
LEVELS = (0, 32, 64, 96, 128, 160, 192, 224, 255)


def with_tables(network, x: np.ndarray):
    """Return a trained rate network with its integer prior in it, as it is kept.

    Args:
        network: the Keras model from :func:`ae_core.networks.rate.build`, trained.
        x: training images, uint8 (N, H, W, C); a few are enough for a first fit.
    """
    from ae_core.networks import rate

    weights, bias = rate.scales(network, RATES)
    centres = _centres()
    thresholds = np.sqrt(centres[1:] * centres[:-1]) * ONE
    numbers = [weights * ONE, np.maximum(bias * ONE, 1), thresholds]
    numbers = [np.rint(n).astype(np.int32) for n in numbers]
    numbers.append(to_frequencies(_laplacian(centres), FINE))
    if (bits := rate.shape_bits(network)) is not None:
        bits = np.rint(8 * bits.astype(np.float64)) / 8  # few different numbers: a smaller file
        numbers.append(to_frequencies(2.0**-bits, FINE))
    model = rate.finished(network, numbers)
    refit(model, x)
    return model


def refit(model, x: np.ndarray, rounds: int = 1) -> None:
    """Count the frequencies of a network's prior anew, on training images uint8 (N, H, W, C).

    Which values are sent depends on the tables, and the tables on what is sent: hence ``rounds``.
    """
    expected = _laplacian(_centres())
    for _ in range(rounds):
        codec, counts = RateNetwork(model), 50 * expected
        for level in LEVELS:
            _count(counts, codec.prior, codec.encode(x, level), level)
        layer = model.get_layer("tables")
        numbers = layer.get_weights()
        numbers[3] = to_frequencies(counts, FINE)
        layer.set_weights(numbers)


def _centres() -> np.ndarray:
    return np.geomspace(0.004, 64, CLASSES)


def _count(counts: np.ndarray, prior: Prior, q: np.ndarray, level: int) -> None:
    """Add how often each value, or the escape, occurs in each class."""
    found, q = classes(q, level, prior), q[:, prior.lead :]
    symbols = np.where(np.abs(q) <= LARGEST_VALUE, q + LARGEST_VALUE, counts.shape[1] - 1)
    np.add.at(counts, (found.ravel(), symbols.ravel()), 1)


def _laplacian(scales: np.ndarray) -> np.ndarray:
    """Chances of -31 to 31 and of the escape, rounded Laplacian variables of given scales."""
    edges = np.abs(np.arange(LARGEST_VALUE + 2) - 0.5)
    tail = 0.5 * np.exp(-edges / scales[:, None])
    tail[:, 0] = 1 - tail[:, 0]
    positive = tail[:, :-1] - tail[:, 1:]
    rest = 2 * tail[:, -1:]
    return np.hstack([positive[:, :0:-1], positive, rest])
