"""The wavelet transform of a picture of any size: strided convolutions, linear and invertible.

    plane ── columns, then rows: split into even and odd, predict, update ── LL ── again, and so on
                                        └── HL, LH, HH: what is left at this depth

Each half of the split is a convolution with stride 2, and `depth` of them in a row one with stride
2 ** depth: a linear convolutional encoder, whose decoder is its inverse. The filters are those of
Cohen, Daubechies & Feauveau 1992 (9 and 7 taps) as lifting steps (Daubechies & Sweldens 1998), scaled
to be close to orthonormal, so that an error of a coefficient is as large an error of the picture.
Filters of neighbouring places overlap: there are no blocks and so no seams.
"""

from __future__ import annotations

import numpy as np

STEPS = -1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971
SCALE = 1.149604398860241  # of the even half; the odd one is divided by it
COARSEST = 4  # longest side of what is not split further

Bands = list[tuple[np.ndarray, np.ndarray, np.ndarray]]  # (HL, LH, HH) of each depth, finest first


def depth_of(height: int, width: int) -> int:
    """Return how many times a plane is split: until its longer side is at most four values."""
    side, depth = max(height, width), 0
    while side > COARSEST:
        side, depth = -(-side // 2), depth + 1
    return depth


def shapes(height: int, width: int) -> tuple[list[tuple], tuple[int, int]]:
    """Return the shapes of the bands of each depth, as of :data:`Bands`, and that of LL."""
    found = []
    for _ in range(depth_of(height, width)):
        top, left = -(-height // 2), -(-width // 2)
        low, wide = height - top, width - left
        found.append(((top, wide), (low, left), (low, wide)))
        height, width = top, left
    return found, (height, width)


def forward(plane: np.ndarray) -> tuple[Bands, np.ndarray]:
    """Transform a plane, float32 (H, W); returns the bands and LL, float32."""
    found = []
    for _ in range(depth_of(*plane.shape)):
        upper, lower = _split(plane)
        plane, horizontal = (half.T for half in _split(upper.T))
        vertical, diagonal = (half.T for half in _split(lower.T))
        found.append((horizontal, vertical, diagonal))
    return found, plane


def inverse(bands: Bands, low: np.ndarray) -> np.ndarray:
    """Return the plane of bands and LL, float32 (H, W)."""
    for horizontal, vertical, diagonal in reversed(bands):
        upper = _join(low.T, horizontal.T).T
        lower = _join(vertical.T, diagonal.T).T
        low = _join(upper, lower)
    return low


def _split(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    even, odd = x[0::2].astype(np.float32), x[1::2].astype(np.float32)
    if len(odd):
        for step in range(0, 4, 2):
            _predict(odd, even, STEPS[step])
            _update(even, odd, STEPS[step + 1])
        even *= np.float32(SCALE)
        odd *= np.float32(-1 / SCALE)
    return even, odd


def _join(even: np.ndarray, odd: np.ndarray) -> np.ndarray:
    x = np.empty((len(even) + len(odd), even.shape[1]), np.float32)
    even, odd = np.ascontiguousarray(even), np.ascontiguousarray(odd)
    if len(odd):
        even, odd = even * np.float32(1 / SCALE), odd * np.float32(-SCALE)
        for step in (2, 0):
            _update(even, odd, -STEPS[step + 1])
            _predict(odd, even, -STEPS[step])
    x[0::2], x[1::2] = even, odd
    return x


def _predict(odd: np.ndarray, even: np.ndarray, step: float) -> None:
    """Add to each odd row its two even neighbours times a number; a missing one is mirrored."""
    step = np.float32(step)
    odd += step * even[: len(odd)]
    odd[: len(even) - 1] += step * even[1 : len(odd) + 1]
    if len(even) == len(odd):
        odd[-1] += step * even[-1]


def _update(even: np.ndarray, odd: np.ndarray, step: float) -> None:
    """Add to each even row its two odd neighbours times a number; a missing one is mirrored."""
    step = np.float32(step)
    even[: len(odd)] += step * odd
    even[1:] += step * odd[: len(even) - 1]
    even[0] += step * odd[0]
    if len(even) > len(odd):
        even[-1] += step * odd[-1]
