"""The stored examples of a run: a few test images and what its network makes of them.

They let a page show a network before any network is loaded, and let a test check that a shipped
model still does what it did.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass

import numpy as np

from ae_core import data, networks
from ae_core.config import Noise
from ae_core.files import replacing
from ae_core.images import noise
from ae_core.runs import Run

COUNT = 16
NAME = "examples.npz"
NOISE_SEED = 0
ELASTIC_SIZE, RATE_LEVEL = 64, 128


@dataclass(frozen=True)
class Examples:
    """x, x_noisy, x_hat: uint8 (16, H, W, C); y: float32 (16, h, w, c), empty without a code."""

    x: np.ndarray
    x_noisy: np.ndarray
    y: np.ndarray
    x_hat: np.ndarray


def write(run: Run) -> None:
    """Store examples from the first test images of the last data set that the run joins.

    Shipped runs join real images with drawn ones and name the drawn set last: theirs show drawn
    images, which may be passed on. An elastic network is shown at 64 values and without noise, a
    rate network at the middle of its range.
    """
    config = run.config
    x = data.load(data.members(config.data)[-1]).test.x[:COUNT]
    network = networks.load(run.model_path)
    if network.rate:
        _write_rate(run, x)
        return
    kind = config.noise
    if network.longest is not None:
        network, kind = network.at(min(ELASTIC_SIZE, network.longest)), Noise()
    x_noisy = noise.corrupt(x, kind, seed=NOISE_SEED)
    y = np.zeros((len(x), 0, 0, 0), np.float32)
    if network.has_code:
        y = network.encode(x_noisy, kind.level)
    _keep(run, x, x_noisy, y, network.reconstruct(x_noisy, kind.level))


def _write_rate(run: Run, x: np.ndarray) -> None:
    from ae_core.codec import network

    codec = network.load(run.model_path)
    q = codec.encode(x, RATE_LEVEL)
    _keep(run, x, x, q[:, None, None].astype(np.float32), codec.decode(q, RATE_LEVEL))


def _keep(run: Run, x, x_noisy, y, x_hat) -> None:
    with replacing(run.folder / NAME) as path:
        np.savez_compressed(path, x=x, x_noisy=x_noisy, y=y, x_hat=x_hat)


def read(run: Run) -> Examples | None:
    """Return the stored examples, or None if there are none or they are damaged."""
    try:
        with np.load(run.folder / NAME, allow_pickle=False) as stored:
            return Examples(stored["x"], stored["x_noisy"], stored["y"], stored["x_hat"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
