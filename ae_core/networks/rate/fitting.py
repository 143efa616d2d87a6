"""From the learned prior to whole numbers: fixed-point scales, frequencies counted in training."""

from __future__ import annotations

import numpy as np

from ae_core.codec.prior import FINE, Prior, classes, to_frequencies
from ae_core.networks import rate
from ae_core.networks.rate import counted

ONE = 1024  # in the fixed point of expectations
RATES = 33  # rows of biases
CLASSES = 55
LARGEST_VALUE = 23  # larger ones are written by an escape
LEVELS = (0, 32, 64, 96, 128, 160, 192, 224, 255)


def with_tables(network, x: np.ndarray):
    """Return a trained rate network with its integer prior in it, as it is kept.

    Args:
        network: the Keras model from :func:`ae_core.networks.rate.build`, trained.
        x: training images, uint8 (N, H, W, C); a few are enough for a first fit.
    """
    weights, bias = (np.rint(ONE * part) for part in rate.scales(network, RATES))
    model = rate.finished(network, _numbers(weights, bias, rate.shape_bits(network)))
    refit(model, x)
    return model


def renewed(model, x: np.ndarray, weights: np.ndarray, some: np.ndarray):
    """Return a rate network as it is kept with all that is counted, not trained, made anew.

    Those are the shapes for the fewest bits, the bits of all shapes, and the prior's tables.

    Args:
        model: from :func:`with_tables`.
        x: training images, uint8 (N, H, W, C).
        weights: how often each counts, (N,).
        some: training images for the tables, where each counts once.
    """
    scales, bias = model.get_layer("tables").get_weights()[:2]
    model = rate.finished(model, _numbers(scales, bias, counted.renew_shapes(model, x, weights)))
    refit(model, some, rounds=2)
    return model


def _numbers(weights, bias, bits) -> list[np.ndarray]:
    """Return the prior's numbers in its fixed point, with tables that only wait to be counted."""
    centres = _centres()
    thresholds = np.sqrt(centres[1:] * centres[:-1]) * ONE
    numbers = [np.rint(n).astype(np.int32) for n in (weights, np.maximum(bias, 1), thresholds)]
    numbers.append(to_frequencies(_laplacian(centres), FINE))
    if bits is not None:
        bits = np.rint(128 * bits.astype(np.float64)) / 128  # few different numbers: a smaller file
        numbers.append(to_frequencies(2.0**-bits, FINE))
    return numbers


def refit(model, x: np.ndarray, rounds: int = 1) -> None:
    """Fit a network's prior anew to training images uint8 (N, H, W, C): biases, then frequencies.

    Which values are sent depends on the tables, and the tables on what is sent: hence ``rounds``.
    """
    from ae_core.networks.rate.inference import RateNetwork

    expected, layer = _laplacian(_centres()), model.get_layer("tables")
    for _ in range(rounds):
        codec, counts = RateNetwork(model), 50 * expected
        codes = [codec.encode(x, rate=level)[:, 0, 0] for level in LEVELS]
        numbers = layer.get_weights()
        numbers[1] = _damp_silent_biases(numbers[1], [q[:, codec.prior.lead :] for q in codes])
        prior = Prior(*numbers)
        for q, level in zip(codes, LEVELS, strict=True):
            _count(counts, prior, q, level)
        numbers[3] = to_frequencies(counts, FINE)
        layer.set_weights(numbers)


def _damp_silent_biases(bias: np.ndarray, codes: list[np.ndarray]) -> np.ndarray:
    """Lower the biases of values that none of the images sends: (R, k), (N, k) for each level.

    What is sent once in twice as many images is then expected. Training leaves some biases too high,
    and a few such values would cost more than the number of a shape at the lowest rates.
    """
    silent = np.array([~q.any(axis=0) for q in codes])
    most = max(1, round(ONE * 0.5 / np.log(2 * len(codes[0]))))
    places = np.linspace(0, len(codes) - 1, len(bias))
    below, above = np.floor(places).astype(int), np.ceil(places).astype(int)
    return np.where(silent[below] & silent[above], np.minimum(bias, most), bias).astype(np.int32)


def _centres() -> np.ndarray:
    return np.geomspace(0.001, 64, CLASSES)


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
