"""The layers of the shortest codes, trained alone in a network that has learned all else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import keras
import numpy as np

from ae_core.config import TrainConfig
from ae_core.networks.elastic import bands

BATCH, WARM_UP = 256, 0.05


def inherit(network: keras.Model, old: keras.Model) -> bool:
    """Give a built network the weights of one that may lack layers of the shortest codes.

    Returns:
        whether the old one has all the others; if not, nothing is changed.
    """
    halves = [(network.get_layer(name), old.get_layer(name)) for name in ("encoder", "decoder")]
    pairs = []
    for half, before in halves:
        known = {layer.name: layer for layer in half.layers}
        for layer in before.layers:
            if shapes := [w.shape for w in layer.get_weights()]:
                new = known.get(layer.name)
                if new is None or [w.shape for w in new.get_weights()] != shapes:
                    return False
                pairs.append((new, layer.get_weights()))
    for layer, weights in pairs:
        layer.set_weights(weights)
    (own, theirs) = (bands.chooser(half) for half in halves[1])
    if own is not None and theirs is not None:
        until = theirs.until[len(bands.encoders(old).short) :]
        own.until = [*own.until[: len(own.until) - len(until)], *until]
    return True


def fit(
    network: keras.Model,
    config: TrainConfig,
    x: np.ndarray,
    orders: list[np.ndarray],
    learning_rate: float,
    longest: int | None = None,
    told: Callable[[int, float], None] = lambda epoch, loss: None,
) -> None:
    """Train the layers of a network's shortest codes; no code that is longer changes.

    Args:
        network: from :func:`ae_core.networks.elastic.network.build`, trained; it has such codes.
        config: noise, augmentation and loss are taken from it.
        x: training images, uint8 (N, H, W, C).
        orders: image numbers of each epoch, int32.
        learning_rate: the highest.
        longest: of the codes whose layers are trained; None: all that have their own.
        told: gets the number of an epoch, from 1, and its mean loss.
    """
    from ae_core.networks import trainer

    config = replace(config, optimizer="adamw", learning_rate=learning_rate, warm_up=WARM_UP)
    batch = min(BATCH, len(x))
    steps = len(x) // batch
    short = [one for one in bands.encoders(network).short if longest is None or one.top <= longest]
    with _alone(network, short):
        training = trainer.Trainer(network, x, config)
        training.objective.bands = training.objective.bands[: len(short)]
        training.compile_for(steps * len(orders), batch)
        for epoch, order in enumerate(orders, start=1):
            told(epoch, training.one_epoch(order[: steps * batch], batch, lambda *_: False))


@contextmanager
def _alone(network: keras.Model, short: list[bands.Short]) -> Iterator[None]:
    """Hold all layers but those of these short codes as they are."""
    decoders = bands.decoders(network)[: len(short)]
    parts = [*(one.shorten for one in short), *(one.model for one in decoders)]
    own = {id(variable) for part in parts for variable in part.trainable_variables}
    held = [
        layer
        for half in ("encoder", "decoder")
        for layer in network.get_layer(half).layers
        if layer.trainable_variables and not own & {id(v) for v in layer.trainable_variables}
    ]
    for layer in held:
        layer.trainable = False
    try:
        yield
    finally:
        for layer in held:
            layer.trainable = True
