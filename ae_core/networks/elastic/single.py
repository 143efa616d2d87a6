"""The elastic network of larger images: dense layers in PCA's coordinates.

One decoder draws all codes but the shortest, see :mod:`ae_core.networks.elastic.short`.
"""

from __future__ import annotations

import math

import keras
from keras import layers

from ae_core.networks.dense import parts
from ae_core.networks.dense.layers import AddImage, DivideByGain
from ae_core.networks.elastic import short
from ae_core.networks.elastic.layers import (
    Choose,
    DividePrefixByGain,
    LogSize,
    Missing,
    Prefix,
    Wiener,
)
from ae_core.networks.layers import (
    LINEAR_PIXELS,
    averaged,
    averaged_shape,
    averaging,
    enlarged,
)


def encoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the encoder, see :func:`ae_core.networks.elastic.short.encoder`."""
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    fewer = averaged(x, averaging(image_shape, LINEAR_PIXELS))
    h = layers.Flatten(name="pixels", dtype="float32")(fewer)
    h = layers.Dense(code, name="linear", dtype="float32", trainable=False)(h)
    h = Wiener(name="wiener", dtype="float32")(h, level)
    features, gain, _ = DivideByGain(name="gain", dtype="float32")(h)
    told = layers.Rescaling(1 / 255, name="told")(layers.Flatten(name="noise")(level))
    features = layers.Concatenate(name="both")([features, told])
    # A tenth, for what is added to the first values must be exact to a hundredth of them.
    corrected = layers.Rescaling(0.1, name="pace", dtype="float32")(parts.bend(features, code))
    h = parts.add(h, corrected, gain, "sum")
    return short.encoder(x, level, h, short.tops(image_shape, code))


def decoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the decoder: [y (N, 1, 1, code), size (N, 1, 1, 1)] → x_hat (N, H, W, C)."""
    y, size = keras.Input((1, 1, code), name="y"), keras.Input((1, 1, 1), name="size")
    factor = averaging(image_shape, LINEAR_PIXELS)
    fewer = averaged_shape(image_shape, factor)

    def whole(h, name: str):
        h = layers.Reshape(fewer, name=name, dtype="float32")(h)
        return enlarged(h, factor, image_shape[:2], name)

    kept = Prefix(name="prefix", dtype="float32")(y, size)
    kept = layers.Flatten(name="values", dtype="float32")(kept)
    features, gain, inverse = DividePrefixByGain(name="gain", dtype="float32")(kept, size)
    length = layers.Flatten(name="length")(LogSize(name="log_size", dtype="float32")(size))
    features = layers.Concatenate(name="both")([features, length])
    guess = layers.Multiply(name="guess", dtype="float32")([parts.bend(features, code), gain])
    known = layers.Reshape((1, 1, code), name="guesses", dtype="float32")(guess)
    known = layers.Flatten(name="known", dtype="float32")(
        Prefix(name="of_known", dtype="float32")(known, size)
    )
    unknown = layers.Subtract(name="unknown", dtype="float32")([guess, known])
    h = layers.Add(name="whole", dtype="float32")([kept, unknown])
    linear = {"use_bias": False, "name": "linear", "dtype": "float32", "trainable": False}
    linear = layers.Dense(math.prod(fewer), **linear)
    mean = AddImage(name="mean", dtype="float32")
    h = linear(h)
    drawn = whole(mean(h), "drawn")
    gain, inverse = (
        layers.Reshape((1, 1, 1), name=name, dtype="float32")(value)
        for name, value in (("times_gain", gain), ("over_gain", inverse))
    )
    picture = layers.Multiply(name="small", dtype="float32")([whole(h, "picture"), inverse])
    gain = layers.Multiply(name="missing", dtype="float32")(
        [gain, Missing(name="pace_of_size", dtype="float32")(size)]
    )
    tops = short.tops(image_shape, code)
    name = f"x_hat_{code}" if tops else "x_hat"
    x_hat = parts.add(drawn, parts.sharpen(picture, features), gain, name)
    if tops:
        few = [whole(mean(linear(short.read(y, size, k))), f"x_hat_{k}") for k in tops]
        x_hat = Choose([*tops, code], name="x_hat", dtype="float32")([size, *few, x_hat])
    return keras.Model([y, size], x_hat, name="decoder")
