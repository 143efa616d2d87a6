"""The noise-level-conditioned denoiser: one network with skip connections for every level."""

from __future__ import annotations

import keras
from keras import layers

from ae_core.networks.layers import DepthToSpace, LevelMap, SpaceToDepth, conv, cut, padded

WIDTHS = 64, 88  # maps at half the resolution and at a quarter
BLOCKS = 2
SIDES = 4  # what divides the sides inside


def build(
    image_shape: tuple[int, int, int], code: int = 0, widths: tuple[int, int] = WIDTHS
) -> keras.Model:
    """Build the denoiser: [x_noisy (N, H, W, C) in [0, 1], level (N, 1, 1, 1)] → x_hat in [0, 1].

    ::

        x_noisy, level ── half resolution ── blocks ─────────── + ── blocks ── full resolution ── +
           │                                   └ down ─ blocks ─ up ┘                             │
           └──────────────────────────────────── the noise is subtracted ─────────────────────────┘

    The level map and the half resolution are FFDNet's (Zhang et al. 2018), the residual blocks
    without biases DRUNet's (Zhang et al. 2021). The last layer starts at zero, so the untrained
    network returns its input.
    """
    wide, deep = widths
    x = keras.Input(image_shape, name="x")
    level = keras.Input((1, 1, 1), name="level")
    h = SpaceToDepth(2, name="half_resolution")(padded(x, SIDES, "pad"))
    h = LevelMap(name="level_map")(h, level)
    h = top = _blocks(conv(wide, 3, activation=None, use_bias=False, name="first")(h), "enter")
    h = conv(deep, 2, 2, activation=None, use_bias=False, name="down")(h)
    h = _blocks(_blocks(h, "deep"), "deeper")
    h = conv(4 * wide, 1, activation=None, use_bias=False, name="up")(h)
    h = layers.Add(name="join")([top, DepthToSpace(2, name="up_pixels")(h)])
    h = _blocks(h, "leave")
    h = conv(
        4 * image_shape[2],
        3,
        activation=None,
        use_bias=False,
        name="last",
        kernel_initializer="zeros",
        dtype="float32",
    )(h)
    noise = DepthToSpace(2, name="full_resolution", dtype="float32")(h)
    noise = cut(noise, image_shape[:2], "cut", dtype="float32")
    x_hat = layers.Subtract(name="x_hat", dtype="float32")([x, noise])
    return keras.Model([x, level], x_hat, name="unet")


def _blocks(h, name: str):
    width = h.shape[-1]
    for i in range(BLOCKS):
        r = conv(width, 3, use_bias=False, name=f"{name}_{i}a")(h)
        r = conv(width, 3, activation=None, use_bias=False, name=f"{name}_{i}b")(r)
        h = layers.Add(name=f"{name}_{i}")([h, r])
    return h
