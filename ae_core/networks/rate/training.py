"""How a rate network is trained: its start at a transform, bits and quality at once, its tables."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from ae_core.networks import objective
from ae_core.networks.rate import TOP_LEVEL, build, cost, counted, fitting

__all__ = ["Objective", "build", "finish", "start", "stored"]

QUICK_FIT = 128  # images for the frequency tables of a network that is still in training

start = counted.start_at_transform


def stored(network: keras.Model, x_train: np.ndarray) -> keras.Model:
    """Return a network in training as it is stored: with whole numbers for its prior."""
    return fitting.with_tables(network, x_train[:QUICK_FIT])


def finish(model: keras.Model, x_train: np.ndarray, x_val: np.ndarray) -> None:
    """Fit the tables of a trained network, as it is stored, to more images."""
    fitting.refit(model, x_train, rounds=2)


class Objective(objective.Objective):
    """Squared error and bits, at a rate level drawn for each image."""

    def losses(self, x, seeds, training):
        level = keras.random.uniform((ops.shape(x)[0], 1, 1, 1), 0.0, TOP_LEVEL, seed=seeds)
        x_hat, bits = self.network([x, level], training=training)
        error = ops.sum(ops.square(ops.cast(x_hat, "float32") - x), axis=(1, 2, 3))
        return cost(error, bits[:, 0], level[:, 0, 0, 0], x.shape[-1])

    def level_range(self):
        return 0.0, float(TOP_LEVEL)

    def validation_losses(self, x, x_hat, others, levels):
        error = ((x_hat - x) ** 2).sum(axis=(1, 2, 3))
        return cost(error, others[0][:, 0], levels, x.shape[-1])

    def codes(self, x_noisy, levels):
        return np.rint(super().codes(x_noisy, levels))  # what is stored: whole numbers
