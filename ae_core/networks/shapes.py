"""A book of shapes: what a whole letter looks like, in one symbol, for any number of bits.

A few bits say far more of a letter as the number of a shape than as values of a linear transform. The
book joins several small books, from one for the fewest bits to one of thousands of shapes; at each
level of the rate the shapes that pay there have short numbers.
"""

from __future__ import annotations

import numpy as np

from ae_core.networks.rate_layers import SHAPE_ROWS, TOP_LEVEL, NearestShape

# Shapes of the small books, and the levels of the rate that each is made for.
SIZES, LEVELS = (48, 160, 640, 1536), (14, 32, 64, 96)
NEVER = 24.0  # bits of a shape that is not there
_ROUNDS, _CHUNK = 30, 2048
_TRIES = 12  # of the smallest book, where one shape more or less in the wrong place is felt


def book(
    y: np.ndarray, weights: np.ndarray, slopes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a book of K = ``sum(SIZES)`` shapes, float32 (K, D), and a first guess of bits, (K,).

    Args:
        y: training codes, float (N, D).
        weights: how often each counts, (N,).
        slopes: bits that a unit of squared error is worth at the levels of the small books.
    """
    random = np.random.default_rng(0)
    shapes, bits = [], []
    for size, slope in zip(SIZES, slopes, strict=True):
        some = max(1, min(size, len(y) // 4))
        tries = [entropy_constrained(y, weights, some, slope, random)
                 for _ in range(_TRIES if size < 100 else 1)]
        _, found, lengths = min(tries, key=lambda one: one[0])
        empty = np.zeros((size - len(found), y.shape[1]), np.float32)
        shapes += [found, empty]
        bits += [lengths + np.log2(len(SIZES)), np.full(len(empty), NEVER)]
    # Coarse numbers, well below what anybody sees, make a smaller file.
    return np.rint(64 * np.concatenate(shapes)) / 64, np.concatenate(bits).astype(np.float32)


def entropy_constrained(
    y: np.ndarray, weights: np.ndarray, size: int, slope: float, random: np.random.Generator
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the cost reached, and at most ``size`` vectors with the bits of each: (K, D), (K,).

    Minimises slope · squared error + bits in turn over assignment, vectors and bits (Chou, Lookabaugh
    & Gray 1989, "Entropy-constrained vector quantization"); bits count more from round to round, and
    a vector that nobody chooses any more is dropped.
    """
    y, weights = y.astype(np.float32), weights / weights.sum()
    size = min(size, int(np.count_nonzero(weights)))
    found = y[random.choice(len(y), size, replace=False, p=weights)]
    bits = np.full(size, np.log2(size))
    for turn in range(_ROUNDS):
        share = min(1.0, 2 * turn / _ROUNDS)
        costs = [slope * ((found**2).sum(1) - 2 * y[i : i + _CHUNK] @ found.T) + share * bits
                 for i in range(0, len(y), _CHUNK)]  # less what no choice changes
        chosen = np.concatenate([part.argmin(1) for part in costs])
        cost = float(np.concatenate([part.min(1) for part in costs]) @ weights)
        counts = np.bincount(chosen, weights, minlength=len(found))
        kept = counts > 0
        sums = np.zeros_like(found)
        np.add.at(sums, chosen, y * weights[:, None].astype(np.float32))
        found = sums[kept] / counts[kept, None].astype(np.float32)
        bits = -np.log2(counts[kept])
    return cost, found.astype(np.float32), bits


def fit_bits(layer: NearestShape, y: np.ndarray, weights: np.ndarray, rounds: int = 3) -> None:
    """Set the layer's bits (SHAPE_ROWS, K) to what the choices at each level of the rate make them.

    Args:
        layer: with its book, and a first guess of the bits.
        y: training codes (N, k).
        weights: how often each counts, (N,).
    """
    count = len(y)
    weights = weights / weights.sum() * count
    shapes, bits = layer.get_weights()
    there = bits[0] < NEVER
    for _ in range(rounds):
        for row in range(SHAPE_ROWS):
            numbers = _chosen(layer, y, row * TOP_LEVEL / (SHAPE_ROWS - 1))
            counts = np.bincount(numbers, weights, minlength=len(shapes)) + 0.05 * there
            bits[row] = np.where(there, -np.log2(np.maximum(counts, 1e-9) / counts.sum()), NEVER)
        layer.set_weights([shapes, bits])


def lookup(layer: NearestShape, y: np.ndarray) -> np.ndarray:
    """Return the shapes that leave least of the codes y at the highest level: (N, k) → (N, k)."""
    found = np.zeros_like(y)
    found[:, : layer.size] = layer.get_weights()[0][_chosen(layer, y, TOP_LEVEL)]
    return found


def _chosen(layer: NearestShape, y: np.ndarray, level: float) -> np.ndarray:
    found = []
    for first in range(0, len(y), _CHUNK):
        part = y[first : first + _CHUNK].astype(np.float32)
        numbers, _ = layer(part, np.full((len(part), 1, 1, 1), level, np.float32))
        found.append(np.asarray(numbers)[:, 0])
    return np.concatenate(found).astype(np.int64)
