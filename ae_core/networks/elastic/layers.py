"""The layers of the elastic network: prefixes of its code, gains for noise, the choice of a band."""

from __future__ import annotations

import math

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="ae_core")
class Wiener(layers.Layer):
    """Shrink each value by v / (v + sigma²): what noise of that level leaves certain of it.

    Inputs: y (N, k) and level (N, 1, 1, 1) on the 0-255 scale. The variances v are learned. Wiener
    (1949), "Extrapolation, interpolation, and smoothing of stationary time series".
    """

    def build(self, y_shape, level_shape):
        self.log_variance = self.add_weight(
            shape=(y_shape[-1],), initializer="zeros", name="log_variance"
        )

    def call(self, y, level):
        noise = ops.square(ops.reshape(level, (-1, 1)) / 255.0)
        variance = ops.exp(self.log_variance)
        return y * variance / (variance + ops.cast(noise, y.dtype))

    def compute_output_shape(self, y_shape, level_shape):
        return y_shape


@keras.saving.register_keras_serializable(package="ae_core")
class Prefix(layers.Layer):
    """Set all but the first ``size`` values to zero: y (N, 1, 1, k), size (N, 1, 1, 1) → y."""

    def call(self, y, size):
        place = ops.cast(ops.arange(y.shape[-1]), "float32")
        return y * ops.cast(place < ops.cast(size, "float32"), y.dtype)

    def compute_output_shape(self, y_shape, size_shape):
        return y_shape


@keras.saving.register_keras_serializable(package="ae_core")
class DividePrefixByGain(layers.Layer):
    """Divide a code's first ``size`` values by their root mean square, y (N, k), size (N, 1, 1, 1).

    It gives features (N, k + 1), g and 1/g (N, 1), as the dense network's ``DivideByGain``, but the
    mean is over the values kept and one more, which is one: where none is kept, so is the gain.
    """

    def build(self, y_shape, size_shape):
        self.free = 3 if y_shape[-1] > 8 else 0
        self.built = True

    def call(self, y, size):
        rest = y[:, self.free :]
        count = ops.maximum(ops.reshape(ops.cast(size, "float32"), (-1, 1)) - self.free, 0.0)
        energy = ops.sum(ops.square(rest), axis=1, keepdims=True)
        gain = ops.sqrt((energy + 1.0) / (count + 1.0))
        features = ops.concatenate([y[:, : self.free], rest / gain, ops.log(gain)], axis=1)
        return features, gain, 1.0 / gain

    def compute_output_shape(self, y_shape, size_shape):
        return (y_shape[0], y_shape[1] + 1), (y_shape[0], 1), (y_shape[0], 1)


@keras.saving.register_keras_serializable(package="ae_core")
class Missing(layers.Layer):
    """About how much a code of that size leaves out, 2 of none and 1 of 16: size → (N, 1, 1, 1).

    What is added to a long code's image is small, and must not be learned in a short code's steps.
    """

    def call(self, size):
        return 2.0 / (1.0 + ops.cast(size, "float32") / 16.0)

    def compute_output_shape(self, shape):
        return shape


@keras.saving.register_keras_serializable(package="ae_core")
class AtMost(layers.Layer):
    """The smaller of a code size and a limit: size (N, 1, 1, 1) → (N, 1, 1, 1)."""

    def __init__(self, limit: int, **options):
        super().__init__(**options)
        self.limit = limit

    def call(self, size):
        return ops.minimum(size, float(self.limit))

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "limit": self.limit}


@keras.saving.register_keras_serializable(package="ae_core")
class First(layers.Layer):
    """The first values of a code: (N, k) → (N, count)."""

    def __init__(self, count: int, **options):
        super().__init__(**options)
        self.count = count

    def call(self, y):
        return y[:, : self.count]

    def compute_output_shape(self, shape):
        return shape[0], self.count

    def get_config(self):
        return {**super().get_config(), "count": self.count}


@keras.saving.register_keras_serializable(package="ae_core")
class Lengthen(layers.Layer):
    """Put zeros after a code: (N, k) → (N, length)."""

    def __init__(self, length: int, **options):
        super().__init__(**options)
        self.length = length

    def call(self, y):
        return ops.pad(y, [[0, 0], [0, self.length - y.shape[-1]]])

    def compute_output_shape(self, shape):
        return shape[0], self.length

    def get_config(self):
        return {**super().get_config(), "length": self.length}


@keras.saving.register_keras_serializable(package="ae_core")
class Choose(layers.Layer):
    """Take for each image the image, or the code, of the band that answers its size.

    Inputs: size (N, 1, 1, 1), and for each of ``tops``, which rise, what (N, H, W, C) it gives. A
    band answers the sizes up to its place in ``until``, at first its top.
    """

    def __init__(self, tops: list[int], until: list[int] | None = None, **options):
        super().__init__(**options)
        self.tops = list(tops)
        self.until = list(until or tops)

    def call(self, inputs):
        size, *pictures = inputs
        chosen = pictures[-1]
        for last, picture in zip(self.until[-2::-1], pictures[-2::-1], strict=True):
            chosen = ops.where(ops.cast(size, "float32") <= last, picture, chosen)
        return chosen

    def compute_output_shape(self, shapes):
        return shapes[-1]

    def get_config(self):
        return {**super().get_config(), "tops": self.tops, "until": self.until}


@keras.saving.register_keras_serializable(package="ae_core")
class LogSize(layers.Layer):
    """size (N, 1, 1, 1) → eight smooth steps over log2 of it, (N, 1, 1, 8), each in [0, 1]."""

    def call(self, size):
        place = ops.arange(8, dtype="float32") + 0.5
        octave = ops.log(ops.maximum(ops.cast(size, "float32"), 1.0)) / math.log(2.0)
        return ops.cast(ops.sigmoid(4.0 * (octave - place)), self.compute_dtype)

    def compute_output_shape(self, shape):
        return *shape[:-1], 8


@keras.saving.register_keras_serializable(package="ae_core")
class SizeMap(layers.Layer):
    """Append log2(size) / 8 as a constant channel: x (N, H, W, C), size → (N, H, W, C + 1)."""

    def call(self, x, size):
        octave = ops.log(ops.maximum(ops.cast(size, "float32"), 1.0)) / (8.0 * math.log(2.0))
        return ops.concatenate([x, ops.zeros_like(x[..., :1]) + ops.cast(octave, x.dtype)], -1)

    def compute_output_shape(self, x_shape, size_shape):
        return *x_shape[:-1], x_shape[-1] + 1
