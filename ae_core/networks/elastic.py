"""The elastic autoencoder: one network for every code size and every noise level.

Its code is ordered: the first k values are the code of size k, for every k (nested dropout, Rippel,
Gelbart & Adams 2014, "Learning ordered representations with nested dropout"). In training k is drawn
for each image, log-uniformly, so that short codes are trained as much as long ones.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

from ae_core.networks.layers import DepthToSpace, LevelMap, Scale, SpaceToDepth, conv, dense

WIDTH, DEEP_WIDTH = 40, 64
LONGEST = 256
# On small grey pictures the first values are free of the linear path: four values that bend say
# far more of a letter than four that do not, and training does not find them from there.
FREE = 4


def build(image_shape: tuple[int, int, int], code: int = LONGEST) -> keras.Model:
    """Build the network: [x_noisy (N, H, W, C), level (N, 1, 1, 1), size (N, 1, 1, 1)] → x_hat.

    ::

        encoder   x_noisy, level ─┬─ linear ── Wiener ─┬────────────────── + ── y (1×1×code)
                                  └─ convolutions ─────┴── dense layers ───┘

        decoder   y, size ── prefix ─┬────────────────── + ── linear ─┬─────────────── + ── x_hat
                                     └── dense layers ───┘            └─ convolutions ─┘

    ``level`` is the noise level sigma (0 to 255), ``size`` the number of code values to keep (1 to
    ``code``). The decoder's dense layers guess, from the values it has, those that it was not given;
    the convolutions sharpen what is drawn. The last layer of each path starts at zero and
    :func:`start_at_pca` sets the linear ones, so that the untrained network is PCA of every size,
    with the Wiener filter's gains for noise. The linear layers stay as they are: their weights span
    three orders of magnitude, and one learning rate for all would destroy them.
    """
    wide, wider = (512, 768) if _small(image_shape) else (256, 256)
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    y = layers.Dense(code, name="linear", dtype="float32", trainable=False)(
        layers.Flatten(name="pixels", dtype="float32")(x)
    )
    y = Wiener(name="wiener", dtype="float32")(y, level)
    seen = LevelMap(name="level_map")(x, level)
    g = _block(conv(WIDTH, 3, 2, name="shrink")(conv(32, 5, 2, name="halve")(seen)), "quarter")
    g = layers.Flatten(name="values")(conv(4, 1, activation=None, name="squeeze")(g))
    energy = Scale(name="energy", dtype="float32")(y)
    h = layers.Concatenate(name="both")([energy, g, layers.Flatten(name="told")(level) / 255.0])
    h = dense(wide, name="hidden_2")(dense(wider, name="hidden_1")(h))
    h = layers.Dense(code, kernel_initializer="zeros", name="correction", dtype="float32")(h)
    y = layers.Add(name="sum", dtype="float32")([y, h])
    encoder = keras.Model(
        [x, level], layers.Reshape((1, 1, code), name="code", dtype="float32")(y), name="encoder"
    )

    y, size = keras.Input((1, 1, code), name="y"), keras.Input((1, 1, 1), name="size")
    kept = layers.Flatten(name="values", dtype="float32")(
        Prefix(name="prefix", dtype="float32")(y, size)
    )
    length = layers.Flatten(name="length")(LogSize(name="log_size")(size))
    h = layers.Concatenate(name="both")([kept, length])
    kinks = keras.initializers.RandomUniform(-2, 2)
    h = dense(wide, bias_initializer=kinks, name="hidden_1")(h)
    h = dense(wider, name="hidden_2")(h)
    h = layers.Dense(code, kernel_initializer="zeros", name="guess", dtype="float32")(h)
    h = layers.Add(name="sum", dtype="float32")([kept, h])
    h = layers.Dense(
        math.prod(image_shape), name="linear", dtype="float32", trainable=False
    )(h)
    h = layers.Reshape(image_shape, name="picture", dtype="float32")(h)
    h = layers.Add(name="x_hat", dtype="float32")([h, _correction(h, size, image_shape[2])])
    decoder = keras.Model([y, size], h, name="decoder")

    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    size = keras.Input((1, 1, 1), name="size")
    x_hat = decoder([encoder([x, level]), size])
    return keras.Model([x, level, size], x_hat, name="elastic")


def start_at_pca(network: keras.Model, mean, components, variances) -> None:
    """Set the linear path to PCA with codes of variance one, and the Wiener filter's gains.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C.
        components: float (k, D), orthonormal rows, k ≤ code; values beyond k start at zero.
        variances: float (k,), of the components' coefficients.
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    code = encoder.output_shape[-1]
    free = min(FREE, code) if _small(network.inputs[0].shape[1:]) else 0
    components, variances = components[: code - free], variances[: code - free]
    linear = slice(free, free + len(components))
    spread = np.sqrt(np.maximum(variances, 1e-6))[:, None]
    down, up = np.zeros((2, code, len(mean)), np.float32)
    down[linear], up[linear] = components / spread, components * spread
    encoder.get_layer("linear").set_weights([down.T, -down @ mean])
    decoder.get_layer("linear").set_weights([up, mean])
    padded = np.full(code, 1e-6)
    padded[linear] = np.maximum(variances, 1e-6)
    encoder.get_layer("wiener").set_weights([np.log(padded)])
    encoder.get_layer("energy").set_weights([np.sqrt(padded / padded.mean())])
    kernel, offset = encoder.get_layer("correction").get_weights()
    kernel[:, :free] = keras.random.normal((len(kernel), free), stddev=0.05)
    encoder.get_layer("correction").set_weights([kernel, offset])


def _small(image_shape) -> bool:
    return math.prod(image_shape) <= 1024


def _correction(x, size, channels: int):
    """What the linear decoder cannot draw: edges kept sharp, ringing removed."""
    h = SizeMap(name="size_map")(SpaceToDepth(2, name="to_half")(x), size)
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


@keras.saving.register_keras_serializable(package="ae_core")
class Wiener(layers.Layer):
    """Shrink each value by v / (v + sigma²): what noise of that level leaves certain of it.

    Inputs: y (N, k) and level (N, 1, 1, 1) on the 0-255 scale. The variances v are learned. Wiener
    (1949), "Extrapolation, interpolation, and smoothing of stationary time series".
    """

    def build(self, y_shape, level_shape):
        self.log_variance = self.add_weight(shape=(y_shape[-1],), initializer="zeros",
                                            name="log_variance")

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
