"""How an elastic network is trained: its start at PCA, every size and level at once, its bands."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from ae_core.baselines import pca
from ae_core.images import noise
from ae_core.networks import objective
from ae_core.networks.elastic import bands
from ae_core.networks.elastic.bands import is_small
from ae_core.networks.elastic.fitting import inherit
from ae_core.networks.elastic.network import build, start_at_pca
from ae_core.networks.layers import LINEAR_PIXELS, averaging, block_means

__all__ = ["Objective", "inherit", "build", "finish", "start"]

SETTLE_IMAGES = 1024  # of the validation images


def start(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Begin at PCA of training images uint8 (N, H, W, C), which count ``weights`` (N,)."""
    code = network.get_layer("encoder").output_shape[-1]
    fit = pca.fit if is_small(x.shape[1:]) else pca.fit_for_psnr
    found = fit(block_means(x, averaging(x.shape[1:], LINEAR_PIXELS)), code, weights=weights)
    start_at_pca(network, found.mean, found.components, found.variances)


def finish(model: keras.Model, x_train: np.ndarray, x_val: np.ndarray) -> None:
    """Let each band of a trained network answer the sizes at which it is best."""
    bands.settle(model, x_val[:: -(-len(x_val) // SETTLE_IMAGES)])


class Objective(objective.Objective):
    """Every image once for each band, at a size drawn from it."""

    def __init__(self, network, config):
        super().__init__(network, config)
        self.bands, self.encoders = bands.decoders(network), bands.encoders(network)

    def losses(self, x, seeds, training):
        x_noisy, level = noise.corrupt_on_device(x, self.config.noise, seeds)
        y = self.encoders.whole([x_noisy, level], training=training)
        x_hats = [
            band.model([self._codes(y, band), self._sizes(level, band, seeds)], training=training)
            for band in self.bands
        ]
        return self.distances(ops.tile(x, (len(x_hats), 1, 1, 1)), ops.concatenate(x_hats))

    def _codes(self, y, band: bands.Decoder):
        """Return what a band is given of long codes; the shortest teach these nothing."""
        own = self.encoders.of(band.top)
        return own.shorten(ops.stop_gradient(y)) if own else y

    def _sizes(self, like, band: bands.Decoder, seeds):
        """Draw a code size per image, log-uniformly from the band's.

        Every second image gets its band's longest, where all that it has is used; where one band
        has all but the shortest codes, it draws evenly.
        """
        low, top = band.low, float(band.top)
        u = keras.random.uniform(ops.shape(like), seed=seeds)
        size = ops.floor(ops.exp(np.log(low + 1.0) + u * np.log((top + 1.0) / (low + 1.0))))
        if self.encoders.of(band.top) or len(self.bands) > 1 + len(self.encoders.short):
            whole = keras.random.uniform(ops.shape(like), seed=seeds) < 0.5
            size = ops.where(whole, top, size)
        return ops.minimum(size, top)
