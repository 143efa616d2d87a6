"""The noise-level-conditioned denoiser: one network with skip connections for every level."""

from __future__ import annotations

import keras
from keras import layers

from ae_core.networks.layers import DepthToSpace, LevelMap, SpaceToDepth, conv, cut, padded

WIDTHS = 64, 88  # maps at half the resolution and at a quarter
BLOCKS = 2, 2, 1  # before, at, and after the quarter
SIDES = 4  # what divides the sides inside


def build(
    image_shape: tuple[int, int, int],
    code: int = 0,
    widths: tuple[int, int] = WIDTHS,
    blocks: tuple[int, int, int] = BLOCKS,
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
    x = keras.Input(image_shape, name="x")
    level = keras.Input((1, 1, 1), name="level")
    noise = noise_in(x, level, image_shape[2], widths, blocks)
    x_hat = layers.Subtract(name="x_hat", dtype="float32")([x, noise])
    return keras.Model([x, level], x_hat, name="unet")


def inherit(network: keras.Model, old: keras.Model) -> bool:
    """Take the weights of a denoiser with as many blocks or more; False: it has not the same layers.

    A residual block that is left out leaves a network that still removes noise, and learns the rest
    again in few epochs.
    """
    theirs = {layer.name: layer.get_weights() for layer in old.layers}
    ours = [layer for layer in network.layers if layer.weights]
    shapes = [[w.shape for w in theirs.get(layer.name, ())] for layer in ours]
    if shapes != [[tuple(w.shape) for w in layer.weights] for layer in ours]:
        return False
    for layer in ours:
        layer.set_weights(theirs[layer.name])
    return True


def noise_in(x, level, channels: int, widths: tuple[int, int], blocks: tuple[int, int, int]):
    """Return the noise (N, H, W, channels) that is seen in x (N, H, W, any); at first zero.

    Args:
        x: the noisy image, and what else is known of it.
        level: (N, 1, 1, 1).
        channels: of the image.
        widths: maps at half the resolution and at a quarter.
        blocks: before, at, and after the quarter.
    """
    (wide, deep), (enter, low, leave) = widths, blocks
    h = SpaceToDepth(2, name="half_resolution")(padded(x, SIDES, "pad"))
    h = LevelMap(name="level_map")(h, level)
    h = conv(wide, 3, activation=None, use_bias=False, name="first")(h)
    h = top = _blocks(h, "enter", enter)
    h = conv(deep, 2, 2, activation=None, use_bias=False, name="down")(h)
    h = _blocks(_blocks(h, "deep", low - low // 2), "deeper", low // 2)
    h = conv(4 * wide, 1, activation=None, use_bias=False, name="up")(h)
    h = layers.Add(name="join")([top, DepthToSpace(2, name="up_pixels")(h)])
    h = _blocks(h, "leave", leave)
    h = conv(
        4 * channels,
        3,
        activation=None,
        use_bias=False,
        name="last",
        kernel_initializer="zeros",
        dtype="float32",
    )(h)
    noise = DepthToSpace(2, name="full_resolution", dtype="float32")(h)
    return cut(noise, x.shape[1:3], "cut", dtype="float32")


def _blocks(h, name: str, count: int):
    width = h.shape[-1]
    for i in range(count):
        r = conv(width, 3, use_bias=False, name=f"{name}_{i}a")(h)
        r = conv(width, 3, activation=None, use_bias=False, name=f"{name}_{i}b")(r)
        h = layers.Add(name=f"{name}_{i}")([h, r])
    return h
