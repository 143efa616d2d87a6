"""The corruptions, on 8-bit images.

One rule everywhere: a noisy image is what a user could save, so it is clipped to 0-255 and rounded
to 8 bits, in training and in testing alike. Each formula stands once, in a function of pre-drawn
randomness: NumPy draws it for validation and test (fixed per image, whatever the batch size), Keras
draws it on the device for every training batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from ae_core.errors import Message, UserError, check_choice, check_number


@dataclass(frozen=True)
class Kind:
    """A kind of noise. ``unit`` is what its level counts; ``formula`` works on the 0-255 scale."""

    unit: str  # "sigma": on the 0-255 scale; "percent": of the pixels
    maximum: float
    default: float
    formula: Callable[..., Any] | None

    @property
    def most(self) -> float:
        """The highest level there is; ``maximum`` is the highest that a page offers by itself."""
        return 100 if self.unit == "percent" else 255


def _gaussian(xp: ModuleType, x, level, normal, uniform):
    return x + level * normal


def _speckle(xp: ModuleType, x, level, normal, uniform):
    return x + x / 255.0 * level * normal


def _salt_and_pepper(xp: ModuleType, x, level, normal, uniform):
    u = uniform[..., :1]
    half = level / 200.0
    return xp.where(u < half, 0.0 * x, xp.where(u > 1.0 - half, 0.0 * x + 255.0, x))


def _masking(xp: ModuleType, x, level, normal, uniform):
    return xp.where(uniform[..., :1] < level / 100.0, 0.0 * x, x)


_EXACT_COUNTS = 12


def _poisson(xp: ModuleType, x, level, normal, uniform):
    """Photon counts, scaled so that white has standard deviation ``level``.

    A count with mean m below 4 is drawn exactly, by inverting its distribution; above, by the
    Cornish-Fisher expansion m + z sqrt(m) + (z^2 - 1)/6, rounded.
    """
    photons_at_white = (255.0 / xp.maximum(level, 1e-3)) ** 2
    mean = x / 255.0 * photons_at_white
    small = xp.minimum(mean, 4.0)
    term = xp.exp(-small)
    cumulated, count = term, 0.0 * x
    for k in range(1, _EXACT_COUNTS + 1):
        count = count + xp.where(uniform > cumulated, 1.0 + 0.0 * x, 0.0 * x)
        term = term * small / k
        cumulated = cumulated + term
    large = xp.maximum(xp.round(mean + normal * xp.sqrt(mean) + (normal * normal - 1.0) / 6.0), 0.0)
    return xp.where(mean < 4.0, count, large) / photons_at_white * 255.0


KINDS: dict[str, Kind] = {
    "none": Kind("sigma", 0, 0, None),
    "gaussian": Kind("sigma", 100, 25, _gaussian),
    "salt-and-pepper": Kind("percent", 90, 20, _salt_and_pepper),
    "speckle": Kind("sigma", 150, 50, _speckle),
    "poisson": Kind("sigma", 100, 30, _poisson),
    "masking": Kind("percent", 90, 50, _masking),
}


@dataclass(frozen=True)
class Noise:
    """A corruption that is asked for; metadata as in :class:`ae_core.config.TrainConfig`."""

    kind: str = field(
        default="none", metadata={"choices": tuple(KINDS), "help": "corruption of the input"}
    )
    level: float = field(
        default=0.0,
        metadata={
            "help": "gaussian, speckle, poisson: sigma on the 0-255 scale; salt-and-pepper, masking: "
            "percent of the pixels"
        },
    )
    low: float | None = field(
        default=None, metadata={"help": "draw each image's level from LOW to LEVEL"}
    )
    clean: float = field(default=0.0, metadata={"help": "share of the images that get no noise"})
    unclipped: float = field(
        default=0.0,
        metadata={"help": "share of the images whose noise is as papers count it, beyond 0 and 255"},
    )

    def __post_init__(self):
        check_choice(Message("noise"), self.kind, tuple(KINDS))
        check_number(Message("noise level"), self.level, 0, KINDS[self.kind].most)
        if self.low is not None:
            check_number(Message("lowest noise level"), self.low, 0, self.level)
        check_number(Message("share of clean images"), self.clean, 0, 1)
        check_number(Message("share of images with unclipped noise"), self.unclipped, 0, 1)


def corrupt(x: np.ndarray, noise: Noise, seed: int = 0, start: int = 0) -> np.ndarray:
    """Return ``x`` with fixed noise: that of image ``i`` depends on ``(seed, start + i)`` alone.

    Args:
        x: uint8 (N, H, W, C).
        noise: its ``level`` is used; ``low`` is for training only.
        seed: names the draw.
        start: number of the first image, so that a batch gets the noise it has in the whole set.

    Returns:
        uint8 (N, H, W, C), clipped and rounded.

    Raises:
        UserError: ``x`` is not uint8 with four axes.

    >>> x = np.full((2, 28, 28, 1), 128, np.uint8)
    >>> x_noisy = corrupt(x, Noise("gaussian", 25), seed=1)
    >>> x_noisy.dtype, round(float(x_noisy.std()))
    (dtype('uint8'), 25)
    >>> bool((corrupt(x[1:], Noise("gaussian", 25), seed=1, start=1) == x_noisy[1:]).all())
    True
    """
    _check(x)
    formula = KINDS[noise.kind].formula
    if formula is None or noise.level == 0:
        return x.copy()
    out = np.empty_like(x)
    for i in range(len(x)):
        normal, uniform = _draw(x.shape[1:], seed, start + i)
        image = x[i].astype(np.float32)
        out[i] = to_8_bit(formula(np, image, np.float32(noise.level), normal, uniform))
    return out


def corrupt_unclipped(x: np.ndarray, sigma: float, seed: int = 0, start: int = 0) -> np.ndarray:
    """Return ``x`` plus Gaussian noise as papers count it: neither clipped nor rounded.

    The same draw as :func:`corrupt` with the same seed.

    Args:
        x: uint8 (N, H, W, C).
        sigma: standard deviation on the 0-255 scale.
        seed: names the draw.
        start: number of the first image.

    Returns:
        float32 (N, H, W, C) on the 0-255 scale.

    >>> x = np.zeros((1, 28, 28, 1), np.uint8)
    >>> bool(corrupt_unclipped(x, 25).min() < 0)
    True
    """
    _check(x)
    drawn = [_draw(x.shape[1:], seed, start + i)[0] for i in range(len(x))]
    return x.astype(np.float32) + np.float32(sigma) * np.stack(drawn)


def corrupt_on_device(x, noise: Noise, seeds):
    """Corrupt a training batch inside the graph, with fresh randomness.

    Args:
        x: float tensor (B, H, W, C) in [0, 1].
        noise: level drawn per image from [low, level] when ``low`` is given; a share ``clean`` of
            the images gets none.
        seeds: a ``keras.random.SeedGenerator``.

    Returns:
        x_noisy float (B, H, W, C) in [0, 1] on the 8-bit grid, and the levels (B, 1, 1, 1).
    """
    import keras
    from keras import ops

    shape = ops.shape(x)
    per_image = (shape[0], 1, 1, 1)
    if noise.low is None:
        level = ops.full(per_image, noise.level, dtype="float32")
    else:
        level = keras.random.uniform(per_image, noise.low, noise.level, seed=seeds)
    if noise.clean > 0:
        spared = keras.random.uniform(per_image, seed=seeds) < noise.clean
        level = ops.where(spared, 0.0, level)
    formula = KINDS[noise.kind].formula
    if formula is None:
        return x, level
    normal = keras.random.normal(shape, seed=seeds)
    uniform = keras.random.uniform(shape, seed=seeds)
    noisy = formula(ops, x * 255.0, level, normal, uniform)
    stored = ops.round(ops.clip(noisy, 0.0, 255.0))
    if noise.unclipped > 0:
        free = keras.random.uniform(per_image, seed=seeds) < noise.unclipped
        stored = ops.where(free, noisy, stored)
    return stored / 255.0, level


def _draw(shape: tuple[int, ...], seed: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.Generator(np.random.Philox(key=[seed, index]))
    return (random.standard_normal(shape, dtype=np.float32), random.random(shape, dtype=np.float32))


def to_8_bit(x: np.ndarray) -> np.ndarray:
    """Return values on the 0-255 scale as the image that can be saved: clipped, rounded, uint8."""
    return np.clip(np.rint(x), 0, 255).astype(np.uint8)


def _check(x: np.ndarray) -> None:
    if not isinstance(x, np.ndarray) or x.dtype != np.uint8 or x.ndim != 4:
        found = f"{getattr(x, 'dtype', type(x).__name__)} {getattr(x, 'shape', '')}"
        raise UserError("Images must be uint8 (N, H, W, C), but they are {found}.", found=found)
