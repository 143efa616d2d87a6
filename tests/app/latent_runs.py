"""Small runs for the tests of Latent space, and a network in NumPy that stands for theirs.

The network halves the brightness: its code is the mean of each of an image's blocks.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ae_core import data, runs
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise

KINDS = {  # run: network, code
    "blocks-4": ("situation-3", 4),
    "blocks-49": ("situation-2", 49),
    "line": ("situation-4", 1),
    "stretch": ("elastic", 16),
    "cleaner": ("unet", 0),
}
DEAD = 2  # of blocks-4: this value is the same for every image


class Blocks:
    """A decoder paints each value of the code as one block of a 28 x 28 image."""

    def __init__(self, values: int, dead: int | None = None):
        side = math.isqrt(values)
        self.square = side * side == values
        self.code_shape = (side, side, 1) if self.square else (1, 1, values)
        self.dead = dead

    def at(self, size: int) -> Blocks:
        found = Blocks(size)
        found.code_shape, found.square = (1, 1, size), False
        return found

    def encode(self, x: np.ndarray) -> np.ndarray:
        n, values = len(x), math.prod(self.code_shape)
        if self.square:
            side = math.isqrt(values)
            y = x.reshape(n, side, 28 // side, side, 28 // side).mean(axis=(2, 4)).reshape(n, -1)
        else:
            y = x.reshape(n, -1)[:, : 784 // values * values].reshape(n, values, -1).mean(axis=2)
        if self.dead is not None:
            y[:, self.dead] = 7
        return (y / 255).reshape(n, *self.code_shape).astype(np.float32)

    def decode(self, y: np.ndarray) -> np.ndarray:
        n, values = len(y), math.prod(self.code_shape)
        flat = np.clip(y.reshape(n, values) * 255, 0, 255).round().astype(np.uint8)
        if self.square:
            side = math.isqrt(values)
            x = flat.reshape(n, side, side).repeat(28 // side, axis=1).repeat(28 // side, axis=2)
        else:
            x = np.zeros((n, 784), np.uint8)
            x[:, : 784 // values * values] = flat.repeat(784 // values, axis=1)
        return x.reshape(n, 28, 28, 1)


def network(run_id: str) -> Blocks:
    """Return the network that stands for a run's."""
    return Blocks(KINDS[run_id][1], DEAD if run_id == "blocks-4" else None)


def build(folder: Path) -> None:
    """Write the runs into ``folder`` as if shipped; AE_ARTIFACTS_DIR must name it already."""
    runs.pretrained_dir().mkdir(parents=True)
    x = data.load("letters").test.x[:16]
    for name, (kind, code) in KINDS.items():
        noise = Noise("gaussian", 50.0, 0.0) if kind == "unet" else Noise()
        run = runs.create(TrainConfig(network=kind, code=code, noise=noise, epochs=1), name)
        folder = run.folder.rename(runs.pretrained_dir() / name)
        (folder / "status.json").unlink()
        (folder / "model.keras").write_bytes(b"stands for a network")
        y, x_hat = np.zeros((16, 0, 0, 0), np.float32), x
        if code:
            y = network(name).encode(x)
            x_hat = network(name).decode(y)
        np.savez(folder / "examples.npz", x=x, x_noisy=x, y=y, x_hat=x_hat)
