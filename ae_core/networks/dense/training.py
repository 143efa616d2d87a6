"""How a training of the dense autoencoder begins: at PCA, of long codes at that made for PSNR."""

from __future__ import annotations

import math

import keras
import numpy as np

from ae_core.baselines import pca
from ae_core.networks.dense.network import (
    BENT,
    averaging_of_dense,
    build,
    count_coordinates,
    start_at_pca,
)
from ae_core.networks.layers import block_means

__all__ = ["build", "start"]


def start(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Begin at PCA of training images uint8 (N, H, W, C), which count ``weights`` (N,)."""
    code = network.get_layer("encoder").output_shape[-1]
    x = block_means(x, averaging_of_dense(x.shape[1:], code))
    if code <= BENT:
        coordinates = count_coordinates(code, math.prod(x.shape[1:]))
        found = pca.fit(x, coordinates, weights=weights)
    else:
        found = pca.fit_for_psnr(x, code, weights=weights)
    start_at_pca(network, found.mean, found.components, found.variances)
