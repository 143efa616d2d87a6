"""Whole-number codes to bytes and back, without loss: range coding under a :class:`Prior`.

Order of the stream: images in batches of 1024; in a batch position by position, all its images at one
position together, then the Exp-Golomb parts of those values at this position that have no symbol. The
coder is that of `constriction` (Bamler 2022, "Understanding entropy coding with asymmetric numeral
systems"), a range coder with 32-bit words after Martin 1979. Its words are stored big-endian, and the
last bytes are the fewest that still name a point of the final interval; absent bytes read as zero.
What is decoded depends on whole numbers only: the probabilities are exact multiples of 2⁻¹⁶.
"""

from __future__ import annotations

from collections.abc import Iterator

import constriction
import numpy as np

from ae_core.codec.prior import (
    PREFIX,
    Prior,
    State,
    check_code,
    check_level,
    classes,
    escape_parts,
    escape_values,
)
from ae_core.errors import UserError

BATCH = 1024
_CELLS = 1 << 20  # probabilities handed over in one call, which bounds the memory

_queue, _model = constriction.stream.queue, constriction.stream.model
_FAMILY = _model.Categorical(perfect=False)
_UNIFORM = _model.Uniform()
# Unary codes of 0 to 18: half, a quarter, and so on; the last two are equally long.
_LENGTHS = _model.Categorical(
    np.array([2.0 ** -min(k + 1, PREFIX - 1) for k in range(PREFIX)], np.float32), perfect=False
)


def encode(q: np.ndarray, level: int, prior: Prior) -> bytes:
    """Return the stream of codes: integers (N, P), magnitude below 2²⁰.

    Raises:
        UserError: codes of another shape or kind, or a level outside 0 to 255.
    """
    q = check_code(q, prior)
    check_level(level)
    writer = Writer()
    for first in range(0, len(q), BATCH):
        values = np.ascontiguousarray(q[first : first + BATCH].T)
        chosen = classes(q[first : first + BATCH], level, prior).T
        symbols = prior.symbols(values)
        escaped = symbols == prior.tables.shape[1] - 1
        for part in _parts(escaped, prior):
            rows = prior.probabilities[chosen[part].ravel()]
            writer.symbols(symbols[part].ravel(), rows)
            last = part.stop - 1
            if escaped[last].any():
                writer.escapes(values[last][escaped[last]], prior)
    return writer.finish()


def decode(data: bytes, n: int, level: int, prior: Prior) -> np.ndarray:
    """Return the n codes of a stream, int32 (n, P); no more than that is held in memory.

    Raises:
        UserError: no encoder writes such a stream for n codes at this level under this prior.
    """
    check_level(level)
    reader = Reader(data)
    q = np.empty((n, prior.positions), np.int32)
    escape, low = prior.tables.shape[1] - 1, prior.reach[0]
    for first in range(0, n, BATCH):
        batch = q[first : first + BATCH]
        state = State(prior, len(batch), level)
        for i in range(prior.positions):
            values = reader.symbols(prior.probabilities[state.classes(i)])
            escaped = np.flatnonzero(values == escape)
            values += low
            if len(escaped):
                values[escaped] = reader.escapes(len(escaped), prior)
            state.tell(i, values)
            batch[:, i] = values
    if encode(q, level, prior) != bytes(data):
        raise _damaged()
    return q


class Writer:
    """A range encoder with the few kinds of symbols that codes need."""

    def __init__(self):
        self._coder = _queue.RangeEncoder()

    def symbols(self, symbols: np.ndarray, rows: np.ndarray) -> None:
        """Append symbols, int32 (n,), each with its own row of probabilities, float32 (n, S)."""
        self._coder.encode(symbols, _FAMILY, rows)

    def escapes(self, values: np.ndarray, prior: Prior) -> None:
        """Append values that have no symbol of their own."""
        length, size, rest = escape_parts(values, prior)
        self._coder.encode(length, _LENGTHS)
        self._coder.encode(rest, _UNIFORM, size)

    def finish(self) -> bytes:
        """Return the stream with as few bytes at its end as can be."""
        words = self._coder.get_compressed()
        position, (lower, width) = self._coder.pos()
        # The interval still open is [start, start + width), counted in 2⁻³² of the last whole word.
        digits = int.from_bytes(words.astype(">u4").tobytes()) << 32 * (position + 2 - len(words))
        start = digits - (digits - lower) % 2**64
        for zeros in range(64, -1, -8):
            point = -(-start >> zeros) << zeros
            if point < start + width:
                break
        return point.to_bytes(4 * position + 8).rstrip(b"\0")


class Reader:
    """The inverse of :class:`Writer`: asked for the same kinds in the same order."""

    def __init__(self, data: bytes):
        words = np.frombuffer(bytes(data) + b"\0" * (-len(data) % 4), ">u4")
        self._coder = _queue.RangeDecoder(words.astype(np.uint32))

    def symbols(self, rows: np.ndarray) -> np.ndarray:
        """Return the next symbols, int32 (n,), one for each row of probabilities, float32 (n, S)."""
        return self._next(_FAMILY, rows)

    def escapes(self, count: int, prior: Prior) -> np.ndarray:
        """Return the next ``count`` values that have no symbol of their own, int64 (count,)."""
        length = self._next(_LENGTHS, count)
        rest = self._next(_UNIFORM, (8 << length).astype(np.int32))
        return escape_values(length, rest, prior)

    def _next(self, model, amount) -> np.ndarray:
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


def _damaged() -> UserError:
    return UserError("The compressed codes are damaged, or were written for another network.")
