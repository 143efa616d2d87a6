"""The "stored" accounting in its first form: 8 bits for each code value, then one deflated stream.

    y --> quantise --> y_hat indices uint8 --> pack --> bytes --> unpack --> dequantise --> y_hat

Each position of the code has its own uniform quantiser, whose range is that of the training codes.
The codes of all images are deflated together (RFC 1950/1951); the bytes counted are those of that
stream. The ranges belong to the network and are the same for any number of images: their size is
`header_bytes`, counted apart. Images unlike the training ones have codes beyond these ranges; wider
ones that hold them too (`Quantiser.widened`) belong to the file, as the bytes `told` of them do.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from ae_core.errors import UserError

LEVELS = 256


@dataclass(frozen=True)
class Quantiser:
    """Uniform quantisers, one for each position: `low` and `step` are float32 of the code's shape.

    Values from `low` to `low + 255 step` are kept to within half a step; others move to the nearest
    end. A position that was constant in training has step 0 and costs almost nothing.
    """

    low: np.ndarray
    step: np.ndarray

    @property
    def header_bytes(self) -> int:
        """Bytes that a file needs once for the ranges: two 32-bit numbers a position."""
        return self.low.nbytes + self.step.nbytes

    def widened(self, y) -> Quantiser:
        """Return the quantiser whose ranges also hold codes y, float (N, *code), N at least 1."""
        y = _check(y, self.low.shape)
        high = self.low + np.float32(LEVELS - 1) * self.step
        below, above = y.min(axis=0) < self.low, y.max(axis=0) > high
        low = np.where(below, y.min(axis=0), self.low).astype(np.float32)
        step = (np.maximum(high, y.max(axis=0)).astype(np.float64) - low) / (LEVELS - 1)
        # What is not widened stays as it is, to the last bit.
        return Quantiser(low, np.where(below | above, step, self.step).astype(np.float32))

    def told(self, known: Quantiser) -> int:
        """Return the bytes that tell these ranges to who knows the others.

        A bit a position says which ones differ; two 32-bit numbers follow for each of these.
        """
        differs = (self.low != known.low) | (self.step != known.step)
        return math.ceil(differs.size / 8) + 8 * int(differs.sum())

    def quantise(self, y) -> np.ndarray:
        """y float (N, *code) -> indices uint8 of the same shape."""
        y = _check(y, self.low.shape)
        scale = np.divide(1, self.step, out=np.zeros_like(self.step), where=self.step > 0)
        return np.clip(np.rint((y - self.low) * scale), 0, LEVELS - 1).astype(np.uint8)

    def dequantise(self, indices) -> np.ndarray:
        """Indices uint8 (N, *code) -> y_hat float32 of the same shape.

        Raises:
            UserError: the indices have another type or shape.
        """
        indices = np.asarray(indices)
        if indices.dtype != np.uint8 or indices.shape[1:] != self.low.shape:
            raise UserError(
                "Code indices must be uint8 of shape (images, {expected}), but they are {dtype} of "
                "shape {shape}.",
                expected=str(self.low.shape)[1:-1],
                dtype=indices.dtype,
                shape=indices.shape,
            )
        return indices * self.step + self.low

    def pack(self, indices) -> bytes:
        """Indices uint8 (N, *code) of all images -> one deflated stream."""
        indices = np.asarray(indices, np.uint8)
        # Position by position: neighbours in the stream then share a distribution.
        return zlib.compress(np.ascontiguousarray(indices.reshape(len(indices), -1).T), 9)

    def unpack(self, stream: bytes, images: int) -> np.ndarray:
        """The inverse of `pack`; UserError when the stream does not hold exactly `images` codes."""
        size = images * self.low.size
        inflate = zlib.decompressobj()
        try:
            # Never inflate more than is expected: a small file must not fill the memory.
            content = inflate.decompress(stream, size + 1)
            whole = inflate.eof
        except zlib.error:
            content, whole = b"", False
        if not whole or len(content) != size or inflate.unused_data:
            raise UserError(
                "A stream of {images} × {values} values was expected, but it is damaged or holds "
                "something else; bytes: {size}.",
                images=images,
                values=self.low.size,
                size=len(stream),
            )
        indices = np.frombuffer(content, np.uint8).reshape(self.low.size, images)
        return np.ascontiguousarray(indices.T).reshape(images, *self.low.shape)


def fit(y) -> Quantiser:
    """The quantiser whose ranges just hold the training codes y, float (N, *code), N at least 1.

    Raises:
        UserError: no codes, or of another type.
    """
    y = _check(y)
    if len(y) == 0:
        raise UserError("The ranges of a quantiser need at least one training code; there is none.")
    low, high = y.min(axis=0), y.max(axis=0)
    step = (high.astype(np.float64) - low) / (LEVELS - 1)
    return Quantiser(low=low.astype(np.float32), step=step.astype(np.float32))


def _check(y, shape=None) -> np.ndarray:
    y = np.asarray(y)
    expected = "..." if shape is None else str(shape)[1:-1]
    if y.dtype.kind != "f" or y.ndim < 2 or (shape is not None and y.shape[1:] != shape):
        raise UserError(
            "Codes must be floating point of shape (images, {expected}), but they are {dtype} of "
            "shape {shape}.",
            expected=expected,
            dtype=y.dtype,
            shape=y.shape,
        )
    if not np.isfinite(y).all():
        raise UserError("Codes must be finite numbers, but these hold NaN or infinity.")
    return y
