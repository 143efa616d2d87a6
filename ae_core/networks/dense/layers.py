"""The layers of the dense autoencoder: the gain of a code, an image added."""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="ae_core")
class DivideByGain(layers.Layer):
    """Divide coordinates by their root mean square: y (N, k) → features (N, k + 1), g, 1/g (N, 1).

    The first values, which say of all how bright an image is and not what it shows, stay as they
    are; the logarithm of the gain is appended. So an image of low contrast is an image as any other.
    """

    def build(self, shape):
        self.free = 3 if shape[-1] > 8 else 0
        self.built = True

    def call(self, y):
        rest = y[:, self.free :]
        gain = ops.sqrt(ops.mean(ops.square(rest), axis=1, keepdims=True) + 1e-4)
        features = ops.concatenate([y[:, : self.free], rest / gain, ops.log(gain)], axis=1)
        return features, gain, 1.0 / gain

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] + 1), (shape[0], 1), (shape[0], 1)


@keras.saving.register_keras_serializable(package="ae_core")
class AddImage(layers.Layer):
    """Add a stored image that is not trained, or with ``sign`` -1 subtract it: (N, D) → (N, D)."""

    def __init__(self, sign: int = 1, **options):
        super().__init__(**options)
        self.sign = sign

    def build(self, shape):
        self.image = self.add_weight(
            shape=(shape[-1],), initializer="zeros", trainable=False, name="image"
        )

    def call(self, x):
        return x + self.sign * self.image

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "sign": self.sign}
