"""Haar wavelets of whole batches, shrunk: the working part of `denoisers.wavelets`."""

import numpy as np

# Orthonormal: brightness, red against blue, green against both (as in Dabov et al., 2007).
OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], np.float32)
OPPONENT /= np.linalg.norm(OPPONENT, axis=1, keepdims=True)


def shifted_haar(x: np.ndarray, sigma: float, shifts: int) -> np.ndarray:
    """Clean float32 (N, H, W, 1 or 3): the mean over `shifts` * `shifts` displacements.

    `sigma` is that of the noise, on the images' scale.
    """
    (height, width), before = x.shape[1:3], shifts - 1
    colours = OPPONENT if x.shape[-1] == 3 else np.eye(1, dtype=np.float32)
    tall, wide = (-(-(side + before) // 8) * 8 for side in (height, width))
    margins = ((0, 0), (before, tall - height), (before, wide - width), (0, 0))
    padded = np.pad(x @ colours.T, margins, mode="symmetric")
    total = np.zeros_like(x)
    for down in range(shifts):
        for right in range(shifts):
            clean = _haar(padded[:, down : down + tall, right : right + wide], sigma, levels=3)
            top, left = before - down, before - right
            total += clean[:, top : top + height, left : left + width]
    return (total / shifts**2) @ colours


def _haar(x, sigma, levels: int) -> np.ndarray:
    """One orthonormal Haar level of (N, H, W, C), its three bands shrunk, the rest in turn."""
    if levels == 0:
        return x
    high, low = x[:, 0::2] + x[:, 1::2], x[:, 0::2] - x[:, 1::2]
    rest = _haar((high[:, :, 0::2] + high[:, :, 1::2]) / 2, sigma, levels - 1)
    a = _shrink((high[:, :, 0::2] - high[:, :, 1::2]) / 2, sigma)
    b = _shrink((low[:, :, 0::2] + low[:, :, 1::2]) / 2, sigma)
    c = _shrink((low[:, :, 0::2] - low[:, :, 1::2]) / 2, sigma)
    clean = np.empty_like(x)
    clean[:, 0::2, 0::2], clean[:, 0::2, 1::2] = (rest + a + b + c) / 2, (rest - a + b - c) / 2
    clean[:, 1::2, 0::2], clean[:, 1::2, 1::2] = (rest + a - b - c) / 2, (rest - a - b + c) / 2
    return clean


def _shrink(band, sigma) -> np.ndarray:
    """Soft threshold sigma^2 / (standard deviation of the band without noise)."""
    power = np.square(band).mean(axis=(1, 2), keepdims=True) - sigma**2
    threshold = sigma**2 / np.sqrt(np.maximum(power, 1e-6))
    return np.sign(band) * np.maximum(np.abs(band) - threshold, 0)
