"""Train a few steps of every network on Keras's backend: ``few_steps.py FOLDER [SHIPPED.keras]``.

The weights that a network starts with lie in FOLDER, or are drawn and written there; the losses and
the weights after the last step are written as ``BACKEND-NETWORK.npz``, and the first filters and the
codes of the images, where there are any, as ``BACKEND-NETWORK-seen.npz``.
"""

import dataclasses
import sys
from pathlib import Path

import keras
import numpy as np
from keras import ops

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.networks import inner, stretches
from ae_core.networks.trainer import Trainer

STEPS, BATCH, CODE = 6, 8, 16


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Stand for ``keras.random.uniform``, which draws other numbers on each backend."""
    count = shape[0]
    for side in shape[1:]:
        count = count * side
    steps = ops.cast(ops.arange(count), "float32") * 0.618
    return minval + (maxval - minval) * ops.reshape(steps - ops.floor(steps), shape)


def start(network, path: Path) -> None:
    """Give a network the weights that every backend starts with, all of them away from zero."""
    if not path.exists():
        drawn = np.random.default_rng(1)
        near = [
            w + 0.02 * drawn.standard_normal(w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
            for w in network.get_weights()
        ]
        np.savez(path, *near)
    with np.load(path, allow_pickle=False) as stored:
        network.set_weights([stored[f"arr_{i}"] for i in range(len(stored.files))])


def train(name: str, network, config: TrainConfig, folder: Path) -> None:
    """Train a network on images that every backend draws alike, and write what came of it."""
    shape = tuple(network.inputs[0].shape[1:])
    start(network, folder / f"start-{name}.npz")
    rows, columns = np.indices(shape[:2])
    waves = 1 + np.arange(STEPS * BATCH)[:, None, None] % 7
    phase = np.arange(STEPS * BATCH)[:, None, None] / 5
    grey = np.sin(rows / waves + phase) * np.cos(columns / 3 - phase)
    x = np.repeat((127 + 120 * grey)[..., None], shape[2], axis=-1).astype(np.uint8)
    trainer = Trainer(network, x, dataclasses.replace(config, batch=BATCH))
    trainer.compile_for(STEPS)
    losses = []
    order = np.arange(len(x), dtype=np.int32)
    trainer.one_epoch(order, BATCH, lambda step, loss: bool(losses.append(loss)))
    weights = [ops.convert_to_numpy(v) for v in network.trainable_variables]
    backend = keras.backend.backend()
    np.savez(folder / f"{backend}-{name}.npz", losses, *weights)
    seen = (inner.filters(network), trainer.objective.codes(x, np.linspace(0, 255, len(x))))
    np.savez(folder / f"{backend}-{name}-seen.npz", *(a for a in seen if a is not None))


def main() -> None:
    folder = Path(sys.argv[1])
    keras.random.uniform = uniform
    stretches.MOMENT = 0.0  # so that every step is told of
    for name, about in networks.KINDS.items():
        if not about.trainable:
            continue
        code = about.code_sizes[0] if about.code_sizes else CODE
        design = f"conv8:k3:s2:relu > vector{CODE}:l1=0.001 > mirror" if about.designed else ""
        config = TrainConfig(network=name, code=code, design=design)
        side = about.side or 16
        train(name, networks.build(config, (side, side, 1)), config, folder)
    if len(sys.argv) > 2:
        config = TrainConfig(network="conv", code=CODE)
        train("shipped", networks.load(Path(sys.argv[2])).model, config, folder)


if __name__ == "__main__":
    main()
