"""Layers that the networks share; all of them run on every Keras backend."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

LINEAR_WEIGHTS = 1 << 22  # of one linear layer between an image and its code, at the most
LINEAR_PIXELS = 128 * 128  # that it sees, at the most
PACED = 512  # values of maps: those of 32×32 pixels


@keras.saving.register_keras_serializable(package="ae_core")
class DepthToSpace(layers.Layer):
    """(N, H, W, block² C) → (N, block H, block W, C): sub-pixel upsampling (Shi et al. 2016)."""

    def __init__(self, block: int = 2, **options):
        super().__init__(**options)
        self.block = block

    def call(self, x):
        return ops.depth_to_space(x, self.block)

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h * self.block, w and w * self.block, c // self.block**2

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable(package="ae_core")
class SpaceToDepth(layers.Layer):
    """(N, H, W, C) → (N, H/block, W/block, block² C): the inverse of :class:`DepthToSpace`."""

    def __init__(self, block: int = 2, **options):
        super().__init__(**options)
        self.block = block

    def call(self, x):
        return ops.space_to_depth(x, self.block)

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h // self.block, w and w // self.block, c * self.block**2

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable(package="ae_core")
class Pad(layers.Layer):
    """Repeat the last row and column until both sides are multiples: (N, H, W, C) → larger."""

    def __init__(self, multiple: int, **options):
        super().__init__(**options)
        self.multiple = multiple

    def call(self, x):
        for axis in (1, 2):
            if missing := -x.shape[axis] % self.multiple:
                last = x[:, -1:] if axis == 1 else x[:, :, -1:]
                x = ops.concatenate([x, *[last] * missing], axis)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h + -h % self.multiple, w + -w % self.multiple, c

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}


@keras.saving.register_keras_serializable(package="ae_core")
class LevelMap(layers.Layer):
    """Append the noise level as a constant channel, as FFDNet does (Zhang et al. 2018).

    Inputs: x (N, H, W, C) and level (N, 1, 1, 1) on the 0-255 scale. Output: (N, H, W, C + 1).
    """

    def call(self, x, level):
        plane = ops.zeros_like(x[..., :1]) + ops.cast(level, x.dtype) / 255.0
        return ops.concatenate([x, plane], axis=-1)

    def compute_output_shape(self, x_shape, level_shape):
        return *x_shape[:-1], x_shape[-1] + 1


# The name of this layer in rate networks that were stored before.
keras.saving.get_custom_objects()["ae_core>LevelPlane"] = LevelMap


@keras.saving.register_keras_serializable(package="ae_core")
class WienerFilter(layers.Layer):
    """The best linear denoiser of images whose PCA is known: (N, H, W, C) → (N, H, W, C).

    A coordinate of variance v is multiplied by v / (v + σ²) (Wiener 1949), and what is beyond the
    coordinates by that of its mean variance, as in probabilistic PCA (Tipping & Bishop 1999).
    Nothing of it is trained.

    Args:
        coordinates: k.
        averaged_by: the images are means over blocks of so many pixels a side, and so is the noise.

    Inputs: images; the noise level (N, 1, 1, 1) on the 0-255 scale; changes (N, k), by which part
    each gain is larger.
    """

    def __init__(self, coordinates: int, averaged_by: int = 1, **options):
        super().__init__(**options)
        self.coordinates, self.averaged_by = coordinates, averaged_by

    def build(self, x_shape, level_shape, changes_shape):
        values, k = math.prod(x_shape[1:]), self.coordinates
        for name, shape in {
            "mean": (values,),
            "components": (values, k),
            "variances": (k,),
            "beyond": (1,),
        }.items():
            start = "zeros" if name == "components" else "ones"
            kept = self.add_weight(shape=shape, initializer=start, trainable=False, name=name)
            setattr(self, name, kept)

    def set_to(self, mean, components, variances, beyond: float) -> None:
        """Take a PCA of values in [0, 1] with at most k components; the rest counts as beyond.

        Args:
            mean: float (D,), D = H W C.
            components: float (j, D), orthonormal rows, j at most k.
            variances: float (j,), of their coefficients.
            beyond: the mean variance of the D - j other directions.
        """
        whole, spread = np.zeros(self.components.shape[::-1], np.float32), np.ones(self.coordinates)
        whole[: len(components)], spread[: len(variances)] = components, variances
        self.set_weights([mean, whole.T, spread, np.array([beyond])])

    def call(self, x, level, changes):
        noise = ops.square(ops.reshape(level, (-1, 1)) / (255.0 * self.averaged_by)) + 1e-12
        beyond = self.beyond / (self.beyond + noise)
        gains = self.variances / (self.variances + noise) * (1.0 + changes) - beyond
        flat = ops.reshape(x, (-1, self.mean.shape[0])) - self.mean
        y = ops.matmul(flat, self.components) * gains
        drawn = self.mean + beyond * flat + ops.matmul(y, ops.transpose(self.components))
        return ops.reshape(drawn, (-1, *x.shape[1:]))

    def compute_output_shape(self, x_shape, level_shape, changes_shape):
        return x_shape

    def get_config(self):
        return super().get_config() | {
            "coordinates": self.coordinates,
            "averaged_by": self.averaged_by,
        }


@keras.saving.register_keras_serializable(package="ae_core")
class Scale(layers.Layer):
    """Multiply each value by a stored factor, not trained, at first ``by``: (N, k) → (N, k)."""

    def __init__(self, by: float = 1.0, **options):
        super().__init__(**options)
        self.by = by

    def build(self, shape):
        first = keras.initializers.Constant(self.by)
        self.factor = self.add_weight(
            shape=(shape[-1],), initializer=first, trainable=False, name="factor"
        )

    def call(self, x):
        return x * self.factor

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "by": self.by}


def conv(filters: int, kernel: int, stride: int = 1, activation: str | None = "relu", **options):
    """Return a 'same' convolution, initialised for its activation (He et al. 2015 for ReLU)."""
    start = "he_normal" if activation == "relu" else "glorot_uniform"
    options.setdefault("kernel_initializer", start)
    return layers.Conv2D(
        filters, kernel, strides=stride, padding="same", activation=activation, **options
    )


def dense(units: int, activation: str | None = "relu", **options):
    """Return a dense layer, initialised for its activation."""
    start = "he_normal" if activation == "relu" else "glorot_uniform"
    options.setdefault("kernel_initializer", start)
    return layers.Dense(units, activation=activation, **options)


def residual_block(h, name: str):
    """Add to h (N, H, W, C) what two convolutions make of it (He et al. 2016)."""
    r = conv(h.shape[-1], 3, name=f"{name}_a")(h)
    r = conv(h.shape[-1], 3, activation=None, name=f"{name}_b")(r)
    return layers.Add(name=name)([h, r])


def padded(x, multiple: int, name: str, **options):
    """Return x (N, H, W, C) with sides that ``multiple`` divides; as it is where they do already.

    With :func:`cut` the one rule for images of any size: what a network adds inside, it takes off.
    Of sides that are None, any, those that it will get have to be such.
    """
    if all(side is None or side % multiple == 0 for side in x.shape[1:3]):
        return x
    return Pad(multiple, name=name, **options)(x)


def cut(x, sides, name: str, **options):
    """Return the upper left part of x (N, H, W, C) with these sides (h, w): what is not padding."""
    if None in sides:
        return x
    down, right = x.shape[1] - sides[0], x.shape[2] - sides[1]
    if not down and not right:
        return x
    return layers.Cropping2D(((0, down), (0, right)), name=name, **options)(x)


def averaging(image_shape, most: int) -> int:
    """Return the power of two by which images (H, W, C) are averaged to at most ``most`` pixels."""
    factor = 1
    while factor < max(image_shape[:2]) and math.prod(averaged_shape(image_shape, factor)[:2]) > most:
        factor *= 2
    return factor


def averaging_of_linear(image_shape, code: int) -> int:
    """Return the power of two by which images (H, W, C) are averaged for the linear path of a code.

    No linear layer has more than ``LINEAR_WEIGHTS`` weights: PCA of so many pixels says all that
    codes of this size can say, and one of more takes minutes to find.
    """
    return averaging(image_shape, min(LINEAR_PIXELS, LINEAR_WEIGHTS // (image_shape[2] * code)))


def averaged_shape(image_shape, factor: int) -> tuple[int, int, int]:
    """Return the shape of images (H, W, C) that are averaged."""
    height, width, channels = image_shape
    return -(-height // factor), -(-width // factor), channels


def averaged(x, factor: int, tail: str = ""):
    """Return x (N, H, W, C) as the mean over blocks, the last ones filled up: a layer.

    Its name, and that of the filling, end with ``tail``.
    """
    if factor == 1:
        return x
    filled = padded(x, factor, f"pad{tail}")
    return layers.AveragePooling2D(factor, name=f"average{tail}")(filled)


def enlarged(x, factor: int, sides, name: str):
    """Return averaged images at their own sides (h, w) again, between two means a straight line."""
    if factor == 1:
        return x
    bilinear = {"interpolation": "bilinear", "dtype": "float32"}
    x = layers.UpSampling2D(factor, name=f"{name}_enlarged", **bilinear)(x)
    return cut(x, sides, f"{name}_cut", dtype="float32")


def block_means(x: np.ndarray, factor: int) -> np.ndarray:
    """Return images (N, H, W, C) as the mean over blocks, the last ones filled up; uint8 stays so."""
    if factor == 1:
        return x
    n, h, w, c = x.shape
    x = np.pad(x, ((0, 0), (0, -h % factor), (0, -w % factor), (0, 0)), mode="edge")
    blocks = x.reshape(n, x.shape[1] // factor, factor, x.shape[2] // factor, factor, c)
    means = blocks.mean(axis=(2, 4))
    return np.rint(means).astype(np.uint8) if x.dtype == np.uint8 else means


def values_of(maps, name: str):
    """Return maps (N, h, w, c) as values (N, k), so that a dense layer learns from them.

    An optimiser moves each of its weights by about as much a step, and what many values move adds up:
    they are as much smaller as they are more than :data:`PACED`. By a stored factor, so that weights
    from before there was one are not taken for weights of today.
    """
    values = layers.Flatten(name=name)(maps)
    if (many := values.shape[-1] / PACED) > 1:
        values = Scale(1 / many, name=f"{name}_pace")(values)
    return values


def two_scale_correction(x, channels: int, maps: tuple[int, int], tail: str = "", beside=None):
    """Return what a linear decoder cannot draw, from what it drew: edges sharp, ringing removed.

    The last layer starts at zero.

    Args:
        x: (N, H, W, C), of any sides.
        channels: of the result, (N, H, W, channels).
        maps: of the convolutions at half the resolution and at a quarter.
        tail: of the layers' names.
        beside: a layer, and what it appends to the maps at half the resolution.
    """
    wide, deep = maps
    h = padded(x, 4, f"pad{tail}")
    h = SpaceToDepth(2, name=f"to_half{tail}")(h)
    if beside is not None:
        layer, value = beside
        h = layer(h, value)
    h = conv(wide, 3, name=f"half{tail}")(h)
    h = top = residual_block(h, f"half_in{tail}")
    h = residual_block(conv(deep, 2, 2, name=f"down{tail}")(h), f"small{tail}")
    h = conv(4 * wide, 1, activation=None, name=f"to_up{tail}")(h)
    h = DepthToSpace(2, name=f"up{tail}")(h)
    h = residual_block(layers.Add(name=f"join{tail}")([top, h]), f"half_out{tail}")
    last = {"activation": None, "kernel_initializer": "zeros", "dtype": "float32"}
    h = conv(4 * channels, 3, name=f"last{tail}", **last)(h)
    h = DepthToSpace(2, name=f"to_full{tail}", dtype="float32")(h)
    return cut(h, x.shape[1:3], f"cut{tail}", dtype="float32")


def autoencoder(encoder: keras.Model, decoder: keras.Model, name: str) -> keras.Model:
    """Join both halves into one network whose layers are called "encoder" and "decoder"."""
    x = keras.Input(encoder.input_shape[1:], name="x")
    return keras.Model(x, decoder(encoder(x)), name=name)
