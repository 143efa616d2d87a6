"""The rate network: trained for bits and quality at once, every rate from one set of weights.

It starts at a linear transform code, which is hard to beat on small images, and improves on it: the
gains, the prior, the convolutions and the dense layers are learned, for all rates together. Letters
begin with the number of a shape (:mod:`ae_core.networks.rate.shape_book`), house numbers do not.
What is counted from images, not learned, is in :mod:`ae_core.networks.rate.counted`.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from ae_core.networks.layers import (
    LevelMap,
    Scale,
    averaged,
    averaged_shape,
    averaging,
    conv,
    dense,
    enlarged,
    residual_block,
    two_scale_correction,
    values_of,
)
from ae_core.networks.rate import shape_book
from ae_core.networks.rate.layers import (
    HASTE,
    ROWS,
    TOP_LEVEL,
    Colours,
    Gain,
    NearestShape,
    Order,
    Round,
    ScalePrior,
    Shape,
    ShapeBits,
    Tables,
)

WIDTH, DEEP_WIDTH = 40, 64
# Quantisation steps of the lowest and the highest level at the start, by the number of channels:
# letters are seen from 3 bits up, house numbers from 50.
STEPS = {1: (14.0, 0.15), 3: (1.2, 0.05)}
# On grey letters the first values are free of the linear path: see the elastic network.
FREE = 8
LINEAR_PIXELS = 96 * 96  # larger images are averaged: the transform is found from all pairs of pixels
SHAPE_VALUES = 64  # values of the linear code that a shape speaks of


def shares(code: int, channels: int) -> tuple[int, int]:
    """Return how many values speak of brightness, and how many of each of two colour differences."""
    if channels == 1:
        return code, 0
    colour = round(0.18 * code)
    return code - 2 * colour, colour


def build(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the network: [x (N, H, W, C) in [0, 1], level (N, 1, 1, 1)] → x_hat, bits (N, 1).

    ::

        encoder   x ─┬─ linear ─ − shape ─ + ── × gain(level) ── z (code)
                     └─ convolutions ──────┘
                  q = round(z)                                    the code: whole numbers
        decoder   q ── × gain'(level) ─┬─ + shape ────── + ── linear ─┬─────────────── + ── x_hat
                                       └── dense layers ─┘            └─ convolutions ─┘

    On grey images the first value of the code is the number of the shape; elsewhere there is none.

    ``level`` runs from 0 (fewest bits) to 255. Gain units (Cui et al. 2021, "Asymmetric gained deep
    image compression with continuous rate adaptation", CVPR): a row of gains for each of nine levels,
    interpolated geometrically between them. ``bits`` is the code length under :class:`ScalePrior`.
    In training the bits are counted with uniform noise added to z, and the decoder sees round(z) with
    the gradient of z (mixed quantisation: Minnen & Singh 2020, section 3.3).
    """
    channels = image_shape[2]
    values = code - has_shapes(channels)
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    y = _analyse(x, values - free_values(channels))
    g = conv(32, 5, 2, name="halve")(LevelMap(name="level_map")(x, level))
    g = residual_block(conv(WIDTH, 3, 2, name="shrink")(g), "quarter")
    g = values_of(conv(4, 1, activation=None, name="squeeze")(g), "values")
    number, z = _correct_code(y, g, level, channels)
    z = Gain(1.0, *STEPS[channels], name="gain", dtype="float32")(z, level)
    if number is not None:
        z = layers.Concatenate(name="code", dtype="float32")([number, z])
    encoder = keras.Model([x, level], z, name="encoder")
    decoder = _decoder(image_shape, code)

    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    z = encoder([x, level])
    q = Round(name="round", dtype="float32")(z)
    if number is None:
        bits = ScalePrior(name="prior", dtype="float32")(z, q, level)
    else:
        bits = layers.Add(name="bits", dtype="float32")(
            [
                ScalePrior(name="prior", dtype="float32")(z[:, 1:], q[:, 1:], level),
                ShapeBits(sum(shape_book.SIZES), name="shape_bits", dtype="float32")(q[:, :1], level),
            ]
        )
    return keras.Model([x, level], [decoder([q, level]), bits], name="rate")


