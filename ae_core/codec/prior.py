"""How probable each whole number of a code is: whole-number arithmetic, the same on every machine.

A code q (P values) is sent position by position. The magnitude to expect at position i follows from
the magnitudes sent before it, and chooses one of T tables of frequencies:

    expected_i = bias_i(level) + Σ_{j<i} weights[j, i] · min(|q_j|, 1023)        in 1/1024
    class_i    = number of thresholds ≤ expected_i
    P(q_i)     = tables[class_i] / total

Where the network has a book of shapes, the number of one of them is sent before the P values:
P(number) = shapes[row(level)] / total, the row being the nearest of R evenly spread over the levels.

Backward-adaptive context modelling with linear prediction of the magnitude, as in Wu & Memon 1997,
"Context-based, adaptive, lossless image coding"; here the weights are learned. Decoders need the very
numbers of the encoder: every sum below stays under 2⁵³, so that float64 arithmetic on it is exact in
any order (1023 · 4096 · 2³¹ + 2³¹ < 2⁵³). Most magnitudes are zero, hence SciPy's sparse products;
they also run in one thread: NumPy's own start several, which wait for each other on a busy machine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from ae_core.codec import escapes
from ae_core.errors import UserError

TOTAL = 1 << 16  # sum of the frequencies of a table
FINE = 1 << 24  # the same where hundreds of values are all but certain, or symbols are thousands
CAP = 1023  # larger magnitudes count as this much
TOP_LEVEL = 255
LONGEST = 4096  # positions; with more, sums could pass 2⁵³
_BLOCK = 32  # positions whose expectations are brought up to date together
_ROWS = 1024  # images classified at a time, which bounds the memory


@dataclass(frozen=True, eq=False)
class Prior:
    """The numbers of a prior, all int32; `UserError` when they do not fit together.

    Attributes:
        weights: (P, P); [j, i] is how much |q_j| adds to the expectation of q_i, in 1/1024; zero
            unless j < i.
        bias: (R, P), at least 1: the expectation itself, in 1/1024, at R levels evenly spread over
            0 to 255.
        thresholds: (T - 1,), ascending; T is 1 to 256.
        tables: (T, S), at least 1, rows all summing to 2¹⁶ or all to 2²⁴. Symbol s < S - 1 means
            the value s - (S - 2) // 2; the last symbol announces a value outside of these.
        shapes: (R', K), at least 1, rows all summing to 2²⁴; None where codes have no shape.
    """

    weights: np.ndarray
    bias: np.ndarray
    thresholds: np.ndarray
    tables: np.ndarray
    shapes: np.ndarray | None = None

    def __post_init__(self):
        for field, ndim in zip(fields(self), (2, 2, 1, 2, 2), strict=True):
            array = getattr(self, field.name)
            if array is None and field.name == "shapes":
                continue
            if not isinstance(array, np.ndarray) or array.dtype != np.int32 or array.ndim != ndim:
                raise UserError(
                    "A prior's {field} must be int32 with {ndim} dimension(s).",
                    field=field.name,
                    ndim=ndim,
                )
        _check(self.weights, self.bias, self.thresholds, self.tables)
        if self.shapes is not None:
            _check_shapes(self.shapes)

    @property
    def values(self) -> int:
        """How many values a code has, P."""
        return self.weights.shape[0]

    @property
    def total(self) -> int:
        """What the frequencies of each table sum to."""
        return int(self.tables[0].sum())

    @property
    def lead(self) -> int:
        """1 where the number of a shape comes before the values, else 0."""
        return 0 if self.shapes is None else 1

    @property
    def positions(self) -> int:
        """How many whole numbers a code has: the values, and the number of the shape."""
        return self.lead + self.values

    @property
    def reach(self) -> tuple[int, int]:
        """The smallest and the largest value that need no escape."""
        size = self.tables.shape[1]
        return -((size - 2) // 2), size - 2 - (size - 2) // 2

    @cached_property
    def independent(self) -> bool:
        """True where no position depends on another."""
        return not self.weights.any()

    @cached_property
    def probabilities(self) -> np.ndarray:
        """The tables as float32 (T, S); exact, for its numbers have 24 bits."""
        return (self.tables / self.total).astype(np.float32)

    @cached_property
    def _weights(self) -> np.ndarray:
        return self.weights.astype(np.float64)

    def bias_at(self, level: int) -> np.ndarray:
        """Return the biases at a level from 0 to 255, int64 (P,), rounded down between rows."""
        check_level(level)
        rows = self.bias.astype(np.int64)
        low, part = divmod(int(level) * (len(rows) - 1), TOP_LEVEL)
        high = min(low + 1, len(rows) - 1)
        return (rows[low] * (TOP_LEVEL - part) + rows[high] * part) // TOP_LEVEL

    def shapes_at(self, level: int) -> np.ndarray:
        """Return the chances of each shape at a level, float32 (K,), exact."""
        check_level(level)
        row = (2 * int(level) * (len(self.shapes) - 1) + TOP_LEVEL) // (2 * TOP_LEVEL)
        return (self.shapes[row] / self.shapes[row].sum()).astype(np.float32)

    def symbols(self, q: np.ndarray) -> np.ndarray:
        """Return the symbols of values, int32 of the same shape; S - 1 where one is out of reach."""
        low, high = self.reach
        return np.where((q >= low) & (q <= high), q - low, high - low + 1).astype(np.int32)


def classes(q: np.ndarray, level: int, prior: Prior) -> np.ndarray:
    """Return which table each value of whole codes is sent with, uint8 (N, P), 0 to T - 1."""
    q = check_code(q, prior)[:, prior.lead :]
    bias = prior.bias_at(level)
    found = np.empty(q.shape, np.uint8)
    for first in range(0, len(q), _ROWS):
        part = slice(first, first + _ROWS)
        if prior.independent:
            found[part] = np.searchsorted(prior.thresholds, bias, side="right")
        else:
            expected = _times(_magnitudes(q[part]), prior._weights) + bias
            found[part] = np.searchsorted(prior.thresholds, expected, side="right")
    return found


class State:
    """What a decoder knows of some codes while they arrive, position by position.

    Ask `classes(i)`, then `tell(i, values)`, for i = 0, 1, 2 and so on.

    Args:
        prior: of P positions.
        images: how many codes arrive side by side.
        level: 0 to 255.
    """

    def __init__(self, prior: Prior, images: int, level: int):
        self._prior, self._next = prior, 0
        self._thresholds = prior.thresholds.astype(np.float64)
        self._expected = np.tile(prior.bias_at(level).astype(np.float64), (images, 1))
        self._magnitudes = np.zeros((_BLOCK, images))
        self._block = self._expected[:, :_BLOCK].T.copy()

    def classes(self, i: int) -> np.ndarray:
        """Return which table each image's value at position i has: int64 (images,), 0 to T - 1."""
        if i != self._next:
            raise ValueError(f"Position {self._next} is next, not {i}.")
        return np.searchsorted(self._thresholds, self._block[i % _BLOCK], side="right")

    def tell(self, i: int, values: np.ndarray) -> None:
        """Take in the values at position i: integers (images,)."""
        if i != self._next:
            raise ValueError(f"Position {self._next} is next, not {i}.")
        self._next = i + 1
        stop = i - i % _BLOCK + _BLOCK
        if not self._prior.independent and values.any():
            self._magnitudes[i % _BLOCK] = _magnitudes(values)
            weights = self._prior._weights[i, i + 1 : stop, None]
            self._block[i % _BLOCK + 1 :] += weights * self._magnitudes[i % _BLOCK]
        if self._next == stop < self._prior.values:
            self._end_block(stop)

    def _end_block(self, stop: int) -> None:
        if self._magnitudes.any():
            weights = self._prior._weights[stop - _BLOCK : stop, stop:]
            self._expected[:, stop:] += _times(self._magnitudes.T, weights)
            self._magnitudes[:] = 0
        self._block = self._expected[:, stop : stop + _BLOCK].T.copy()


def bits(q: np.ndarray, level: int, prior: Prior) -> np.ndarray:
    """Return the code length of each code that the tables promise, in bits, float64 (N,)."""
    q = check_code(q, prior)
    chosen, lengths = classes(q, level, prior), -np.log2(prior.tables / prior.total)
    number, q = q[:, : prior.lead], q[:, prior.lead :]
    found = lengths[chosen, prior.symbols(q)].sum(axis=1)
    if prior.lead:
        found -= np.log2(prior.shapes_at(level).astype(np.float64))[number[:, 0]]
    low, high = prior.reach
    rows, columns = np.nonzero((q < low) | (q > high))
    np.add.at(found, rows, escapes.bits(q[rows, columns], prior.reach))
    return found


def fit_tables(classes: np.ndarray, q: np.ndarray, T: int, S: int) -> np.ndarray:  # noqa: N803
    """Return frequency tables int32 (T, S) for the symbols of training codes.

    Counts, and a little of the neighbouring classes' and of all classes' counts, so that a symbol
    that one class has never seen is not much dearer than beside it.

    Args:
        classes: integers from 0 to T - 1.
        q: values, integers of the same shape.
        T: number of classes, 1 to 256.
        S: number of symbols, 2 to 1024, the escape included.
    """
    offset = (S - 2) // 2
    symbols = np.where((q >= -offset) & (q <= S - 2 - offset), np.asarray(q) + offset, S - 1)
    places = np.asarray(classes, np.int64).ravel() * S + symbols.ravel()
    counts = np.bincount(places, minlength=T * S).reshape(T, S).astype(np.float64)
    pooled = counts.sum(axis=0) + 1.0 / S
    beside = np.vstack([counts[:1] * 0, counts, counts[:1] * 0])
    beside = beside[:-2] + counts + beside[2:] + 4 * pooled / pooled.sum()
    counts += 4 * beside / beside.sum(axis=1, keepdims=True)
    return to_frequencies(counts)


def to_frequencies(weights: np.ndarray, total: int = TOTAL) -> np.ndarray:
    """Scale each row of non-negative weights (T, S) to int32 frequencies ≥ 1 of that ``total``."""
    size = weights.shape[1]
    share = weights / weights.sum(axis=1, keepdims=True) * (total - size)
    tables = np.floor(share).astype(np.int64)
    # What rounding down left over goes to the largest remainders.
    rank = np.argsort(np.argsort(tables - share, axis=1, kind="stable"), axis=1, kind="stable")
    tables += 1 + (rank < (total - size - tables.sum(axis=1, keepdims=True)))
    return tables.astype(np.int32)


def check_level(level: int) -> None:
    """UserError unless ``level`` is a whole number from 0 to 255."""
    whole = isinstance(level, (int, np.integer)) and not isinstance(level, bool)
    if not whole or not 0 <= level <= TOP_LEVEL:
        raise UserError(
            "The level must be a whole number from 0 to 255, but it is {level!r}.", level=level
        )


def check_code(q: np.ndarray, prior: Prior) -> np.ndarray:
    """Return codes as they are; UserError unless integers (N, P) of magnitude below 2²⁰."""
    q = np.asarray(q)
    if q.dtype.kind not in "iu" or q.ndim != 2 or q.shape[1] != prior.positions:
        raise UserError(
            "Codes must be whole numbers of shape (images, {positions}), but they are {dtype} of "
            "shape {shape}.",
            positions=prior.positions,
            dtype=q.dtype,
            shape=q.shape,
        )
    largest = escapes.LARGEST
    if prior.lead and q.size and not 0 <= q[:, 0].min() <= q[:, 0].max() < prior.shapes.shape[1]:
        raise UserError(
            "The number of a shape must be from 0 to {last}.", last=prior.shapes.shape[1] - 1
        )
    if q.size and (int(q.max()) > largest or int(q.min()) < -largest):
        raise UserError(
            "The values of a code must lie between -{largest} and {largest}.", largest=largest
        )
    return q


def _magnitudes(q: np.ndarray) -> np.ndarray:
    return np.minimum(np.abs(q.astype(np.float64)), CAP)


def _times(magnitudes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from scipy.sparse import csr_array  # slow to load, and not needed to read a file's header

    return csr_array(magnitudes) @ np.ascontiguousarray(weights)


def _check(weights, bias, thresholds, tables) -> None:
    positions, (classes, symbols) = weights.shape[0], tables.shape
    if not 1 <= positions <= LONGEST or weights.shape[1] != positions:
        raise UserError(
            "A prior's weights must be square, for 1 to {longest} positions.", longest=LONGEST
        )
    if np.tril(weights).any():
        raise UserError("A prior's weights must be zero except from a position to a later one.")
    if not 1 <= bias.shape[0] <= TOP_LEVEL + 1 or bias.shape[1] != positions or bias.min() < 1:
        raise UserError(
            "A prior's bias must be 1 to 256 rows of {positions} numbers, at least 1.",
            positions=positions,
        )
    if not 1 <= classes <= 256 or thresholds.shape != (classes - 1,):
        raise UserError("A prior must have 1 to 256 tables, and one threshold less than tables.")
    if (np.diff(thresholds.astype(np.int64)) < 0).any():
        raise UserError("A prior's thresholds must ascend.")
    if not 2 <= symbols <= 1024 or tables.min() < 1:
        raise UserError("A prior's tables must have 2 to 1024 symbols, each with a frequency ≥ 1.")
    if not _all_sum_to(tables, TOTAL, FINE):
        raise UserError(
            "The frequencies of a prior's tables must all sum to {total}, or all to {fine}.",
            total=TOTAL,
            fine=FINE,
        )


def _check_shapes(shapes) -> None:
    rows, count = shapes.shape
    if not 1 <= rows <= TOP_LEVEL + 1 or not 2 <= count <= TOTAL or shapes.min() < 1:
        raise UserError("A prior's shapes must be 1 to 256 rows of frequencies, each at least 1.")
    if not _all_sum_to(shapes, FINE):
        raise UserError("The frequencies of a prior's shapes must all sum to {fine}.", fine=FINE)


def _all_sum_to(frequencies, *totals: int) -> bool:
    sums = set(frequencies.sum(axis=1, dtype=np.int64).tolist())
    return len(sums) == 1 and sums <= set(totals)
