"""The rate network: trained for bits and quality at once, every rate from one set of weights.

It starts at a linear transform code, which is hard to beat on small pictures, and improves on it: the
gains, the prior, the convolutions and the dense layers are learned, for all rates together.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

from ae_core.networks.layers import DepthToSpace, Scale, SpaceToDepth, conv, dense

WIDTH, DEEP_WIDTH = 40, 64
TOP_LEVEL = 255
# Quantisation steps of the lowest and the highest level at the start, by the number of channels:
# letters are seen from 3 bits up, house numbers from 50.
STEPS = {1: (6.0, 0.2), 3: (1.2, 0.05)}
# On grey letters the first values are free of the linear path: see the elastic network.
FREE, FREE_SPREAD = 8, 4.0
ROWS = 9
# Adam moves every weight by about as much a step; logarithms of scales have farther to go.
HASTE = 20.0
# Red, green and blue to brightness and two differences, orthonormal: close to what PCA finds.
COLOURS = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3], [2], [6]])


def shares(code: int, channels: int) -> tuple[int, int]:
    """Return how many values speak of brightness, and how many of each of two colour differences."""
    if channels == 1:
        return code, 0
    colour = round(0.18 * code)
    return code - 2 * colour, colour


def build(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the network: [x (N, H, W, C) in [0, 1], level (N, 1, 1, 1)] → x_hat, bits (N, 1).

    ::

        encoder   x ─┬─ linear ────────── + ── × gain(level) ── z (code)
                     └─ convolutions ─────┘
                  q = round(z)                                    the code: whole numbers
        decoder   q ── × gain'(level) ─┬──────────────── + ── linear ─┬─────────────── + ── x_hat
                                       └── dense layers ─┘            └─ convolutions ─┘

    ``level`` runs from 0 (fewest bits) to 255. Gain units (Cui et al. 2021, "Asymmetric gained deep
    image compression with continuous rate adaptation", CVPR): a row of gains for each of nine levels,
    interpolated geometrically between them. ``bits`` is the code length under :class:`ScalePrior`.
    In training the bits are counted with uniform noise added to z, and the decoder sees round(z) with
    the gradient of z (mixed quantisation: Minnen & Singh 2020, section 3.3).
    """
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    y = _analyse(x, code - free_values(image_shape[2]))
    g = conv(32, 5, 2, name="halve")(LevelPlane(name="level_map")(x, level))
    g = _block(conv(WIDTH, 3, 2, name="shrink")(g), "quarter")
    g = layers.Flatten(name="values")(conv(4, 1, activation=None, name="squeeze")(g))
    z = Gain(1.0, *STEPS[image_shape[2]], name="gain", dtype="float32")(
        _correct_code(y, g, level, code), level
    )
    encoder = keras.Model([x, level], z, name="encoder")
    decoder = _decoder(image_shape, code)

    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    z = encoder([x, level])
    q = Round(name="round", dtype="float32")(z)
    bits = ScalePrior(name="prior", dtype="float32")(z, q, level)
    return keras.Model([x, level], [decoder([q, level]), bits], name="rate")


def finished(network: keras.Model, numbers: list[np.ndarray]) -> keras.Model:
    """Return the network as it is kept: the learned prior's place is taken by whole numbers.

    Args:
        network: from :func:`build`, trained.
        numbers: weights, bias, thresholds and tables, int32; see :class:`Tables`.
    """
    x = keras.Input(network.inputs[0].shape[1:], name="x")
    level = keras.Input((1, 1, 1), name="level")
    q = Round(name="round", dtype="float32")(network.get_layer("encoder")([x, level]))
    tables = Tables(len(numbers[1]), *numbers[3].shape, name="tables")
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


def steps(network: keras.Model, level: float) -> np.ndarray:
    """Return the size of one quantisation step at a level in units of the image, float (k,)."""
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
    code = encoder.output_shape[-1] - free
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
    spread = np.sqrt(np.maximum(variances[order], 1e-7))
    if free:
        energy = spread / np.sqrt((spread**2).mean())
        encoder.get_layer("energy").set_weights([energy.astype(np.float32)])
        spread = np.concatenate([np.full(free, FREE_SPREAD), spread])
    decoder.get_layer("unit").set_weights([(1 / spread).astype(np.float32)])
    steps = np.geomspace(*STEPS[channels], ROWS)[:, None]
    bias = np.log(np.maximum(0.3 * spread / steps, 1e-3)).astype(np.float32)
    prior = network.get_layer("prior")
    prior.log_bias.assign(bias / HASTE)


