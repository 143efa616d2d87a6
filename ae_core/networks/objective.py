"""What a training minimises: on the device for each step, and on the validation images."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from ae_core.config import TrainConfig
from ae_core.images import noise


class Objective:
    """Mean squared error on [0, 1], or the mean over the images of its logarithm.

    The logarithm is PSNR up to a factor (as in HINet, Chen et al. 2021, section 3.3): an image that
    is easy counts as much as one that is hard. Kinds of networks with another goal derive theirs.
    """

    def __init__(self, network: keras.Model, config: TrainConfig):
        self.network, self.config = network, config
        self.names = [x.name for x in network.inputs]

    def losses(self, x, seeds, training):
        """Return the loss of each image, (B,), of clean images x (B, H, W, C) in [0, 1]."""
        x_noisy, level = noise.corrupt_on_device(x, self.config.noise, seeds)
        inputs = [x_noisy, level] if "level" in self.names else x_noisy
        return self.distances(x, self.network(inputs, training=training))

    def distances(self, x, x_hat):
        """Return the loss of each reconstruction, (B,)."""
        mse = ops.mean(ops.square(ops.cast(x_hat, "float32") - x), axis=(1, 2, 3))
        return ops.log(mse + 1e-6) if self.config.loss == "psnr" else mse

    def level_range(self) -> tuple[float | None, float]:
        """Return from where to where the levels of the validation images are spread."""
        return self.config.noise.low, self.config.noise.level

    def predict(self, x_noisy: np.ndarray, levels: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
        """Return the network's outputs, the reconstructions float32 (N, H, W, C) first.

        Args:
            x_noisy: uint8 (N, H, W, C).
            levels: of each image, (N,), for a network that takes them.
            sizes: likewise, of the code.
        """
        values = {"level": levels[:, None, None, None], "size": sizes[:, None, None, None]}
        x = x_noisy.astype(np.float32) / 255
        inputs = [x, *(values[name] for name in self.names[1:])]
        found = self.network.predict(inputs if self.names[1:] else x, batch_size=256, verbose=0)
        first, *others = found if isinstance(found, list) else [found]
        return [np.asarray(first, np.float32), *others]

    def validation_losses(self, error: np.ndarray, others: list, levels: np.ndarray) -> np.ndarray:
        """Return the loss of each validation image, (N,).

        Args:
            error: x_hat - x on [0, 1], (N, D).
            others: what :meth:`predict` gave beside the reconstructions.
            levels: of each image, (N,).
        """
        mse = (error**2).mean(axis=1)
        return np.log(mse + 1e-6) if self.config.loss == "psnr" else mse
