"""The peers that a network is judged against.

PCA (`pca`) is the best linear autoencoder of a given code size; `denoisers` holds the classical
denoisers behind one call, `denoise(x_noisy, sigma) -> x_hat`. All of them give back 8-bit images,
like every network here, so that `ae_core.quality` judges all alike.
"""

from ae_core.baselines.denoisers import DENOISERS
from ae_core.baselines.pca import PCA

__all__ = ["DENOISERS", "PCA"]
