"""The coefficients of a picture to bytes and back; the encoder chooses which whole numbers to send.

The stream: LL of each colour, 24 bits a value; then the steps of `contexts`, each in parts of whole
rows; in a part, class by class in ascending order, the values' symbols, then what is beyond their
reach, then the bits below the shift. The coder is that of :mod:`ae_core.codec.entropy`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import constriction
import numpy as np

from ae_core.codec import escapes
from ae_core.codec.photo import contexts, wavelet
from ae_core.codec.photo.scales import CLASSES, REACH, SHIFTS, SYMBOLS, Scales
from ae_core.errors import UserError

WEIGHT = 8.0  # bits that a squared error of one step is worth
_CELLS = 1 << 16  # coefficients in a part, about; bounds the memory
_LOW_BITS = 24
PIXELS_A_BYTE = 1 << 15  # one colour without a detail at level 0 has 13,000
_WORD = 4  # bytes; what the coder keeps to itself until the end
_BEHIND = 3  # words; no whole stream is read to the end of as many behind it
_REACH = -REACH, REACH

_queue, _model = constriction.stream.queue, constriction.stream.model
_UNIFORM = _model.Uniform()
_LOW = _model.Uniform(1 << _LOW_BITS)
_LENGTHS = _model.Categorical(escapes.chances(), perfect=False)
_BELOW = [_model.Uniform(1 << shift) if shift else None for shift in range(SHIFTS.max() + 1)]


def encode(z: list[wavelet.Bands], lows: list[np.ndarray], level: int, scales: Scales) -> bytes:
    """Return the stream of a picture, and put the numbers it holds in the place of those given.

    Args:
        z: bands of each colour, in units of a step, float32.
        lows: LL of each colour, likewise.
        level: 0 to 255.
        scales: the networks and tables.
    """
    coder = _queue.RangeEncoder()
    for low in lows:
        np.rint(low, out=low)
        coder.encode((low.ravel() + (1 << _LOW_BITS - 1)).astype(np.int32), _LOW)
    shapes = [tuple(band.shape for band in depth) for depth in z[0]]
    for part in _Parts(shapes, len(z), level, scales):
        place = z[part.step.colour][part.step.depth][part.step.orientation][part.places]
        q = _choose(place.ravel(), part.classes, scales.costs)
        place[:] = q.reshape(place.shape)
        part.tell(place)
        for shift, model, members in part.kinds():
            values = q[members]
            high = values >> shift
            beyond = np.abs(high) > REACH
            coder.encode(np.where(beyond, SYMBOLS - 1, high + REACH).astype(np.int32), model)
            if beyond.any():
                length, rest = escapes.parts(high[beyond], _REACH)
                coder.encode(length, _LENGTHS)
                coder.encode(rest, _UNIFORM, escapes.sizes(length))
            if shift:
                coder.encode((values - (high << shift)).astype(np.int32), _BELOW[shift])
    return coder.get_compressed().astype(">u4").tobytes()


def decode(
    data: bytes, shape: tuple[int, int], colours: int, level: int, scales: Scales
) -> tuple[list[wavelet.Bands], list[np.ndarray]]:
    """Return the bands and LL of each colour of a picture (H, W), float32, in units of a step.

    Raises:
        UserError: no encoder writes such a stream.
    """
    shapes, low_shape = wavelet.shapes(*shape)
    count = math.prod(low_shape)
    detail = len(data) - colours * count * _LOW_BITS // 8
    if detail <= 0 or math.prod(shape) > PIXELS_A_BYTE * (detail + _WORD):
        raise _damaged()
    data += b"\0" * (-len(data) % _WORD + _BEHIND * _WORD)
    coder = _queue.RangeDecoder(np.frombuffer(data, ">u4").astype("u4"))
    try:
        lows = [
            (coder.decode(_LOW, count) - (1 << _LOW_BITS - 1)).reshape(low_shape).astype(np.float32)
            for _ in range(colours)
        ]
        z = [
            [tuple(np.zeros(band, np.float32) for band in bands) for bands in shapes]
            for _ in range(colours)
        ]
        for part in _Parts(shapes, colours, level, scales):
            place = z[part.step.colour][part.step.depth][part.step.orientation][part.places]
            q = np.empty(place.size, np.int32)
            for shift, model, members in part.kinds():
                values = coder.decode(model, len(members)) - REACH
                beyond = np.flatnonzero(values > REACH)
                if len(beyond):
                    length = coder.decode(_LENGTHS, len(beyond))
                    rest = coder.decode(_UNIFORM, escapes.sizes(length))
                    values[beyond] = escapes.join(length, rest, _REACH)
                if shift:
                    values = (values << shift) + coder.decode(_BELOW[shift], len(members))
                q[members] = values
            place[:] = q.reshape(place.shape)
            part.tell(place)
            if coder.maybe_exhausted():  # what follows would be made of nothing, for minutes
                raise _damaged()
    except AssertionError as error:  # how the coder names bytes that no encoder writes
        raise _damaged() from error
    return z, lows


def _damaged() -> UserError:
    return UserError("The compressed codes are damaged, or were written for another network.")


class _Part:
    """Some rows of a step, and the class of each coefficient in them."""

    def __init__(self, seen: contexts.Magnitudes, step, first: int, last: int, scales, level: int):
        self._seen, self._first, self._scales, self.step = seen, first, scales, step
        rows, columns = step.places
        self.places = slice(rows.start + 2 * first, rows.start + 2 * last, 2), columns
        self.classes = scales.classes(seen.around(step, first, last), step.net, step.depth, level)

    def tell(self, q: np.ndarray) -> None:
        """Say what was written there, integers (rows, columns)."""
        self._seen.tell(self.step, self._first, q)

    def kinds(self) -> Iterator[tuple[int, object, np.ndarray]]:
        """Give shift, model and members of each class that occurs, in the order of the stream."""
        order = np.argsort(self.classes, kind="stable")
        ends = np.cumsum(np.bincount(self.classes, minlength=CLASSES))
        for kind, (first, last) in enumerate(zip(np.append(0, ends), ends, strict=False)):
            if first < last:
                yield int(SHIFTS[kind]), self._scales.models[kind], order[first:last]


class _Parts:
    """All parts of a picture in the order of the stream."""

    def __init__(self, shapes: list[tuple], colours: int, level: int, scales: Scales):
        self._shapes, self._colours, self._level, self._scales = shapes, colours, level, scales

    def __iter__(self) -> Iterator[_Part]:
        seen = contexts.Magnitudes(self._shapes, self._colours)
        for step in contexts.steps(len(self._shapes), self._colours):
            rows, columns = seen.rows(step), seen.columns(step)
            height = max(1, _CELLS // max(1, columns))
            for first in range(0, rows if columns else 0, height):
                last = min(first + height, rows)
                yield _Part(seen, step, first, last, self._scales, self._level)


def _choose(z: np.ndarray, classes: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Return the whole numbers of least rate and distortion, int32, as :mod:`ae_core.codec.rdo`."""
    q = np.rint(z).astype(np.int32)
    # A zero stays, and where values are large all neighbours cost the same.
    some = np.flatnonzero((q != 0) & (SHIFTS[classes] == 0))
    near, value, kind = q[some], z[some], classes[some]
    options = np.stack([near, near - np.sign(near), np.zeros_like(near)])
    bits = costs[kind, np.clip(options, -REACH - 1, REACH + 1) + REACH + 1]
    chosen = np.argmin(WEIGHT * (options - value) ** 2 + bits, axis=0)
    q[some] = options[chosen, np.arange(len(some))]
    return q
