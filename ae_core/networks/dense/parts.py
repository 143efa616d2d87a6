"""The two corrections of a linear map: dense layers for what bends, convolutions for what is blurred.

Both see everything divided by its gain and start at zero, so that a network begins as its linear map.
"""

from __future__ import annotations

import keras
from keras import layers

from ae_core.networks.layers import DepthToSpace, SpaceToDepth, cut, padded

WIDTH, BLOCKS = 256, 3  # of the dense layers
MAPS, CONVOLUTIONS = 48, 2  # of the convolutions
BLOCK = 4  # pixels


def bend(
    features, units: int, width: int = WIDTH, blocks: int = BLOCKS, tail: str = "", by_chance=False
):
    """Residual blocks of one dense layer each, on features (N, k) → (N, units).

    Args:
        features, units: as above.
        width, blocks: of the dense layers.
        tail: what the names of the layers end with.
        by_chance: begin with weights drawn by chance, not at zero.
    """
    kinks = keras.initializers.RandomUniform(-2, 2) if by_chance else "zeros"
    h = layers.Dense(width, bias_initializer=kinks, name=f"widen{tail}")(features)
    for k in range(1, blocks + 1):
        r = layers.LayerNormalization(name=f"norm_{k}{tail}")(h)
        r = layers.Activation("silu", name=f"bend_{k}{tail}")(r)
        r = layers.Dense(width, name=f"dense_{k}{tail}")(r)
        h = layers.Add(name=f"block_{k}{tail}")([h, r])
    h = layers.Activation("silu", name=f"bend{tail}")(h)
    start = "glorot_uniform" if by_chance else "zeros"
    last = {"kernel_initializer": start, "dtype": "float32", "name": f"correction{tail}"}
    return layers.Dense(units, **last)(h)


def sharpen(picture, features):
    """Residual convolutions on blocks of pixels, told the code: (N, H, W, C) → same, zero at first.

    Args:
        picture: what the linear map draws, less the mean image and divided by its gain.
        features: of the code, (N, k).
    """
    sides, channels = picture.shape[1:3], picture.shape[3]
    # What differs from the mean image by a gain of one differs by about a quarter in a pixel.
    h = layers.Rescaling(4.0, name="to_unit", dtype="float32")(picture)
    h = padded(h, BLOCK, "pad", dtype="float32")
    h = SpaceToDepth(BLOCK, name="to_blocks", dtype="float32")(h)
    h = layers.Conv2D(MAPS, 3, padding="same", name="first")(h)
    told = layers.Reshape((1, 1, MAPS), name="told")(layers.Dense(MAPS, name="tell")(features))
    h = layers.Add(name="with_code")([h, told])
    for k in range(1, CONVOLUTIONS + 1):
        r = layers.Activation("silu", name=f"shape_{k}")(h)
        r = layers.Conv2D(MAPS, 3, padding="same", activation="silu", name=f"maps_{k}_a")(r)
        r = layers.Conv2D(MAPS, 1, name=f"maps_{k}_b")(r)
        h = layers.Add(name=f"maps_{k}")([h, r])
    h = layers.Activation("silu", name="shape")(h)
    last = {"kernel_initializer": "zeros", "dtype": "float32", "name": "last"}
    h = layers.Conv2D(BLOCK**2 * channels, 3, padding="same", **last)(h)
    h = DepthToSpace(BLOCK, name="to_pixels", dtype="float32")(h)
    h = cut(h, sides, "cut", dtype="float32")
    # A tenth, because an optimiser's first steps are of one size, and larger than what is missing.
    return layers.Rescaling(0.1, name="pace", dtype="float32")(h)


def add(h, correction, gain, name: str):
    """Add to h what a path gives, times the gain."""
    correction = layers.Multiply(name=f"{name}_gain", dtype="float32")([correction, gain])
    return layers.Add(name=name, dtype="float32")([h, correction])
