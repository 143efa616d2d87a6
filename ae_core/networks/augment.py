"""Augmentations drawn per image inside the training step; all run on every Keras backend."""

from __future__ import annotations

import itertools

import keras
import numpy as np
from keras import ops

AT_ONCE = 256  # images varied in one go, outside of a training


def augment(x, kind: str, seeds):
    """Return ``x`` (B, H, W, C) in [0, 1], varied by "shapes", "colours" or "both", or as it is.

    Args:
        x: float tensor.
        kind: one of ``config.AUGMENTATIONS`` but "auto", which has been decided before.
        seeds: a ``keras.random.SeedGenerator``.
    """
    if kind == "flips":
        x = _flips(x, seeds)
    if kind in ("shapes", "both"):
        x = _shapes(x, seeds)
    if kind in ("colours", "both", "recut-colours"):
        x = _colours(x, seeds)
    return x


def more(x: np.ndarray, kind: str, seed: int, count: int) -> np.ndarray:
    """Return images as they are and varied ones after them, uint8 (max(N, count), H, W, C).

    Args:
        x: uint8 (N, H, W, C); every image comes equally often.
        kind: as of :func:`augment`.
        seed: the same seed gives the same images.
        count: images at least, where there is anything to vary.
    """
    missing = 0 if kind == "none" else max(0, count - len(x))
    seeds = keras.random.SeedGenerator(seed)
    found = [x]
    for first in range(0, missing, AT_ONCE):
        part = x[np.arange(first, min(first + AT_ONCE, missing)) % len(x)]
        varied = augment(ops.convert_to_tensor(part.astype(np.float32) / 255), kind, seeds)
        found.append(np.rint(255 * ops.convert_to_numpy(varied)).astype(np.uint8))
    return np.concatenate(found)


def _shapes(x, seeds):
    """Shift by up to 1.5 pixels, zoom by up to 8 % in each direction, shear by up to 0.1.

    Every second image stays as it is: moved ones are a little blurred, and a network that sees no
    others loses up to 2 dB on real ones.
    """
    batch, height, width = ops.shape(x)[0], x.shape[1], x.shape[2]
    u = keras.random.uniform((batch, 6), -1.0, 1.0, seed=seeds)
    a, e = 1.0 + 0.08 * u[:, 0], 1.0 + 0.08 * u[:, 1]
    b, d = 0.1 * u[:, 2], 0.03 * u[:, 3]
    cy, cx = (height - 1) / 2, (width - 1) / 2
    shift_x = cx - a * cx - b * cy + 1.5 * u[:, 4]
    shift_y = cy - d * cx - e * cy + 1.5 * u[:, 5]
    zero = 0.0 * a
    transform = ops.stack([a, b, shift_x, d, e, shift_y, zero, zero], axis=1)
    moved = ops.image.affine_transform(
        x,
        transform,
        interpolation="bilinear",
        fill_mode="nearest",  # no black borders
    )
    stays = keras.random.uniform((batch, 1, 1, 1), seed=seeds) < 0.5
    return ops.where(stays, x, ops.clip(moved, 0.0, 1.0))


def _coin(x, seeds):
    return keras.random.uniform((ops.shape(x)[0], 1, 1, 1), seed=seeds) < 0.5


def _flips(x, seeds):
    """Mirror each image or not, both ways, and transpose a square one: no pixel changes its value."""
    x = ops.where(_coin(x, seeds), ops.flip(x, axis=2), x)
    x = ops.where(_coin(x, seeds), ops.flip(x, axis=1), x)
    if x.shape[1] == x.shape[2]:
        x = ops.where(_coin(x, seeds), ops.transpose(x, (0, 2, 1, 3)), x)
    return x


def _colours(x, seeds):
    """Flip, permute the channels, invert, and change the contrast.

    Every second image stays as it is: a code of few values has no room for colours that no image has.
    """
    per_image, stays, as_it_is = (ops.shape(x)[0], 1, 1, 1), _coin(x, seeds), x
    x = _flips(x, seeds)
    if x.shape[3] == 3:
        orders = np.stack([np.eye(3)[list(p)] for p in itertools.permutations(range(3))])
        chosen = keras.random.randint((ops.shape(x)[0],), 0, len(orders), seed=seeds)
        mix = ops.take(ops.convert_to_tensor(orders.astype("float32")), chosen, axis=0)
        x = ops.einsum("bhwc,bcd->bhwd", x, mix)
    x = ops.where(_coin(x, seeds), 1.0 - x, x)
    contrast = keras.random.uniform(per_image, 0.7, 1.3, seed=seeds)
    shift = keras.random.uniform(per_image, -0.1, 0.1, seed=seeds)
    mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
    return ops.where(stays, as_it_is, ops.clip((x - mean) * contrast + mean + shift, 0.0, 1.0))
