"""One picture to bytes and back: colours, wavelets, whole numbers, and what sharpens the result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae_core.codec.photo import coder, wavelet
from ae_core.codec.photo.scales import Scales
from ae_core.codec.photo.sharpen import Sharpener

# Red, green and blue to brightness and two differences, orthonormal; close to PCA of photographs.
COLOURS = (np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])).astype("f4")
GREY = np.ones((1, 1), np.float32)
MIDDLE = np.float32(128)
LEVELS_A_HALVING = 32
TOP_LEVEL = 255  # where the step is 1 on the 0-255 scale


@dataclass(frozen=True, eq=False)
class PhotoCodec:
    """The codec for photographs, of any size.

    Attributes:
        scales: how large each coefficient is to be expected.
        sharpener: what the decoder adds.
        fingerprint: 8 bytes that name the numbers of both.
        image_shape: of the smallest picture; its channels are the most that there can be.
    """

    scales: Scales
    sharpener: Sharpener
    fingerprint: bytes
    image_shape = (1, 1, 3)

    def encode(self, x: np.ndarray, level: int) -> tuple[bytes, np.ndarray]:
        """Return the stream of a picture, uint8 (H, W, 1 or 3), and what the decoder shows of it.

        Args:
            x: the picture.
            level: 0 (fewest bytes) to 255 (best quality).
        """
        bands, lows = analyse(x, level)
        data = coder.encode(bands, lows, level, self.scales)
        return data, self._shown(bands, lows, level)

    def decode(self, data: bytes, shape: tuple[int, int], channels: int, level: int) -> np.ndarray:
        """Return the picture of a stream: uint8 (H, W, channels).

        Raises:
            UserError: no encoder writes such a stream.
        """
        return self._shown(*coder.decode(data, shape, channels, level, self.scales), level)

    def _shown(self, bands, lows, level: int) -> np.ndarray:
        return self.sharpener(synthesise(bands, lows, level), level, step_of(level))


def step_of(level: int) -> np.float32:
    """Return the quantisation step of a level, on the 0-255 scale."""
    return np.float32(2 ** ((TOP_LEVEL - level) / LEVELS_A_HALVING))


def analyse(x: np.ndarray, level: int) -> tuple[list[wavelet.Bands], list[np.ndarray]]:
    """Return the bands and LL of each colour in steps, float32, of uint8 (H, W, 1 or 3)."""
    scale, bands, lows = 1 / step_of(level), [], []
    for row in _basis(x.shape[2]):
        plane = np.zeros(x.shape[:2], np.float32)
        for channel, share in zip(np.moveaxis(x, 2, 0), row * scale, strict=True):
            plane += (channel - MIDDLE) * share
        found, low = wavelet.forward(plane)
        bands.append(found)
        lows.append(low)
    return bands, lows


def synthesise(bands: list[wavelet.Bands], lows: list[np.ndarray], level: int) -> np.ndarray:
    """Return the picture, uint8 (H, W, 1 or 3), of what :func:`analyse` gives, rounded or not.

    Single operations one after the other, no matrix product: IEEE rounds them alike everywhere.
    """
    basis, x = _basis(len(lows)) * step_of(level), None
    for row, found, low in zip(basis, bands, lows, strict=True):
        plane = wavelet.inverse(found, low)
        if x is None:
            x = np.full((*plane.shape, len(lows)), MIDDLE)
        for channel, share in enumerate(row):
            x[..., channel] += plane * share
    return np.clip(np.rint(x, out=x), 0, 255, out=x).astype(np.uint8)


def _basis(channels: int) -> np.ndarray:
    return COLOURS if channels == 3 else GREY