def finished(network: keras.Model, numbers: list[np.ndarray]) -> keras.Model:
    """Return the network as it is kept: the learned prior's place is taken by whole numbers.

    Args:
        network: from :func:`build`, trained.
        numbers: weights, bias, thresholds, tables and those of shapes, int32; see :class:`Tables`.
    """
    x = keras.Input(network.inputs[0].shape[1:], name="x")
    level = keras.Input((1, 1, 1), name="level")
    q = Round(name="round", dtype="float32")(network.get_layer("encoder")([x, level]))
    book = numbers[4].shape[1] if len(numbers) > 4 else 0
    tables = Tables(len(numbers[1]), *numbers[3].shape, book, name="tables")
    x_hat = network.get_layer("decoder")([tables(q), level])
    tables.set_weights(numbers)
    return keras.Model([x, level], x_hat, name="rate")


def scales(network: keras.Model, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the learned prior's weights (k, k), strictly upper, and biases at ``rows`` levels."""
    log_bias, log_weight = (np.asarray(w) for w in network.get_layer("prior").get_weights()[:2])
    place = np.linspace(0, ROWS - 1, rows)[:, None]
    between = np.maximum(0, 1 - np.abs(place - np.arange(ROWS)))
    bias = np.exp(HASTE * between @ log_bias) + 1e-3
    return np.triu(np.exp(HASTE * log_weight), 1), bias


def shape_bits(network: keras.Model) -> np.ndarray | None:
    """Return what each shape's number costs in bits, (SHAPE_ROWS, shapes); None without shapes."""
    if not any(layer.name == "shape_bits" for layer in network.layers):
        return None
    return np.asarray(network.get_layer("shape_bits").get_weights()[0])


def steps(network: keras.Model, level: float) -> np.ndarray:
    """Return the size of one quantisation step at a level in units of the image, float (k,).

    The number of a shape is none of the k values.
    """
    log_gain = np.asarray(network.get_layer("decoder").get_layer("gain").get_weights()[0])
    place = level * (ROWS - 1) / TOP_LEVEL
    return np.exp(np.maximum(0, 1 - np.abs(place - np.arange(ROWS))) @ log_gain)


def lagrangian(level, channels: int):
    """Return λ of `λ · squared error + bits` at a level: bits per unit of Σ (x_hat - x)² on [0, 1].

    At high rates a step Δ costs Δ²/12 a value and 6 / (Δ² ln 2) bits per unit of it (Gersho & Gray
    1992, section 5.6), so λ Δ² is constant. ``level`` may be a number, an array or a tensor.
    """
    coarsest, finest = STEPS[channels]
    step = coarsest * (finest / coarsest) ** (level / TOP_LEVEL)
    return 8.0 / step**2


def cost(error, bits, level, channels: int):
    """Return the Lagrangian of each image, (N,), of about the same size at every level.

    Args:
        error: the sum of its squared error on [0, 1], (N,).
        bits: of its code, (N,).
        level: 0 to 255, (N,).
        channels: of the images, 1 or 3.
    """
    slope = lagrangian(level, channels)
    return (slope * error + bits) / (5.0 * slope**0.5)


def has_shapes(channels: int) -> bool:
    """Return whether a code begins with the number of a shape."""
    return channels == 1


def free_values(channels: int) -> int:
    """Return how many values of the code are not linear at the start."""
    return FREE if channels == 1 else 0


def _correct_code(y, features, level, channels: int):
    """Add to the linear code y (N, k) what convolutions see; return a shape's number, and the values.

    On grey images the shape is taken off first, and free values come before the others.
    """
    free = free_values(channels)
    if not free:
        h = layers.Dense(y.shape[-1], kernel_initializer="zeros", name="correction", dtype="float32")(
            features
        )
        return None, layers.Add(name="sum", dtype="float32")([y, h])
    told = layers.Flatten(name="told", dtype="float32")(level) / TOP_LEVEL
    number, shape = NearestShape(
        sum(shape_book.SIZES),
        min(SHAPE_VALUES, y.shape[-1]),
        *STEPS[channels],
        name="nearest_shape",
        dtype="float32",
    )(y, level)
    y = layers.Subtract(name="left", dtype="float32")([y, shape])
    energy = Scale(name="energy", dtype="float32")
    h = layers.Concatenate(name="both")([energy(y), energy(shape), features, told])
    h = dense(384, name="hidden_2")(dense(512, name="hidden_1")(h))
    added = layers.Dense(y.shape[-1], kernel_initializer="zeros", name="correction", dtype="float32")(
        h
    )
    first = layers.Dense(
        free,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.2),
        name="free",
        dtype="float32",
    )(h)
    rest = layers.Add(name="sum", dtype="float32")([y, added])
    return number, layers.Concatenate(name="values_of_code", dtype="float32")([first, rest])


