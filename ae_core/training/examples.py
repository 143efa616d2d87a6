"""The stored examples of a run: a few test images and what its network makes of them.

They let a page show a network before any network is loaded, and let a test check that a shipped
model still does what it did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae_core import data, networks
from ae_core.files import replacing
from ae_core.files.reading import Damaged, arrays
from ae_core.images import noise
from ae_core.runs import Run
from ae_core.runs.choose import SHOWN_SIZE
from ae_core.runs.faults import EXAMPLE_ARRAYS, EXAMPLES

COUNT = 16
NAME = EXAMPLES
NOISE_SEED = 0


@dataclass(frozen=True)
class Examples:
    """x, x_noisy, x_hat: uint8 (16, H, W, C); y: float32 (16, h, w, c), empty without a code."""

    x: np.ndarray
    x_noisy: np.ndarray
    y: np.ndarray
    x_hat: np.ndarray


def write(run: Run, x: np.ndarray | None = None) -> None:
    """Store examples of images ``x``: by default the first test images of the run's last data set.

    Shipped runs join real images with drawn ones and name the drawn set last: theirs show drawn
    images, which may be passed on. An elastic network is shown at few values and without noise, a
    rate network at the middle of its range.
    """
    config = run.config
    if x is None:
        x = data.load(data.members(config.data)[-1]).test.x[:COUNT]
    network, about = networks.load(run.model_path), networks.kind(config.network)
    network, kind = network.at(shown_size(network)), about.test_noise(config.noise)
    x_noisy = noise.corrupt(x, kind, seed=NOISE_SEED)
    y = np.zeros((len(x), 0, 0, 0), np.float32)
    if network.has_code:
        y = network.encode(x_noisy, kind.level).astype(np.float32)
    with replacing(run.folder / NAME) as path:
        x_hat = network.reconstruct(x_noisy, kind.level)
        np.savez_compressed(path, x=x, x_noisy=x_noisy, y=y, x_hat=x_hat)


def shown_size(network) -> int | None:
    """Return the code size at which a network is shown first, None where it has one alone."""
    return max(network.sizes(tuple(range(1, SHOWN_SIZE + 1))), default=None)


def read(run: Run) -> Examples | None:
    """Return the stored examples, or None if there are none or they are damaged."""
    try:
        found = Examples(**arrays(run.folder / NAME, EXAMPLE_ARRAYS))
    except (FileNotFoundError, Damaged):
        return None
    return found if _whole(found) else None


def _whole(found: Examples) -> bool:
    """Return whether the arrays are images, and of one number and shape."""
    images = (found.x, found.x_noisy, found.x_hat)
    alike = {(x.dtype, x.shape) for x in images} == {(np.dtype(np.uint8), found.x.shape)}
    codes = found.y.dtype.kind in "fi" and found.y.ndim == 4 and len(found.y) == len(found.x)
    return alike and codes and found.x.ndim == 4 and found.x.size > 0 and found.x.shape[3] in (1, 3)
