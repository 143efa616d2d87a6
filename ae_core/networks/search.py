"""The search for a better code, image by image, through the decoder: only coding takes longer.

An encoder guesses the code at once. From its guess a few steps of Adam go downhill on the squared
error of what the decoder makes of the code (Kingma & Ba 2015; for latent codes: Campos et al. 2019,
"Content adaptive optimization for neural image compression"). The decoder stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

BATCH = 64  # images searched for together; for fewer, the next power of two
PACE = 0.02  # of a step, in parts of a value's size


class Search(keras.Model):
    """Codes as weights, which are all that is trained: images (B, H, W, C) → errors (B,)."""

    def __init__(self, draw: Callable, decoder: keras.Model, shape: tuple[int, ...]):
        """Search for codes of ``shape``, (B, h, w, c).

        Args:
            draw: from codes to images (B, H, W, C) on [0, 1], tensors; uses ``decoder``.
            decoder: its weights stay as they are.
            shape: of the codes.
        """
        super().__init__(name="search")
        decoder.trainable = False
        self.decoder, self.draw = decoder, draw
        fixed = {"initializer": "zeros", "trainable": False, "dtype": "float32"}
        self.guess = self.add_weight(shape=shape, name="guess", **fixed)
        self.size = self.add_weight(shape=shape[1:], name="size", **fixed)
        self.moved = self.add_weight(shape=shape, initializer="zeros", name="moved", dtype="float32")
        self.built = True
        self.compile(keras.optimizers.Adam(PACE), jit_compile=False)
        self.optimizer.build(self.trainable_variables)
        self.fresh = [ops.convert_to_numpy(v) for v in self.optimizer.variables]

    def call(self, x, training=False):
        x_hat = self.draw(self.guess + self.size * self.moved)
        return ops.mean(ops.square(ops.cast(x_hat, "float32") - x), axis=(1, 2, 3))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the sum of log errors: each image is searched for as if it were alone."""
        return ops.sum(ops.log(y_pred + 1e-6))

    def run(self, x: np.ndarray, y: np.ndarray, steps: int) -> np.ndarray:
        """Return better codes, float32 (B, h, w, c), of images float32 (B, H, W, C) on [0, 1]."""
        for variable, value in zip(self.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)
        self.guess.assign(y)
        self.moved.assign(np.zeros_like(y))
        size = np.sqrt(np.square(y).mean(axis=0))
        self.size.assign(np.maximum(size, 0.1 * np.sqrt(np.square(y).mean())))
        for _ in range(steps):
            self.train_on_batch(x)
        return ops.convert_to_numpy(self.guess + self.size * self.moved)


def batch(count: int) -> int:
    """Return how many codes are searched for together where there are ``count`` images."""
    return min(BATCH, 1 << max(0, count - 1).bit_length())
