"""What every measurement needs: the images it is made on, and a way through them in parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ae_core import data as datasets
from ae_core.errors import DataMissing, UserError

NOMINAL_BITS = 32  # a code value as the lecture counts it
BATCH = 1_024


def tested(name: str, network) -> datasets.Dataset:
    """Return the data set to test a network on.

    Raises:
        UserError: its images have another shape than the network's.
        DataMissing: it is not on this machine.
    """
    dataset = datasets.load(name)
    if tuple(dataset.shape) != tuple(network.image_shape):
        raise UserError(
            "The network was trained on images of {shape}, but those of {dataset} are {data_shape}; "
            "choose a data set of the same shape.",
            shape=datasets.shape_in_words(network.image_shape),
            dataset=dataset.name,
            data_shape=datasets.shape_in_words(dataset.shape),
        )
    return dataset


def trained_on(name: str, instead: str) -> datasets.Dataset:
    """Return what a network was trained on; where that is not on this machine, the other set."""
    try:
        return datasets.load(name)
    except DataMissing:
        return datasets.load(instead)


def sample(training: datasets.Dataset, limit: int) -> list[np.ndarray]:
    """Return at most ``limit`` training images, always the same, in equal shares of joined sets."""
    names = datasets.members(training.name)
    parts = [datasets.load(name).train.x for name in names] if names[1:] else [training.train.x]
    random, share = np.random.default_rng(0), limit // len(parts)
    return [x[np.sort(random.permutation(len(x))[:share])] for x in parts]


def in_parts(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return ``function(x)``, computed part by part, which bounds the memory."""
    return np.concatenate([function(x[i : i + BATCH]) for i in range(0, len(x), BATCH)])
