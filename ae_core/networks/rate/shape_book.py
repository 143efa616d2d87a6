"""A book of shapes: what a whole letter looks like, in one symbol, for any number of bits.

A few bits say far more of a letter as the number of a shape than as values of a linear transform. The
book joins several small books, from one for the fewest bits to one of thousands of shapes; at each
level of the rate the shapes that pay there have short numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ae_core.networks.rate.layers import SHAPE_ROWS, TOP_LEVEL, NearestShape

# Shapes of the small books, and the levels of the rate that each is made for.
SIZES, LEVELS = (48, 160, 640, 1536), (16, 32, 64, 96)
NEVER = 24.0  # bits of a shape that is not there
_STRANGE = 6.0  # bits more, at first, of a shape that was made for a higher level
_ROUNDS, _CHUNK = 30, 2048
_TRIES = 2  # of the smallest book, where one shape more or less in the wrong place is felt
_SETTLING = 5  # rounds after a shape was left out


def book(y: np.ndarray, weights: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return K = ``sum(SIZES)`` shapes, float32 (K, D), and a first guess of their bits.

    The bits are float32 (SHAPE_ROWS, K), see :func:`first_bits`.

    Args:
        y: training codes, float (N, D).
        weights: how often each counts, (N,).
        slopes: bits that a unit of squared error is worth at the levels of the small books.
    """
    random = np.random.default_rng(0)
    parts = [smallest(y, weights, slopes[0])]
    for size, slope in zip(SIZES[1:], slopes[1:], strict=True):
        some = max(1, min(size, len(y) // 4))
        _, *found = entropy_constrained(y, weights, some, slope, random)
        parts.append(_filled_up(*found, size))
    shapes, bits = zip(*parts, strict=True)
    return np.concatenate(shapes), first_bits(bits)


def smallest(y: np.ndarray, weights: np.ndarray, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the small book for the fewest bits, (SIZES[0], D), and the bits of each of its shapes.

    The best of several, each pruned as long as it gains: where two shapes began close to each other
    they stay so, and one of them is too many. Arguments as of :func:`book`.
    """
    random = np.random.default_rng(0)
    some = max(1, min(SIZES[0], len(y) // 4))
    tries = []
    for _ in range(_TRIES):
        _, found, bits = entropy_constrained(y, weights, some, slope, random)
        tries.append(_pruned(y.astype(np.float32), weights / weights.sum(), found, bits, slope))
    _, found, bits = min(tries, key=lambda one: one[0])
    return _filled_up(found, bits, SIZES[0])


def first_bits(small: Sequence[np.ndarray]) -> np.ndarray:
    """Return a first guess of bits, float32 (SHAPE_ROWS, K), from those in each small book, (K',).

    At each level the books made for higher ones begin with long numbers: shapes alike but of several
    books would share what one of them deserves.
    """
    bits = np.concatenate(small) + _STRANGE * _strange()
    return np.minimum(bits, NEVER).astype(np.float32)


def _strange() -> np.ndarray:
    """Return which shapes are of books for higher levels, at each row of levels: (SHAPE_ROWS, K)."""
    rows = np.linspace(0, TOP_LEVEL, SHAPE_ROWS)[:, None]
    own = np.abs(rows - np.array(LEVELS)).argmin(axis=1)[:, None]
    return np.repeat(np.arange(len(SIZES)), SIZES) > own


def renewed_bits(bits: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Return bits (SHAPE_ROWS, K) as a first guess again, those of the smallest book being new."""
    rows = np.rint(np.array(LEVELS[1:]) * (SHAPE_ROWS - 1) / TOP_LEVEL).astype(int)
    own = np.split(bits, np.cumsum(SIZES)[:-1], axis=1)[1:]
    return first_bits([few, *(part[row] for part, row in zip(own, rows, strict=True))])


def _filled_up(found, bits, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Append shapes that are not there; coarse numbers, which nobody sees, make a smaller file."""
    missing = size - len(found)
    book = np.pad(np.rint(64 * found) / 64, ((0, missing), (0, 0)))
    return book, np.pad(bits, (0, missing), constant_values=NEVER)


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
        cost, found, bits, _ = _round(y, weights, found, share * bits, slope)
    return cost, found, bits


def _pruned(y, weights, found, bits, slope):
    """Leave out one shape after the other; return the best cost on the way, its shapes and bits."""
    cost, found, bits, loss = _round(y, weights, found, bits, slope)
    best = cost, found, bits
    while len(found) > 2:
        found, bits = (np.delete(part, loss.argmin(), axis=0) for part in (found, bits))
        for _ in range(_SETTLING):
            cost, found, bits, loss = _round(y, weights, found, bits, slope)
        best = min(best, (cost, found, bits), key=lambda one: one[0])
    return best


def _round(y, weights, found, bits, slope):
    """Assign codes to shapes, then fit shapes and bits to what was assigned to them.

    Returns:
        The cost before fitting, shapes (K, D) and bits (K,) after it without those nobody chose, and
        about how much the cost would rise without each of them, (K,).
    """
    size = len(found)
    squares = (found**2).sum(1)
    chosen, loss, cost = np.zeros(len(y), int), np.zeros(size), 0.0
    for i in range(0, len(y), _CHUNK):
        part = slice(i, i + _CHUNK)
        costs = slope * (squares - 2 * y[part] @ found.T) + bits  # less what no choice changes
        chosen[part] = costs.argmin(1)
        if size > 1:
            least = np.partition(costs, 1, axis=1)[:, :2]
            more = (least[:, 1] - least[:, 0]) * weights[part]
            loss += np.bincount(chosen[part], more, minlength=size)
        cost += float(costs.min(1) @ weights[part])
    counts = np.bincount(chosen, weights, minlength=size)
    kept = counts > 0
    sums = np.zeros_like(found)
    np.add.at(sums, chosen, y * weights[:, None].astype(np.float32))
    found = (sums[kept] / counts[kept, None]).astype(np.float32)
    return cost, found, -np.log2(counts[kept]), loss[kept]


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
    there = bits.min(axis=0) < NEVER
    unseen = there * np.where(_strange(), 0.001, 0.05)
    for _ in range(rounds):
        for row in range(SHAPE_ROWS):
            numbers = _chosen(layer, y, row * TOP_LEVEL / (SHAPE_ROWS - 1))
            counts = np.bincount(numbers, weights, minlength=len(shapes)) + unseen[row]
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