def _analyse(x, code: int):
    """x (N, H, W, C) → the linear code (N, code), most varying values first."""
    h = averaged(x, averaging(x.shape[1:], LINEAR_PIXELS))
    height, width, channels = h.shape[1:]
    bright, colour = shares(code, channels)
    h = layers.Reshape((height * width, channels), name="pixels", dtype="float32")(h)
    h = Colours(name="colours", dtype="float32")(h)
    parts = [_linear(bright, "brightness")(h[:, 0])]
    if colour:
        parts.append(
            layers.Flatten(name="colour_values", dtype="float32")(_linear(colour, "colour")(h[:, 1:]))
        )
    h = layers.Concatenate(name="all", dtype="float32")(parts) if colour else parts[0]
    return Order(name="order", dtype="float32")(h)


def _decoder(image_shape, code: int) -> keras.Model:
    factor = averaging(image_shape, LINEAR_PIXELS)
    height, width, channels = averaged_shape(image_shape, factor)
    free = free_values(channels)
    wide, wider = (384, 512) if free else (256, 256)
    kinks = keras.initializers.RandomUniform(-2, 2) if free else "zeros"
    q, level = keras.Input((code,), name="q"), keras.Input((1, 1, 1), name="level")
    values, linear = code - has_shapes(channels), code - has_shapes(channels) - free
    y = Gain(-1.0, *STEPS[channels], name="gain", dtype="float32")(q[:, code - values :], level)
    seen = [Scale(name="unit", dtype="float32")(y)]
    parts = [y[:, free:] if free else y]
    if has_shapes(channels):
        shape = Shape(
            sum(shape_book.SIZES), min(SHAPE_VALUES, linear), linear, name="shape", dtype="float32"
        )(q[:, :1])
        seen.append(Scale(name="shape_unit", dtype="float32")(shape))
        parts.append(shape)
    told = layers.Flatten(name="told", dtype="float32")(level) / TOP_LEVEL
    h = layers.Concatenate(name="both")([*seen, told])
    h = dense(wide, bias_initializer=kinks, name="hidden_1")(h)
    h = dense(wider, name="hidden_2")(h)
    h = layers.Dense(linear, kernel_initializer="zeros", name="guess", dtype="float32")(h)
    h = layers.Add(name="sum", dtype="float32")([*parts, h])
    bright, colour = shares(linear, channels)
    h = Order(name="order", dtype="float32")(h)
    h_bright = layers.Reshape((1, height * width), name="one", dtype="float32")(
        _linear(height * width, "brightness")(h[:, :bright])
    )
    if colour:
        h_colour = _linear(height * width, "colour")(
            layers.Reshape((2, colour), name="two", dtype="float32")(h[:, bright:])
        )
        h_bright = layers.Concatenate(axis=1, name="three", dtype="float32")([h_bright, h_colour])
    h = layers.Permute((2, 1), name="planes_last", dtype="float32")(h_bright)
    h = Colours(back=True, name="colours", dtype="float32")(h)
    h = layers.Reshape((height, width, channels), name="picture", dtype="float32")(h)
    h = enlarged(h, factor, image_shape[:2], "picture")
    beside = LevelMap(name="level_map"), level
    sharper = two_scale_correction(h, channels, (WIDTH, DEEP_WIDTH), beside=beside)
    x_hat = layers.Add(name="x_hat", dtype="float32")([h, sharper])
    return keras.Model([q, level], x_hat, name="decoder")


def _linear(units: int, name: str):
    return layers.Dense(units, use_bias=False, trainable=False, name=name, dtype="float32")
