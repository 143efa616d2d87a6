"""How a network is trained where nobody says otherwise: the one rule, by the number of images.

Few images need small batches: one of all images is one step an epoch, and then the learning rate has
risen before the network has moved. They need varied copies of themselves, for a network of a million
weights knows sixty images by heart at once; and they are passed over so often that the validation
images are looked at only every so many passes. A network that begins with chance needs more steps
than one that begins at PCA, and small ones for longer.
"""

from __future__ import annotations

import math
from typing import Any

from ae_core.config import TrainConfig

NAMES = ("batch", "epochs", "learning_rate", "warm_up", "augment", "validate_every", "patience")
MANY = 5_000  # training images from which a training is as TrainConfig has it
FEW = 1_000  # below, images are varied where that helps
SMALL = 500  # below, batches are of few images
STEPS = 1_000  # of a training, at the least
LOOKS = 40  # at the validation images in a training of usual length
APART = 50  # steps between two looks, at the most: so much is lost when a training is killed
RATE = 1e-3  # of small batches, which are noisy
GENTLE_RATE = 5e-4  # so that what a training begins with is not lost
WARM_UP = 0.1
WARM_UP_BY_CHANCE = 0.25  # ReLU codes of few values die of large steps at the beginning
PATIENCE = 5  # looks, at the least; usually two thirds of all, for much is gained as the rate falls


def of(
    images: int, by_chance: int = 0, batch: int | None = None, epochs: int | None = None
) -> dict[str, Any]:
    """Return the entries of a :class:`TrainConfig` that go with the number of training images.

    They are those of :data:`NAMES`. What a person or a kind of network asks for goes before them.

    Args:
        images: for training.
        by_chance: the steps of one that begins with nothing but chance, see ``Kind.by_chance``.
        batch, epochs: those asked for, where they are; the others follow them.
    """
    whole = {name: getattr(TrainConfig, name) for name in NAMES}
    least = min(images, by_chance)
    if images < MANY:
        least = max(least, STEPS)
        batch = min(batch or (16 if images < SMALL else 64), images)
        whole |= {
            "batch": batch,
            "learning_rate": RATE if by_chance else GENTLE_RATE,
            "warm_up": WARM_UP,
            "augment": "auto" if images < FEW else "none",
        }
    if by_chance:
        whole["warm_up"] = WARM_UP_BY_CHANCE
    # A larger batch that is asked for, of many images, shall not take more passes over them.
    steps = images // whole["batch"]
    epochs = epochs or max(TrainConfig.epochs, math.ceil(least / steps))
    every = min(math.ceil(epochs / LOOKS), math.ceil(APART / steps))
    patience = max(PATIENCE, 2 * epochs // (3 * every))
    return whole | {"epochs": epochs, "validate_every": every, "patience": patience}


def beside(images: int, by_chance: int = 0, **asked: int) -> dict[str, Any]:
    """Return what is usual beside a batch or epochs that somebody asked for, and in their place."""
    plain = of(images, by_chance)
    return of(images, by_chance, **asked) | {name: plain[name] for name in asked}