def free_values(channels: int) -> int:
    """Return how many values of the code are not linear at the start."""
    return FREE if channels == 1 else 0


def _correct_code(y, features, level, code: int):
    """Add to the linear code y (N, k) what convolutions see, and the free values before it."""
    free = code - y.shape[-1]
    if not free:
        h = layers.Dense(code, kernel_initializer="zeros", name="correction", dtype="float32")
        return layers.Add(name="sum", dtype="float32")([y, h(features)])
    told = layers.Flatten(name="told", dtype="float32")(level) / TOP_LEVEL
    energy = Scale(name="energy", dtype="float32")(y)
    h = layers.Concatenate(name="both")([energy, features, told])
    h = dense(384, name="hidden_2")(dense(512, name="hidden_1")(h))
    added = layers.Dense(y.shape[-1], kernel_initializer="zeros", name="correction",
                         dtype="float32")(h)
    first = layers.Dense(free, kernel_initializer=keras.initializers.RandomNormal(stddev=0.2),
                         name="free", dtype="float32")(h)
    rest = layers.Add(name="sum", dtype="float32")([y, added])
    return layers.Concatenate(name="code", dtype="float32")([first, rest])


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
    y = Gain(-1.0, *STEPS[channels], name="gain", dtype="float32")(q, level)
    unit = Scale(name="unit", dtype="float32")(y)
    told = layers.Flatten(name="told", dtype="float32")(level) / TOP_LEVEL
    h = layers.Concatenate(name="both")([unit, told])
    h = dense(wide, bias_initializer=kinks, name="hidden_1")(h)
    h = dense(wider, name="hidden_2")(h)
    h = layers.Dense(code - free, kernel_initializer="zeros", name="guess", dtype="float32")(h)
    h = layers.Add(name="sum", dtype="float32")([y[:, free:] if free else y, h])
    bright, colour = shares(code - free, channels)
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


@keras.saving.register_keras_serializable(package="ae_core")
class Tables(layers.Layer):
    """Hold the whole numbers of the prior beside the weights; returns its input, (N, k).

    ``weights`` (k, k), ``bias`` (rows, k), ``thresholds`` (classes - 1,) and ``tables`` (classes,
    symbols), all int32: see :class:`ae_core.codec.prior.Prior`.
    """

    def __init__(self, rows: int, classes: int, symbols: int, **options):
        super().__init__(**options)
        self.rows, self.classes, self.symbols = rows, classes, symbols

    def build(self, shape):
        sizes = {
            "weights": (shape[-1], shape[-1]), "bias": (self.rows, shape[-1]),
            "thresholds": (self.classes - 1,), "tables": (self.classes, self.symbols),
        }  # fmt: skip
        self.numbers = [
            self.add_weight(shape=size, dtype="int32", initializer="zeros", trainable=False,
                            name=name)
            for name, size in sizes.items()
        ]

    def call(self, q):
        return q

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {
            **super().get_config(),
            "rows": self.rows, "classes": self.classes, "symbols": self.symbols,
        }  # fmt: skip


@keras.saving.register_keras_serializable(package="ae_core")
class Colours(layers.Layer):
    """Red, green, blue (0 to 1) to brightness and two differences about mid-grey, or back.

    (N, pixels, 3) → (N, 3, pixels); ``back``: (N, pixels, 3) → the same shape. Grey: 1 for 3.
    """

    def __init__(self, back: bool = False, **options):
        super().__init__(**options)
        self.back = back

    def call(self, x):
        matrix = ops.convert_to_tensor(COLOURS, dtype=x.dtype)
        if self.back:
            return (ops.matmul(x, matrix) if x.shape[-1] == 3 else x) + 0.5
        x = x - 0.5
        return ops.transpose(
            ops.matmul(x, ops.transpose(matrix)) if x.shape[-1] == 3 else x, (0, 2, 1)
        )

    def compute_output_shape(self, shape):
        return shape if self.back else (shape[0], shape[2], shape[1])

    def get_config(self):
        return {**super().get_config(), "back": self.back}


@keras.saving.register_keras_serializable(package="ae_core")
class Order(layers.Layer):
    """Bring the values into a stored order: (N, k) → (N, k)."""

    def build(self, shape):
        self.order = self.add_weight(shape=(shape[-1],), dtype="int32", initializer="zeros",
                                     trainable=False, name="order")
        self.order.assign(np.arange(shape[-1], dtype=np.int32))

    def call(self, x):
        return ops.take(x, self.order, axis=-1)

    def compute_output_shape(self, shape):
        return shape


