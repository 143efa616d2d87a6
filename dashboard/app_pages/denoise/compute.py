"""The same noisy images through every denoiser, now, each timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae_core.images.noise import Noise
from ae_core.networks import KINDS
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.components import inference

# Those that do nothing else come first.
NETWORKS = tuple(k.name for k in sorted(KINDS.values(), key=lambda k: k.has_code) if k.takes_level)
SLOW = "BM3D"  # takes seconds an image, so it works only when asked for


@dataclass(frozen=True)
class Cleaned:
    """What one method made: uint8 (N, H, W, C), and its milliseconds an image on this machine.

    The time is None where the images were kept beside the network and nothing ran.
    """

    method: str
    x_hat: np.ndarray
    milliseconds: float | None


def networks(entries: list[Entry], data: str, shape: Sequence[int], level: float) -> list[Entry]:
    """Return the best suited denoiser of each kind for images of this shape: none, one or two."""
    found = []
    for kind in NETWORKS:
        fits = [e for e in entries if e.network == kind and e.shape == tuple(shape)]
        fits.sort(
            key=lambda e: (
                data not in e.data,
                choose.noise_distance(e, Noise("gaussian", level)),
                not e.pretrained,
            )
        )
        found += fits[:1]
    return found


def by_network(found: Entry, x: np.ndarray, x_noisy: np.ndarray, level: float) -> Cleaned | None:
    """Return noisy images, uint8 (N, H, W, C), through a trained network that is told the level.

    None while TensorFlow is still being loaded; images kept beside the network need none.

    Raises:
        UserError: the network's file is missing or damaged.
    """
    if not inference.ready():
        kept = inference.stored(found, x, Noise("gaussian", level))
        return None if kept is None else Cleaned(found.network, kept.x_hat, None)
    told = min(level, found.noise.level)  # no more than it has learned
    when = inference.stamp(found.id)
    return _by_network(found.id, when, found.network, x_noisy.tobytes(), x_noisy.shape, told)


def classical() -> list[str]:
    """Return the classical denoisers that are on this machine, the slow one last."""
    from ae_core.baselines import DENOISERS

    return sorted(DENOISERS, key=lambda name: name == SLOW)


def by_method(method: str, x_noisy: np.ndarray, level: float) -> Cleaned:
    """Return the images, uint8 (N, H, W, C), through a classical denoiser, told the level."""
    return _by_method(method, x_noisy.tobytes(), x_noisy.shape, level)


@st.cache_data(max_entries=128, show_spinner=False)
def _by_network(
    run_id: str, when: int, method: str, pixels: bytes, shape: Sequence[int], told: float
) -> Cleaned:
    network = inference.network(run_id)
    x_noisy = np.frombuffer(pixels, np.uint8).reshape(shape)
    network.reconstruct(x_noisy, told)  # the first call for so many images is compiled
    return _timed(method, lambda x: network.reconstruct(x, told), x_noisy)


@st.cache_data(max_entries=512, show_spinner=False)
def _by_method(method: str, pixels: bytes, shape: Sequence[int], level: float) -> Cleaned:
    from ae_core.baselines import DENOISERS

    x_noisy = np.frombuffer(pixels, np.uint8).reshape(shape)
    DENOISERS[method](x_noisy[:1], level)  # the first call loads packages
    return _timed(method, lambda x: DENOISERS[method](x, level), x_noisy)


def _timed(method: str, denoise: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> Cleaned:
    start = time.perf_counter()
    x_hat = denoise(x)
    return Cleaned(method, x_hat, 1000 * (time.perf_counter() - start) / len(x))
