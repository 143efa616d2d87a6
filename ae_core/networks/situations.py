"""The lecture's four situations: 28×28 letters through codes of 14×14, 7×7, 2×2 and 1×1 values.

ReLU in every layer, the code's included, and a sigmoid in the decoder's last. A ReLU code can die:
once a value is zero for every image no gradient reaches it, and the decoder learns the mean image.
Three things keep it alive: the code starts near one for every image (small weights, bias 1), the
learning rate is warmed up, and upsampling is done by sub-pixel convolutions.
"""

from __future__ import annotations

import math
from functools import partial

import keras
from keras import layers

from ae_core.networks.layers import DepthToSpace, autoencoder, conv, dense


def build(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the situation with that code: x (N, 28, 28, C) in [0, 1] → x_hat of the same shape.

    ::

        situation   encoder                        code y    decoder
        1           28 → 14 → 14                   14×14×1   14 → 28        convolutions
        2           28 → 14 → 7 → 7                7×7×1     7 → 14 → 28    convolutions
        3           784 → 400 → 200 → 4            2×2×1     4 → 256 → 512 → 784    dense
        4           784 → 400 → 200 → 1            1×1×1     1 → 256 → 512 → 784    dense

    A code that is a small image is made by convolutions, each value from its neighbourhood; the
    few values of the last two speak of the whole letter, so their layers are dense.
    """
    situation, encode, code_shape, decode = {
        196: (1, _encode_1, (14, 14, 1), _decode_1),
        49: (2, _encode_2, (7, 7, 1), _decode_2),
        4: (3, _encode_dense, (2, 2, 1), _decode_dense),
        1: (4, _encode_dense, (1, 1, 1), partial(_decode_dense, spread=8)),
    }[code]
    x = keras.Input(image_shape, name="x")
    y = keras.Input(code_shape, name="y")
    return autoencoder(
        keras.Model(x, encode(x, code_shape), name="encoder"),
        keras.Model(y, decode(y, image_shape[2]), name="decoder"),
        f"situation-{situation}",
    )


def _encode_1(x, code_shape):
    h = conv(32, 4, 2, name="halve")(x)
    return conv(1, 3, **_alive())(h)


def _decode_1(y, channels: int):
    h = conv(64, 3, name="hidden")(y)
    h = conv(4 * channels, 3, activation="sigmoid", name="pixels")(h)
    return DepthToSpace(2, name="x_hat")(h)


def _encode_2(x, code_shape):
    h = conv(32, 4, 2, name="halve")(x)
    h = conv(64, 4, 2, name="quarter")(h)
    return conv(1, 3, **_alive())(h)


def _decode_2(y, channels: int):
    h = conv(128, 3, name="hidden")(y)
    h = DepthToSpace(2, name="half")(conv(128, 3, name="double")(h))
    h = conv(4 * channels, 3, activation="sigmoid", name="pixels")(h)
    return DepthToSpace(2, name="x_hat")(h)


def _encode_dense(x, code_shape):
    h = dense(400, name="hidden_1")(layers.Flatten(name="values")(x))
    h = dense(200, name="hidden_2")(h)
    y = dense(math.prod(code_shape), **_alive())(h)
    return layers.Reshape(code_shape, name="y_map")(y)


def _decode_dense(y, channels: int, spread: float = 2):
    """Return the image; the kinks of the first layer's ReLUs are spread over the code's range."""
    kinks = keras.initializers.RandomUniform(-spread, spread)
    h = dense(256, bias_initializer=kinks, name="hidden_1")(layers.Flatten(name="values")(y))
    h = dense(512, name="hidden_2")(h)
    h = dense(28 * 28 * channels, activation="sigmoid", name="pixels")(h)
    return layers.Reshape((28, 28, channels), name="x_hat")(h)


def _alive() -> dict:
    """Return the options of a code layer that starts alive."""
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02),
        "bias_initializer": keras.initializers.Constant(1.0),
        "name": "code",
    }
