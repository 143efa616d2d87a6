"""The peers that a network is judged against.

PCA (`pca`) is the best linear autoencoder of a given code size; `denoisers` holds the classical
denoisers behind one call, `denoise(name, x_noisy, sigma) -> x_hat`, at their best settings, which
`tuning` finds; `codecs` holds JPEG, WebP, AVIF and JPEG 2000 behind another,
`encode(x, quality) -> bytes`, and `pca_codec` turns PCA into one. All of them give back 8-bit images,
like every network here, so that `ae_core.images.metrics` judges all alike.
"""

from ae_core.baselines.denoisers import DENOISERS
from ae_core.baselines.pca import PCA

__all__ = ["DENOISERS", "PCA"]
