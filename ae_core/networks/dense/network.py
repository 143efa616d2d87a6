"""The dense autoencoder: few wide layers in the coordinates of PCA, cheaper than convolutions.

Short codes are what needs a bent map: both halves have dense layers, which work on the first
coordinates of PCA and never see a pixel. In long codes nearly all is linear, and their encoder is.
Their decoder has few convolutions on a grid of blocks of 4×4 pixels, which sharpen what is drawn.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from ae_core.networks.dense import parts
from ae_core.networks.dense.layers import AddImage, DivideByGain
from ae_core.networks.layers import averaged, averaged_shape, averaging_of_linear, enlarged

BENT = 32  # values of the longest code whose encoder is not linear
COORDINATES = 64, 128  # of PCA that dense layers work on: eight a value, from 64 to 128
# The linear layers hold what PCA knows, and learn slower than the others by this factor: their
# weights are stored divided by it, so that one optimiser with one learning rate serves all.
SLOW = 0.02


def build(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the network: x (N, H, W, C) in [0, 1] → x_hat (N, H, W, C), about [0, 1].

    ::

        short codes   x ── PCA ─┬─ linear ─ + ── y ─┬─ linear ─ + ── PCA⁻¹ ── x_hat
                                └─ dense ───┘       └─ dense ───┘

        long codes    x ── linear ── y ── linear ─┬────────────────── + ── x_hat
                                                  └─ convolutions ────┘

    The last layer of each dense or convolutional path starts at zero, and :func:`start_at_pca` sets
    the others, so that the untrained network is PCA; its codes have variance one. The dense layers
    and convolutions see everything divided by its gain, and what they give is multiplied by it.
    """
    factor = averaging_of_dense(image_shape, code)
    fewer = averaged_shape(image_shape, factor)
    values = math.prod(fewer)
    bent = code <= BENT
    coordinates = count_coordinates(code, values)

    def whole(h, name: str):
        h = layers.Reshape(fewer, name=name, dtype="float32")(h)
        return enlarged(h, factor, image_shape[:2], name)

    x = keras.Input(image_shape, name="x")
    h = layers.Flatten(name="pixels", dtype="float32")(averaged(x, factor))
    h = AddImage(-1, name="centre", dtype="float32")(h)
    if bent:
        h = _fixed(coordinates, "pca")(h)
        features, gain, _ = DivideByGain(name="gain", dtype="float32")(h)
        y = parts.add(_linear(h, code, "linear"), parts.bend(features, code), gain, "sum")
    else:
        y = _linear(h, code, "linear")
    y = layers.Reshape((1, 1, code), name="code", dtype="float32")(y)
    encoder = keras.Model(x, y, name="encoder")

    y = keras.Input((1, 1, code), name="y")
    h = layers.Flatten(name="values", dtype="float32")(y)
    features, gain, inverse = DivideByGain(name="gain", dtype="float32")(h)
    if bent:
        bent_by = parts.bend(features, coordinates)
        h = parts.add(_linear(h, coordinates, "linear"), bent_by, gain, "sum")
        h = _fixed(values, "pca")(h)
    else:
        h = _linear(h, values, "linear")
        picture = layers.Multiply(name="over_gain", dtype="float32")([h, inverse])
    h = whole(AddImage(name="mean", dtype="float32")(h), "drawn")
    if not bent:
        sharper = parts.sharpen(whole(picture, "picture"), features)
        gain = layers.Reshape((1, 1, 1), name="times_gain", dtype="float32")(gain)
        h = parts.add(h, sharper, gain, "x_hat")
    decoder = keras.Model(y, h, name="decoder")

    x = keras.Input(image_shape, name="x")
    return keras.Model(x, decoder(encoder(x)), name="dense")


def averaging_of_dense(image_shape: tuple[int, int, int], code: int) -> int:
    """Return the power of two by which images (H, W, C) are averaged for the linear layers."""
    size = count_coordinates(code, math.prod(image_shape)) if code <= BENT else code
    return averaging_of_linear(image_shape, size)


def start_at_pca(
    network: keras.Model, mean: np.ndarray, components: np.ndarray, variances: np.ndarray
) -> None:
    """Set the linear layers to PCA with codes of variance one.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C, of images averaged by :func:`averaging_of_dense`.
        components: float (k, D), orthonormal rows; those of the code first.
        variances: float (k,), of the components' coefficients. Values beyond k start at zero.
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    code, values = encoder.output_shape[-1], len(mean)
    bent = code <= BENT
    size = count_coordinates(code, values) if bent else code
    down, up = np.zeros((2, size, values), np.float32)
    count = min(size, len(components))
    spread = np.sqrt(np.maximum(variances[:count], 1e-9))[:, None]
    down[:count], up[:count] = components[:count] / spread, components[:count] * spread
    encoder.get_layer("centre").set_weights([mean])
    decoder.get_layer("mean").set_weights([mean])
    if bent:
        encoder.get_layer("pca").set_weights([down.T])
        decoder.get_layer("pca").set_weights([up])
        first = np.eye(size, code, dtype=np.float32)
        down, up = first.T, first.T
    encoder.get_layer("linear").set_weights([down.T / SLOW])
    decoder.get_layer("linear").set_weights([up / SLOW])


def count_coordinates(code: int, values: int) -> int:
    """Return how many coordinates of PCA dense layers work on, of images of so many values."""
    fewest, most = COORDINATES
    return min(max(fewest, min(8 * code, most)), values)


def _fixed(units: int, name: str) -> layers.Layer:
    return layers.Dense(units, use_bias=False, trainable=False, name=name, dtype="float32")


def _linear(h, units: int, name: str):
    h = layers.Rescaling(SLOW, name=f"{name}_pace", dtype="float32")(h)
    return layers.Dense(units, use_bias=False, name=name, dtype="float32")(h)