@keras.saving.register_keras_serializable(package="ae_core")
class LevelPlane(layers.Layer):
    """Append level / 255 as a constant channel: x (N, H, W, C), level → (N, H, W, C + 1)."""

    def call(self, x, level):
        plane = ops.zeros_like(x[..., :1]) + ops.cast(level, x.dtype) / TOP_LEVEL
        return ops.concatenate([x, plane], axis=-1)

    def compute_output_shape(self, x_shape, level_shape):
        return *x_shape[:-1], x_shape[-1] + 1


def _between(level, rows: int):
    """Return the weights of the rows at a level: (N, 1, 1, 1) → (N, rows), linear between two."""
    place = ops.reshape(ops.cast(level, "float32"), (-1, 1)) * ((rows - 1) / TOP_LEVEL)
    return ops.relu(1.0 - ops.abs(place - ops.arange(rows, dtype="float32")))


@keras.saving.register_keras_serializable(package="ae_core")
class Gain(layers.Layer):
    """Multiply each value by its learned gain at the level: (N, k), level (N, 1, 1, 1) → (N, k)."""

    def __init__(self, sign: float, coarsest: float = 1.0, finest: float = 1.0, **options):
        super().__init__(**options)
        self.sign, self.coarsest, self.finest = sign, coarsest, finest

    def build(self, x_shape, level_shape):
        self.log_gain = self.add_weight(shape=(ROWS, x_shape[-1]), initializer="zeros",
                                        name="log_gain")
        start = -np.log(np.geomspace(self.coarsest, self.finest, ROWS))[:, None]
        self.log_gain.assign(np.repeat(self.sign * start, x_shape[-1], axis=1).astype(np.float32))

    def call(self, x, level):
        return x * ops.exp(ops.matmul(_between(level, ROWS), self.log_gain))

    def compute_output_shape(self, x_shape, level_shape):
        return x_shape

    def get_config(self):
        return {
            **super().get_config(),
            "sign": self.sign, "coarsest": self.coarsest, "finest": self.finest,
        }  # fmt: skip


@keras.saving.register_keras_serializable(package="ae_core")
class Round(layers.Layer):
    """Round to whole numbers; the gradient is that of the identity (straight-through)."""

    def call(self, z):
        return z + ops.stop_gradient(ops.round(z) - z)

    def compute_output_shape(self, shape):
        return shape


@keras.saving.register_keras_serializable(package="ae_core")
class ScalePrior(layers.Layer):
    """Bits of each image's code, if each value is Laplacian with a scale told by those before it.

    z, q (N, k), level → (N, 1). The scale of value i is b_i(level) + Σ_{j<i} w_ji |q_j|, with b and w
    positive and learned: crops differ enormously in how much is in them, and what came before
    tells. After training it is replaced by whole numbers, :class:`ae_core.codec.prior.Prior`.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.seeds = keras.random.SeedGenerator(0)

    def build(self, z_shape, q_shape, level_shape):
        k = z_shape[-1]
        self.log_bias = self.add_weight(shape=(ROWS, k), initializer="zeros", name="log_bias")
        self.log_weight = self.add_weight(
            shape=(k, k), initializer=keras.initializers.Constant(-9.0 / HASTE), name="log_weight"
        )

    def call(self, z, q, level, training=False):
        bias = ops.exp(HASTE * ops.matmul(_between(level, ROWS), self.log_bias))
        seen = ops.stop_gradient(ops.abs(q))
        scale = bias + ops.matmul(seen, ops.triu(ops.exp(HASTE * self.log_weight), 1)) + 1e-3
        if training:
            z = z + keras.random.uniform(ops.shape(z), -0.5, 0.5, seed=self.seeds)
            size = ops.abs(z)
        else:
            size = ops.abs(q)
        outside = 0.5 * ops.exp(-ops.relu(size - 0.5) / scale)
        beyond = 0.5 * ops.exp(-(size + 0.5) / scale)
        inside = ops.exp(-ops.relu(0.5 - size) / scale)  # 1 unless the interval crosses zero
        chance = ops.where(size < 0.5, 1.0 - 0.5 * inside - beyond, outside - beyond)
        return -ops.sum(ops.log(ops.maximum(chance, 1e-9)), -1, keepdims=True) / math.log(2.0)

    def compute_output_shape(self, z_shape, q_shape, level_shape):
        return z_shape[0], 1

    def get_config(self):
        return super().get_config()
