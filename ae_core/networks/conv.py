"""The convolutional autoencoder: any code size from 1 to 1,024 values, images of any size.

It starts at the linear autoencoder, which is PCA, and convolutions improve on it from there: trained
from nothing, a network needs hours to come near a linear transform of the same size.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from ae_core.baselines import pca
from ae_core.networks.layers import (
    autoencoder,
    averaged,
    averaged_shape,
    averaging_of_linear,
    block_means,
    conv,
    enlarged,
    residual_block,
    two_scale_correction,
    values_of,
)

WIDTH = 64  # maps; at half the resolution 11/8 as many


def build(image_shape: tuple[int, int, int], code: int, maps: int = WIDTH) -> keras.Model:
    """Build the network: x (N, H, W, C) in [0, 1] → x_hat (N, H, W, C), about [0, 1].

    ::

        encoder   x ─┬─ linear ──────────────────── + ── y (1×1×code)
                     └─ convolutions ─ 1/4 size ────┘

        decoder   y ─── linear ─┬──────────────────────────────── + ── x_hat
                                └─ convolutions at 1/2 and 1/4 ───┘

    The code is linear (no ReLU that could die), and each value may speak of the whole image. The
    last layer of each convolutional path starts at zero; :func:`start_at_pca` sets the linear one.
    ``maps``, a multiple of 8, is the number of maps that most convolutions have; the others have
    their share of it.
    """
    factor = averaging_of_linear(image_shape, code)
    x = keras.Input(image_shape, name="x")
    y_linear = layers.Dense(code, name="linear", dtype="float32")(
        layers.Flatten(name="pixels", dtype="float32")(averaged(x, factor))
    )
    h = conv(maps * 3 // 4, 5, 2, name="halve")(x)
    h = residual_block(conv(maps, 3, 2, name="shrink")(h), "quarter")
    h = values_of(conv(maps // 8, 1, activation=None, name="squeeze")(h), "values")
    h = layers.Dense(code, kernel_initializer="zeros", name="correction", dtype="float32")(h)
    y = layers.Add(name="sum", dtype="float32")([y_linear, h])
    y = layers.Reshape((1, 1, code), name="code", dtype="float32")(y)
    encoder = keras.Model(x, y, name="encoder")

    y = keras.Input((1, 1, code), name="y")
    h = layers.Flatten(name="values", dtype="float32")(y)
    picture = averaged_shape(image_shape, factor)
    h = layers.Dense(math.prod(picture), name="linear", dtype="float32")(h)
    h = layers.Reshape(picture, name="picture", dtype="float32")(h)
    h = enlarged(h, factor, image_shape[:2], "picture")
    sharper = two_scale_correction(h, image_shape[2], (maps, maps * 11 // 8))
    h = layers.Add(name="x_hat", dtype="float32")([h, sharper])
    return autoencoder(encoder, keras.Model(y, h, name="decoder"), "conv")


def start(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Begin at PCA of training images uint8 (N, H, W, C), which count ``weights`` (N,)."""
    code = network.get_layer("encoder").output_shape[-1]
    small = block_means(x, averaging_of_linear(x.shape[1:], code))
    found = pca.fit(small, code, weights=weights)
    start_at_pca(network, found.mean, found.components)


def start_at_pca(network: keras.Model, mean: np.ndarray, components: np.ndarray) -> None:
    """Set the linear path to PCA, so that the untrained network is as good as PCA.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C / factor², of images averaged by
            :func:`~ae_core.networks.layers.averaging_of_linear`.
        components: float (k, D), orthonormal rows, k ≤ code; values beyond k start at zero.
    """
    code = network.get_layer("encoder").output_shape[-1]
    full = np.zeros((code, len(mean)), np.float32)
    full[: len(components)] = components
    network.get_layer("encoder").get_layer("linear").set_weights([full.T, -full @ mean])
    network.get_layer("decoder").get_layer("linear").set_weights([full, mean])
