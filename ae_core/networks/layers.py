"""Layers that the networks share; all of them run on every Keras backend."""

from __future__ import annotations

import keras
from keras import layers, ops


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
        return n, h * self.block, w * self.block, c // self.block**2

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
        return n, h // self.block, w // self.block, c * self.block**2

    def get_config(self):
        return {**super().get_config(), "block": self.block}


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


@keras.saving.register_keras_serializable(package="ae_core")
class Scale(layers.Layer):
    """Multiply each value by a stored factor that is not trained: (N, k) → (N, k)."""

    def build(self, shape):
        self.factor = self.add_weight(
            shape=(shape[-1],), initializer="ones", trainable=False, name="factor"
        )

    def call(self, x):
        return x * self.factor

    def compute_output_shape(self, shape):
        return shape


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


def autoencoder(encoder: keras.Model, decoder: keras.Model, name: str) -> keras.Model:
    """Join both halves into one network whose layers are called "encoder" and "decoder"."""
    x = keras.Input(encoder.input_shape[1:], name="x")
    return keras.Model(x, decoder(encoder(x)), name=name)
