"""Whole-number codes to bytes and back, without loss: range coding under a :class:`Prior`.

Order of the stream: images in batches of 1024; in a batch, where codes have one, first the numbers of
all its images' shapes; then position by position, all its images at one
position together, then the Exp-Golomb parts of those values at this position that have no symbol. The
coder is that of `constriction` (Bamler 2022, "Understanding entropy coding with asymmetric numeral
systems"), a range coder with 32-bit words after Martin 1979. Its words are stored big-endian, and the
last bytes are the fewest that still name a point of the final interval; absent bytes read as zero.
What is decoded depends on whole numbers only: chances are multiples of 2⁻²⁴, exact in the
float32 that the coder takes, and it rounds them by single IEEE operations, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import constriction
import numpy as np

from ae_core.codec import escapes
from ae_core.codec.prior import Prior, State, check_code, check_level, classes
from ae_core.errors import UserError

BATCH = 1024
_CELLS = 1 << 20  # probabilities handed over in one call, which bounds the memory

_queue, _model = constriction.stream.queue, constriction.stream.model
_FAMILY = _model.Categorical(perfect=False)
_UNIFORM = _model.Uniform()
_LENGTHS = _model.Categorical(escapes.chances(), perfect=False)


def encode(q: np.ndarray, level: int, prior: Prior) -> bytes:
    """Return the stream of codes: integers (N, P), magnitude below 2²⁰.

    Raises:
        UserError: codes of another shape or kind, or a level outside 0 to 255.
    """
    writer = Writer(level, prior)
    writer.add(q)
    return writer.finish()


def decode(data: bytes, n: int, level: int, prior: Prior) -> np.ndarray:
    """Return the n codes of a stream, int32 (n, P).

    Raises:
        UserError: no encoder writes such a stream for n codes at this level under this prior.
    """
    q = np.empty((n, prior.positions), np.int32)
    for first, batch in zip(range(0, n, BATCH), decode_batches(data, n, level, prior), strict=True):
        q[first : first + BATCH] = batch
    return q


def decode_batches(data: bytes, n: int, level: int, prior: Prior) -> Iterator[np.ndarray]:
    """Give the codes of a stream in batches int32 (1024, P), so that few are held in memory.

    Raises:
        UserError: as :func:`decode`; some kinds of damage show only after the last batch.
    """
    reader = _Reader(data, level, prior)
    again = Writer(level, prior)
    for first in range(0, n, BATCH):
        batch = reader.next(min(BATCH, n - first))
        again.add(batch)
        yield batch
    if again.finish() != bytes(data):
        raise _damaged()


class Writer:
    """Writes one stream; codes may be added in any portions."""

    def __init__(self, level: int, prior: Prior):
        check_level(level)
        self._level, self._prior, self._coder = level, prior, _queue.RangeEncoder()
        self._shapes = _shapes(prior, level)
        self._waiting = np.zeros((0, prior.positions), np.int32)

    def add(self, q: np.ndarray) -> None:
        """Append codes, integers (n, P); UserError when they are anything else."""
        q = check_code(q, self._prior)
        if len(self._waiting):
            q = np.concatenate([self._waiting, q])
        whole = len(q) - len(q) % BATCH
        for first in range(0, whole, BATCH):
            self._write(q[first : first + BATCH])
        self._waiting = q[whole:]

    def _write(self, q: np.ndarray) -> None:
        prior, values = self._prior, np.ascontiguousarray(q[:, self._prior.lead :].T)
        if prior.lead:
            self._coder.encode(np.ascontiguousarray(q[:, 0], np.int32), self._shapes)
        chosen, symbols = classes(q, self._level, prior).T, prior.symbols(values)
        escaped = symbols == prior.tables.shape[1] - 1
        for part in _parts(escaped, prior):
            rows = prior.probabilities[chosen[part].ravel()]
            self._coder.encode(symbols[part].ravel(), _FAMILY, rows)
            last = part.stop - 1
            if escaped[last].any():
                length, rest = escapes.parts(values[last][escaped[last]], prior.reach)
                self._coder.encode(length, _LENGTHS)
                self._coder.encode(rest, _UNIFORM, escapes.sizes(length))

    def finish(self) -> bytes:
        """Return the stream of all codes added, with as few bytes at its end as can be."""
        if len(self._waiting):
            self._write(self._waiting)
            self._waiting = self._waiting[:0]
        words = self._coder.get_compressed()
        position, (lower, width) = self._coder.pos()
        # The interval still open is [start, start + width); its end has 64 bits after `position`.
        digits = int.from_bytes(words.astype(">u4").tobytes()) << 32 * (position + 2 - len(words))
        start = digits - (digits - lower) % 2**64
        for zeros in range(64, -1, -8):
            point = -(-start >> zeros) << zeros
            if point < start + width:
                break
        return point.to_bytes(4 * position + 8).rstrip(b"\0")


class _Reader:
    def __init__(self, data: bytes, level: int, prior: Prior):
        check_level(level)
        words = np.frombuffer(bytes(data) + b"\0" * (-len(data) % 4), ">u4")
        self._level, self._prior, self._shapes = level, prior, _shapes(prior, level)
        self._coder = _queue.RangeDecoder(words.astype(np.uint32))

    def next(self, n: int) -> np.ndarray:
        """Return the next batch: int32 (n, P), n at most 1024 and less only at the end."""
        prior, state = self._prior, State(self._prior, n, self._level)
        escape, low = prior.tables.shape[1] - 1, prior.reach[0]
        q = np.empty((n, prior.positions), np.int32)
        if prior.lead:
            q[:, 0] = self._take(self._shapes, n)
        for i in range(prior.values):
            values = self._take(_FAMILY, prior.probabilities[state.classes(i)])
            escaped = np.flatnonzero(values == escape)
            values += low
            if len(escaped):
                length = self._take(_LENGTHS, len(escaped))
                rest = self._take(_UNIFORM, escapes.sizes(length))
                values[escaped] = escapes.join(length, rest, prior.reach)
            state.tell(i, values)
            q[:, prior.lead + i] = values
        if np.abs(q).max(initial=0) > escapes.LARGEST:  # no encoder writes such an escape
            raise _damaged()
        return q

    def _take(self, model, amount) -> np.ndarray:
        try:
            return self._coder.decode(model, amount)
        except AssertionError as error:  # how the coder names bytes that no encoder writes
            raise _damaged() from error


def _parts(escaped: np.ndarray, prior: Prior) -> Iterator[slice]:
    """Cut positions into runs of a bounded size; one with escapes, bool (P, n), ends its run."""
    positions, n = escaped.shape
    step = max(1, _CELLS // (n * prior.tables.shape[1]))
    ends = np.flatnonzero(escaped.any(axis=1)) + 1
    stops = np.union1d(np.union1d(np.arange(step, positions, step), ends), [positions])
    start = 0
    for stop in stops:
        yield slice(start, int(stop))
        start = int(stop)


def _shapes(prior: Prior, level: int):
    """Return the coder's model of the numbers of shapes at a level; None where there are none."""
    return _model.Categorical(prior.shapes_at(level), perfect=False) if prior.lead else None


def _damaged() -> UserError:
    return UserError("The compressed codes are damaged, or were written for another network.")
