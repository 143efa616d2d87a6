"""The rate network: trained for bits and quality at once, every rate from one set of weights.

It starts at a linear transform code, which is hard to beat on small pictures, and improves on it: the
gains, the prior, the convolutions and the dense layers are learned, for all rates together. Letters
begin with the number of a shape (:mod:`ae_core.networks.shapes`), house numbers do not.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from ae_core.networks import shapes
from ae_core.networks.layers import DepthToSpace, Scale, SpaceToDepth, conv, dense
from ae_core.networks.rate_layers import (
    COLOURS,
    HASTE,
    ROWS,
    TOP_LEVEL,
    Colours,
    Gain,
    LevelPlane,
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
FREE, FREE_SPREAD = 8, 4.0
SHAPE_VALUES = 64  # values of the linear code that a shape speaks of
_DRAWINGS = 6  # until the decoder draws new shapes as they are


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

    On grey pictures the first value of the code is the number of the shape; elsewhere there is none.

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
    g = conv(32, 5, 2, name="halve")(LevelPlane(name="level_map")(x, level))
    g = _block(conv(WIDTH, 3, 2, name="shrink")(g), "quarter")
    g = layers.Flatten(name="values")(conv(4, 1, activation=None, name="squeeze")(g))
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
        bits = layers.Add(name="bits", dtype="float32")([
            ScalePrior(name="prior", dtype="float32")(z[:, 1:], q[:, 1:], level),
            ShapeBits(sum(shapes.SIZES), name="shape_bits", dtype="float32")(q[:, :1], level),
        ])
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


def start_at_transform(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Set the linear layers to PCA of brightness and of colour, and gains and prior to match.

    Args:
        network: from :func:`build`.
        x: training images, uint8 (N, H, W, C).
        weights: how often each image counts, (N,).
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    channels = x.shape[-1]
    free = free_values(channels)
    code = encoder.output_shape[-1] - free - has_shapes(channels)
    found = [
        _principal(covariance, size)
        for covariance, size in zip(_planes(x, weights), shares(code, channels), strict=False)
    ]
    variances = np.concatenate([found[0][1], *([found[1][1]] * 2 if len(found) > 1 else [])])
    order = np.argsort(-variances, kind="stable").astype(np.int32)
    for name, (basis, _) in zip(("brightness", "colour"), found, strict=False):
        encoder.get_layer(name).set_weights([basis.astype(np.float32)])
        decoder.get_layer(name).set_weights([basis.T.astype(np.float32)])
    encoder.get_layer("order").set_weights([order])
    decoder.get_layer("order").set_weights([np.argsort(order).astype(np.int32)])
    variances = np.maximum(variances[order], 1e-7)
    if free:
        energy = np.sqrt(variances / variances.mean())
        encoder.get_layer("energy").set_weights([energy.astype(np.float32)])
    if has_shapes(channels):
        decoder.get_layer("shape_unit").set_weights([1 / np.sqrt(variances, dtype=np.float32)])
        variances = _start_shapes(network, x, found[0][0], weights)
    spread = np.concatenate([np.full(free, FREE_SPREAD), np.sqrt(variances)])
    decoder.get_layer("unit").set_weights([(1 / spread).astype(np.float32)])
    steps = np.geomspace(*STEPS[channels], ROWS)[:, None]
    bias = np.log(np.maximum(0.3 * spread / steps, 1e-3)).astype(np.float32)
    prior = network.get_layer("prior")
    prior.log_bias.assign(bias / HASTE)


def _start_shapes(network, x: np.ndarray, basis: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fill the book of shapes; return the variances (k,) of what it leaves of the linear code."""
    y = _linear_code(x, basis.astype(np.float32))
    nearest = network.get_layer("encoder").get_layer("nearest_shape")
    slopes = lagrangian(np.array(shapes.LEVELS), 1)
    found, bits = shapes.book(y[:, : nearest.size], weights, slopes)
    nearest.set_weights([found, bits])
    shapes.fit_bits(nearest, y, weights)
    network.get_layer("decoder").get_layer("shape").set_weights([found])
    network.get_layer("shape_bits").set_weights([nearest.get_weights()[1]])
    left = y - shapes.lookup(nearest, y)
    return np.maximum((left**2 * weights[:, None]).sum(axis=0) / weights.sum(), 1e-7)


