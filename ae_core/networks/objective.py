"""What a training minimises: on the device for each step, and on the validation images."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from ae_core.config import TrainConfig
from ae_core.images import noise


class Objective:
    """The loss of a training's configuration, a mean over the values of an image on [0, 1].

    Squared error; or its logarithm, which is PSNR up to a factor (as in HINet, Chen et al. 2021,
    section 3.3): an image that is easy counts as much as one that is hard; or absolute error; or
    binary cross-entropy. Kinds of networks with another goal derive theirs.
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
        x_hat = ops.cast(x_hat, "float32")
        if self.config.loss == "mae":
            return ops.mean(ops.abs(x_hat - x), axis=(1, 2, 3))
        if self.config.loss == "bce":
            return ops.mean(ops.binary_crossentropy(x, x_hat), axis=(1, 2, 3))
        mse = ops.mean(ops.square(x_hat - x), axis=(1, 2, 3))
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
        x = _inputs(self.network, x_noisy, level=levels, size=sizes)
        found = self.network.predict(x, batch_size=256, verbose=0)
        first, *others = found if isinstance(found, list) else [found]
        return [np.asarray(first, np.float32), *others]

    def codes(self, x_noisy: np.ndarray, levels: np.ndarray) -> np.ndarray | None:
        """Return the codes of few images, float32 (N, K); None where the network has no code.

        They go through the encoder at once and layer by layer: to compile it would take longer.

        Args:
            x_noisy: uint8 (N, H, W, C).
            levels: of each image, (N,), for a network that takes them.
        """
        if all(layer.name != "encoder" for layer in self.network.layers):
            return None
        encoder = self.network.get_layer("encoder")
        longest = np.full(len(x_noisy), encoder.output_shape[-1], np.float32)
        given = _inputs(encoder, x_noisy, level=levels, size=longest)
        y = encoder(given, training=False)
        return ops.convert_to_numpy(y).astype(np.float32).reshape(len(x_noisy), -1)

    def validation_losses(
        self, x: np.ndarray, x_hat: np.ndarray, others: list, levels: np.ndarray
    ) -> np.ndarray:
        """Return the loss of each validation image, (N,).

        Args:
            x: the clean images on [0, 1], float32 (N, H, W, C).
            x_hat: their reconstructions.
            others: what :meth:`predict` gave beside the reconstructions.
            levels: of each image, (N,).
        """
        return ops.convert_to_numpy(self.distances(x, x_hat))


def _inputs(model: keras.Model, x_noisy: np.ndarray, **values: np.ndarray):
    """Return images as a model takes them; ``values`` are its other inputs by name, each (N,)."""
    x = x_noisy.astype(np.float32) / 255
    more = [values[asked.name][:, None, None, None] for asked in model.inputs[1:]]
    return [x, *more] if more else x
