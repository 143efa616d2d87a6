"""The dense autoencoder: few wide layers in the coordinates of PCA, cheaper than convolutions.

Short codes are what needs a bent map: both halves have dense layers, which work on the first
coordinates of PCA and never see a pixel. In long codes nearly all is linear: their encoder is, and
their decoder has few convolutions on a grid of blocks of 4×4 pixels, which sharpen what is drawn.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from ae_core.networks.dense.layers import AddImage, DivideByGain
from ae_core.networks.layers import DepthToSpace, SpaceToDepth, cut, padded

BENT = 32  # values of the longest code whose encoder is not linear
COORDINATES = 64, 128  # of PCA that dense layers work on: eight a value, from 64 to 128
WIDTH, BLOCKS = 256, 3  # of the dense layers
MAPS, CONVOLUTIONS = 48, 2  # of the convolutions
BLOCK = 4  # pixels
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
    values = math.prod(image_shape)
    bent = code <= BENT
    coordinates = count_coordinates(code, values)

    x = keras.Input(image_shape, name="x")
    h = layers.Flatten(name="pixels", dtype="float32")(x)
    h = AddImage(-1, name="centre", dtype="float32")(h)
    if bent:
        h = _fixed(coordinates, "pca")(h)
        features, gain, _ = DivideByGain(name="gain", dtype="float32")(h)
        y = _with(_linear(h, code, "linear"), _dense(features, code), gain, "sum")
    else:
        y = _linear(h, code, "linear")
    y = layers.Reshape((1, 1, code), name="code", dtype="float32")(y)
    encoder = keras.Model(x, y, name="encoder")

    y = keras.Input((1, 1, code), name="y")
    h = layers.Flatten(name="values", dtype="float32")(y)
    features, gain, inverse = DivideByGain(name="gain", dtype="float32")(h)
    if bent:
        h = _with(_linear(h, coordinates, "linear"), _dense(features, coordinates), gain, "sum")
        h = _fixed(values, "pca")(h)
    else:
        h = _linear(h, values, "linear")
        small = layers.Multiply(name="over_gain", dtype="float32")([h, inverse])
        h = _with(h, _convolutions(small, features, image_shape), gain, "sum")
    h = AddImage(name="mean", dtype="float32")(h)
    h = layers.Reshape(image_shape, name="x_hat", dtype="float32")(h)
    decoder = keras.Model(y, h, name="decoder")

    x = keras.Input(image_shape, name="x")
    return keras.Model(x, decoder(encoder(x)), name="dense")


def start_at_pca(
    network: keras.Model, mean: np.ndarray, components: np.ndarray, variances: np.ndarray
) -> None:
    """Set the linear layers to PCA with codes of variance one.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C.
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


def _with(h, correction, gain, name: str):
    """Add to h what a path gives, times the gain."""
    correction = layers.Multiply(name=f"{name}_gain", dtype="float32")([correction, gain])
    return layers.Add(name=name, dtype="float32")([h, correction])


def _dense(features, units: int):
    """Residual blocks of one dense layer each, on features (N, k) → (N, units), zero at first."""
    h = layers.Dense(WIDTH, name="widen")(features)
    for k in range(1, BLOCKS + 1):
        r = layers.LayerNormalization(name=f"norm_{k}")(h)
        r = layers.Activation("silu", name=f"bend_{k}")(r)
        h = layers.Add(name=f"block_{k}")([h, layers.Dense(WIDTH, name=f"dense_{k}")(r)])
    h = layers.Activation("silu", name="bend")(h)
    return layers.Dense(units, kernel_initializer="zeros", name="correction", dtype="float32")(h)


def _convolutions(image, features, image_shape: tuple[int, int, int]):
    """Residual convolutions on blocks of pixels, told the code, (N, D) → (N, D), zero at first."""
    channels = BLOCK**2 * image_shape[2]
    h = layers.Reshape(image_shape, name="picture", dtype="float32")(image)
    h = padded(h, BLOCK, "pad", dtype="float32")
    h = SpaceToDepth(BLOCK, name="to_blocks", dtype="float32")(h)
    h = layers.Conv2D(MAPS, 3, padding="same", name="first")(h)
    told = layers.Reshape((1, 1, MAPS), name="told")(layers.Dense(MAPS, name="tell")(features))
    h = layers.Add(name="both")([h, told])
    for k in range(1, CONVOLUTIONS + 1):
        r = layers.Activation("silu", name=f"bend_{k}")(h)
        r = layers.Conv2D(MAPS, 3, padding="same", activation="silu", name=f"block_{k}_a")(r)
        r = layers.Conv2D(MAPS, 1, name=f"block_{k}_b")(r)
        h = layers.Add(name=f"block_{k}")([h, r])
    h = layers.Activation("silu", name="bend")(h)
    last = {"kernel_initializer": "zeros", "dtype": "float32", "name": "last"}
    h = layers.Conv2D(channels, 3, padding="same", **last)(h)
    h = DepthToSpace(BLOCK, name="to_pixels", dtype="float32")(h)
    h = cut(h, image_shape[:2], "cut", dtype="float32")
    # A tenth, because an optimiser's first steps are of one size, and larger than what is missing.
    h = layers.Rescaling(0.1, name="pace", dtype="float32")(h)
    return layers.Flatten(name="sharper", dtype="float32")(h)