def renew_shapes(model: keras.Model, x: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
    """Make the shapes for the fewest bits, and what each shape's number costs, anew.

    Args:
        model: trained, from :func:`finished`; changed in place.
        x: training images, uint8 (N, H, W, C).
        weights: how often each counts, (N,).

    Returns:
        Bits (SHAPE_ROWS, shapes) as in :func:`shape_bits`; None without shapes.
    """
    if not has_shapes(x.shape[-1]):
        return None
    encoder = model.get_layer("encoder")
    nearest = encoder.get_layer("nearest_shape")
    basis, order = (encoder.get_layer(name).get_weights()[0] for name in ("brightness", "order"))
    y = _linear_code(x, np.asarray(basis)[:, np.asarray(order)])
    found, bits = (np.array(part) for part in nearest.get_weights())
    size = shapes.SIZES[0]
    found[:size], few = shapes.smallest(
        y[:, : nearest.size], weights, lagrangian(shapes.LEVELS[0], 1)
    )
    nearest.set_weights([found, shapes.renewed_bits(bits, few)])
    shapes.fit_bits(nearest, y, weights)
    _draw(model.get_layer("decoder"), found, size, np.asarray(basis)[:, np.asarray(order)])
    return np.asarray(nearest.get_weights()[1])


def _draw(decoder: keras.Model, found: np.ndarray, few: int, basis: np.ndarray) -> None:
    """Give the decoder a book from which it draws the first ``few`` shapes as they are.

    Its layers add to every shape what they learned; what they add to a new one is taken off.
    """
    book, drawn = found.copy(), basis[:, : found.shape[1]]
    q = np.zeros((few, decoder.inputs[0].shape[1]), np.float32)
    q[:, 0] = np.arange(few)
    levels = np.full((few, 1, 1, 1), shapes.LEVELS[0], np.float32)
    for _ in range(_DRAWINGS):
        decoder.get_layer("shape").set_weights([book])
        x_hat = np.asarray(decoder.predict_on_batch([q, levels])).reshape(few, -1)
        book[:few] += found[:few] - (np.clip(x_hat, 0, 1) - 0.5) @ drawn
    decoder.get_layer("shape").set_weights([book])


def _linear_code(x: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the linear code of grey images: uint8 (N, H, W, 1), basis (D, k) → float32 (N, k)."""
    return np.concatenate([
        (x[i : i + 2048].reshape(-1, len(basis)).astype(np.float32) / 255 - 0.5) @ basis
        for i in range(0, len(x), 2048)
    ])


def has_shapes(channels: int) -> bool:
    """Return whether a code begins with the number of a shape."""
    return channels == 1


def free_values(channels: int) -> int:
    """Return how many values of the code are not linear at the start."""
    return FREE if channels == 1 else 0


def _correct_code(y, features, level, channels: int):
    """Add to the linear code y (N, k) what convolutions see; return a shape's number, and the values.

    On grey pictures the shape is taken off first, and free values come before the others.
    """
    free = free_values(channels)
    if not free:
        h = layers.Dense(
            y.shape[-1], kernel_initializer="zeros", name="correction", dtype="float32"
        )(features)
        return None, layers.Add(name="sum", dtype="float32")([y, h])
    told = layers.Flatten(name="told", dtype="float32")(level) / TOP_LEVEL
    number, shape = NearestShape(
        sum(shapes.SIZES), min(SHAPE_VALUES, y.shape[-1]), *STEPS[channels], name="nearest_shape",
        dtype="float32",
    )(y, level)  # fmt: skip
    y = layers.Subtract(name="left", dtype="float32")([y, shape])
    energy = Scale(name="energy", dtype="float32")
    h = layers.Concatenate(name="both")([energy(y), energy(shape), features, told])
    h = dense(384, name="hidden_2")(dense(512, name="hidden_1")(h))
    added = layers.Dense(y.shape[-1], kernel_initializer="zeros", name="correction",
                         dtype="float32")(h)
    first = layers.Dense(free, kernel_initializer=keras.initializers.RandomNormal(stddev=0.2),
                         name="free", dtype="float32")(h)
    rest = layers.Add(name="sum", dtype="float32")([y, added])
    return number, layers.Concatenate(name="values_of_code", dtype="float32")([first, rest])


def _analyse(x, code: int):
    """x (N, H, W, C) → the linear code (N, code), most varying values first."""
    height, width, channels = x.shape[1:]
    bright, colour = shares(code, channels)
    h = layers.Reshape((height * width, channels), name="pixels", dtype="float32")(x)
    h = Colours(name="colours", dtype="float32")(h)
    parts = [_linear(bright, "brightness")(h[:, 0])]
    if colour:
        parts.append(layers.Flatten(name="colour_values", dtype="float32")(
            _linear(colour, "colour")(h[:, 1:])
        ))
    h = layers.Concatenate(name="all", dtype="float32")(parts) if colour else parts[0]
    return Order(name="order", dtype="float32")(h)


def _decoder(image_shape, code: int) -> keras.Model:
    height, width, channels = image_shape
    free = free_values(channels)
    wide, wider = (384, 512) if free else (256, 256)
    kinks = keras.initializers.RandomUniform(-2, 2) if free else "zeros"
    q, level = keras.Input((code,), name="q"), keras.Input((1, 1, 1), name="level")
    values, linear = code - has_shapes(channels), code - has_shapes(channels) - free
    y = Gain(-1.0, *STEPS[channels], name="gain", dtype="float32")(q[:, code - values :], level)
    seen = [Scale(name="unit", dtype="float32")(y)]
    parts = [y[:, free:] if free else y]
    if has_shapes(channels):
        shape = Shape(sum(shapes.SIZES), min(SHAPE_VALUES, linear), linear, name="shape",
                      dtype="float32")(q[:, :1])
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
    h = layers.Reshape(image_shape, name="picture", dtype="float32")(h)
    x_hat = layers.Add(name="x_hat", dtype="float32")([h, _correction(h, level, channels)])
    return keras.Model([q, level], x_hat, name="decoder")


def _correction(x, level, channels: int):
    h = LevelPlane(name="level_map")(SpaceToDepth(2, name="to_half")(x), level)
    h = top = _block(conv(WIDTH, 3, name="half")(h), "half_in")
    h = _block(conv(DEEP_WIDTH, 2, 2, name="down")(h), "small")
    h = DepthToSpace(2, name="up")(conv(4 * WIDTH, 1, activation=None, name="to_up")(h))
    h = _block(layers.Add(name="join")([top, h]), "half_out")
    h = conv(4 * channels, 3, activation=None, kernel_initializer="zeros", name="last",
             dtype="float32")(h)
    return DepthToSpace(2, name="to_full", dtype="float32")(h)


def _block(h, name: str):
    r = conv(h.shape[-1], 3, name=f"{name}_a")(h)
    r = conv(h.shape[-1], 3, activation=None, name=f"{name}_b")(r)
    return layers.Add(name=name)([h, r])


def _linear(units: int, name: str):
    return layers.Dense(units, use_bias=False, trainable=False, name=name, dtype="float32")


def _planes(x: np.ndarray, weights: np.ndarray) -> list[np.ndarray]:
    """Covariances (D, D) about mid-grey of brightness and colour, over all flips and transposes."""
    channels = x.shape[-1]
    weights = weights / weights.sum()
    sums = [0.0] * min(channels, 2)
    for first in range(0, len(x), 1000):
        part = x[first : first + 1000].astype(np.float32) / 255 - 0.5
        share = np.sqrt(weights[first : first + 1000]).astype(np.float32)
        planes = part @ COLOURS.T.astype(np.float32) if channels == 3 else part
        flat = (planes * share[:, None, None, None]).transpose(3, 0, 1, 2)
        flat = flat.reshape(channels, len(part), -1)
        products = [p.T @ p for p in flat]
        sums[0] = sums[0] + products[0]
        if channels == 3:
            sums[1] = sums[1] + (products[1] + products[2]) / 2
    if channels == 1:  # letters have an upright; house numbers are seen as textures
        return sums
    return [_symmetric(s, x.shape[1]) for s in sums]


def _symmetric(covariance: np.ndarray, side: int) -> np.ndarray:
    grid = np.arange(side * side).reshape(side, side)
    views = [view for turned in (grid, grid.T) for view in
             (turned, turned[::-1], turned[:, ::-1], turned[::-1, ::-1])]
    return np.mean([covariance[np.ix_(v.ravel(), v.ravel())] for v in views], axis=0)


def _principal(covariance: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first eigenvectors as columns (D, size), and their variances (size,)."""
    variances, vectors = np.linalg.eigh(covariance.astype(np.float64))
    return vectors[:, ::-1][:, :size], np.maximum(variances[::-1][:size], 0)
