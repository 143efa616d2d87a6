"""The denoiser that starts at PCA: the Wiener filter of its images, and a small U-Net for the rest.

On images of one kind the filter alone does much of the work, at the price of two thin products; so
the convolutions have less to learn, and fewer layers than :mod:`~.unet`'s.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from ae_core.baselines import pca
from ae_core.networks import unet
from ae_core.networks.layers import (
    WienerFilter,
    averaged,
    averaging,
    averaging_of_linear,
    block_means,
    enlarged,
)

COORDINATES = 256  # of PCA that are filtered each by itself; all others alike
IMAGES_EACH = 4  # training images a coordinate: of fewer, PCA knows these images and no others
LOOKED_AT = 2_000  # images, for the variance of what is beyond the coordinates
GLIMPSE = 8 * 8  # pixels of the means that the dense layers see
UNITS = 256
WIDTHS, BLOCKS = (48, 96), (1, 2, 1)


def build(image_shape: tuple[int, int, int], code: int = 0) -> keras.Model:
    """Build the denoiser: [x_noisy (N, H, W, C) in [0, 1], level (N, 1, 1, 1)] → x_hat.

    ::

        x_noisy ─┬─ means ─ dense layers ─┐
                 ├───────────────── Wiener filter ── drawn ─┬─────────── − ── x_hat
                 └──────────────────────────────────────────┴─ U-Net ────┘

    The level goes to all three. The dense layers change what the filter lets through by what they
    see in the image. The last layer of each path starts at zero and :func:`start` sets the filter, so
    that the untrained network is the filter.
    """
    factor = averaging_of_linear(image_shape, COORDINATES)
    x = keras.Input(image_shape, name="x")
    level = keras.Input((1, 1, 1), name="level")
    means = averaged(x, factor)
    drawn = WienerFilter(COORDINATES, factor, name="wiener", dtype="float32")(
        means, level, _changes(x, level)
    )
    if factor > 1:  # what is finer than the means stays for the U-Net, and its noise
        removed = layers.Subtract(name="removed", dtype="float32")([drawn, means])
        removed = enlarged(removed, factor, image_shape[:2], "removed")
        drawn = layers.Add(name="drawn", dtype="float32")([x, removed])
    both = layers.Concatenate(name="both")([x, drawn])
    noise = unet.noise_in(both, level, image_shape[2], WIDTHS, BLOCKS)
    x_hat = layers.Subtract(name="x_hat", dtype="float32")([drawn, noise])
    return keras.Model([x, level], x_hat, name="unet_pca")


def start(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Set the filter to that of training images uint8 (N, H, W, C), which count ``weights`` (N,)."""
    wiener = network.get_layer("wiener")
    x = block_means(x, wiener.averaged_by)
    if len(x) < 2:
        return
    found = pca.fit(x, min(wiener.coordinates, max(1, len(x) // IMAGES_EACH)), weights=weights)
    some = slice(None, None, -(-len(x) // LOOKED_AT))
    rest = (x[some].reshape(len(x[some]), -1) / np.float32(255)) - found.mean
    energy = np.square(rest).sum(1) - np.square(found.encode(x[some])).sum(1)
    beyond = np.average(energy, weights=weights[some]) / max(1, found.mean.size - found.values)
    wiener.set_to(found.mean, found.components, found.variances, max(0.0, float(beyond)))


def _changes(x, level):
    """Return by how much the gain of each coordinate is changed, as a part of it: (N, k)."""
    glimpse = averaged(x, averaging(x.shape[1:], GLIMPSE), "_glimpse")
    h = layers.Flatten(name="glimpse")(glimpse)
    told = layers.Rescaling(1 / 75, name="told")(layers.Flatten(name="level_value")(level))
    h = layers.Concatenate(name="seen")([h, told])
    h = layers.Dense(UNITS, activation="silu", name="seen_1")(h)
    h = layers.Dense(UNITS, activation="silu", name="seen_2")(h)
    return layers.Dense(COORDINATES, kernel_initializer="zeros", dtype="float32", name="changes")(h)
