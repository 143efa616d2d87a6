"""The layers of the rate network: gains, rounding, the prior, colours, and a book of shapes."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

TOP_LEVEL = 255
ROWS = 9
# Adam moves every weight by about as much a step; logarithms of scales have farther to go.
HASTE = 20.0
# Red, green and blue to brightness and two differences, orthonormal: close to what PCA finds.
COLOURS = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3], [2], [6]])
SHAPE_ROWS = 17
CANDIDATES = 16  # shapes that are looked at closely


@keras.saving.register_keras_serializable(package="ae_core")
class Tables(layers.Layer):
    """Hold the whole numbers of the prior beside the weights; returns its input, a code (N, P).

    ``weights`` (k, k), ``bias`` (rows, k), ``thresholds`` (classes - 1,), ``tables`` (classes,
    symbols) and, where codes begin with the number of a shape, ``shapes`` (SHAPE_ROWS, shapes), all
    int32, for the k values of a code: see :class:`ae_core.codec.prior.Prior`.
    """

    def __init__(self, rows: int, classes: int, symbols: int, shapes: int = 0, **options):
        super().__init__(**options)
        self.rows, self.classes, self.symbols, self.shapes = rows, classes, symbols, shapes

    def build(self, shape):
        values = shape[-1] - bool(self.shapes)
        sizes = {
            "weights": (values, values),
            "bias": (self.rows, values),
            "thresholds": (self.classes - 1,),
            "tables": (self.classes, self.symbols),
            **({"shapes": (SHAPE_ROWS, self.shapes)} if self.shapes else {}),
        }
        self.numbers = [
            self.add_weight(
                shape=size, dtype="int32", initializer="zeros", trainable=False, name=name
            )
            for name, size in sizes.items()
        ]

    def call(self, q):
        return q

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {
            **super().get_config(),
            "rows": self.rows,
            "classes": self.classes,
            "symbols": self.symbols,
            "shapes": self.shapes,
        }


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
        self.order = self.add_weight(
            shape=(shape[-1],), dtype="int32", initializer="zeros", trainable=False, name="order"
        )
        self.order.assign(np.arange(shape[-1], dtype=np.int32))

    def call(self, x):
        return ops.take(x, self.order, axis=-1)

    def compute_output_shape(self, shape):
        return shape


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
        self.log_gain = self.add_weight(
            shape=(ROWS, x_shape[-1]), initializer="zeros", name="log_gain"
        )
        start = -np.log(np.geomspace(self.coarsest, self.finest, ROWS))[:, None]
        self.log_gain.assign(np.repeat(self.sign * start, x_shape[-1], axis=1).astype(np.float32))

    def call(self, x, level):
        return x * ops.exp(ops.matmul(_between(level, ROWS), self.log_gain))

    def compute_output_shape(self, x_shape, level_shape):
        return x_shape

    def get_config(self):
        return {
            **super().get_config(),
            "sign": self.sign,
            "coarsest": self.coarsest,
            "finest": self.finest,
        }


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


@keras.saving.register_keras_serializable(package="ae_core")
class NearestShape(layers.Layer):
    """Find the shape of a book that leaves least to say: y (N, k), level → (N, 1), (N, k).

    The first output is the shape's number, the second its first values, zero where the book says
    nothing. Each book entry c costs its own bits at the level, as in entropy-constrained vector
    quantisation (Chou, Lookabaugh & Gray 1989), and leaves u = |y - c| / Δ to each value that
    follows: either 8 u² bits' worth of error, or about 4 + log2(1 + u) bits, more where values are
    rarely sent. Only the CANDIDATES nearest by the first are looked at by both.
    """

    def __init__(self, shapes: int, size: int, coarsest: float, finest: float, **options):
        super().__init__(**options)
        self.shapes, self.size = shapes, size
        self.coarsest, self.finest = coarsest, finest

    def build(self, y_shape, level_shape):
        self.book = self.add_weight(
            shape=(self.shapes, self.size), initializer="zeros", trainable=False, name="book"
        )
        self.bits = self.add_weight(
            shape=(SHAPE_ROWS, self.shapes), initializer="zeros", trainable=False, name="bits"
        )

    def call(self, y, level):
        told = ops.reshape(ops.cast(level, "float32"), (-1, 1)) / TOP_LEVEL
        step = self.coarsest * (self.finest / self.coarsest) ** told
        v = ops.cast(ops.stop_gradient(y[:, : self.size]), "float32") / step
        bits = ops.take(self.bits, nearest_row(level), axis=0)
        squares = ops.sum(ops.square(self.book), axis=1) / ops.square(step)
        distance = squares - 2 * ops.matmul(v, ops.transpose(self.book)) / step
        _, near = ops.top_k(-(8.0 * distance + bits), min(CANDIDATES, self.shapes))
        left = ops.abs(v[:, None] - ops.take(self.book, near, axis=0) / step[:, None])
        sent = 4 + 12 * ops.relu(1 - 2.5 * told)  # few values are sent at low rates
        sent = sent[:, None] + ops.log(1 + left) / math.log(2.0)
        cost = ops.sum(ops.minimum(8 * ops.square(left), sent), axis=-1)
        cost = cost + ops.take_along_axis(bits, near, axis=1)
        _, best = ops.top_k(-cost, 1)  # argmin has no equivalent in ONNX
        chosen = ops.take_along_axis(near, best, axis=1)
        shape = ops.take(self.book, chosen[:, 0], axis=0)
        return ops.cast(chosen, "float32"), _padded(shape, y.shape[-1])

    def compute_output_shape(self, y_shape, level_shape):
        return (y_shape[0], 1), y_shape

    def get_config(self):
        return {
            **super().get_config(),
            "shapes": self.shapes,
            "size": self.size,
            "coarsest": self.coarsest,
            "finest": self.finest,
        }


@keras.saving.register_keras_serializable(package="ae_core")
class Shape(layers.Layer):
    """Look a shape up by its number: (N, 1) → its first values (N, k), then zeros."""

    def __init__(self, shapes: int, size: int, code: int, **options):
        super().__init__(**options)
        self.shapes, self.size, self.code = shapes, size, code

    def build(self, shape):
        self.book = self.add_weight(
            shape=(self.shapes, self.size), initializer="zeros", trainable=False, name="book"
        )

    def call(self, number):
        number = ops.clip(ops.cast(number[:, 0], "int32"), 0, self.shapes - 1)
        return _padded(ops.take(self.book, number, axis=0), self.code)

    def compute_output_shape(self, shape):
        return shape[0], self.code

    def get_config(self):
        return {**super().get_config(), "shapes": self.shapes, "size": self.size, "code": self.code}


@keras.saving.register_keras_serializable(package="ae_core")
class ShapeBits(layers.Layer):
    """Return what a shape's number costs at a level, in bits: (N, 1), level → (N, 1)."""

    def __init__(self, shapes: int, **options):
        super().__init__(**options)
        self.shapes = shapes

    def build(self, number_shape, level_shape):
        self.bits = self.add_weight(
            shape=(SHAPE_ROWS, self.shapes), initializer="zeros", trainable=False, name="bits"
        )

    def call(self, number, level):
        bits = ops.take(self.bits, nearest_row(level), axis=0)
        return ops.take_along_axis(bits, ops.cast(number, "int32"), axis=1)

    def compute_output_shape(self, number_shape, level_shape):
        return number_shape[0], 1

    def get_config(self):
        return {**super().get_config(), "shapes": self.shapes}


def nearest_row(level):
    """Return the nearest of the SHAPE_ROWS rows to each level: (N, 1, 1, 1) → int32 (N,)."""
    place = ops.reshape(ops.cast(level, "float32"), (-1,)) * ((SHAPE_ROWS - 1) / TOP_LEVEL)
    return ops.cast(ops.floor(place + 0.5), "int32")


def _padded(values, size: int):
    """Append zeros: (N, m) → (N, size)."""
    return ops.pad(values, ((0, 0), (0, size - values.shape[-1])))
