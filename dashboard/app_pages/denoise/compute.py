"""The same noisy images through every denoiser, now, each timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ae_core.images.noise import Noise
from ae_core.networks import KINDS
from ae_core.runs.choose import Entry
from dashboard.components import inference, warming

# Those that do nothing else come first.
NETWORKS = tuple(k.name for k in sorted(KINDS.values(), key=lambda k: k.has_code) if k.takes_level)
SLOW = "BM3D"  # takes seconds an image, so it works only when asked for


@dataclass(frozen=True)
class Cleaned:
    """What one method made: uint8 (N, H, W, C), and its milliseconds an image on this machine.

    The time is None where the images were kept beside the network and nothing ran. ``run`` is that
    of a network, "" of a classical method.
    """

    method: str
    x_hat: np.ndarray
    milliseconds: float | None
    run: str = ""


def by_network(found: Entry, x: np.ndarray, x_noisy: np.ndarray, noise: Noise) -> Cleaned | None:
    """Return noisy images, uint8 (N, H, W, C), through a trained network that is told the level.

    None while TensorFlow is still being loaded; images kept beside the network need none.

    Raises:
        UserError: the network's file is missing or damaged.
    """
    if not warming.ready():
        kept = inference.stored(found, x, noise)
        return None if kept is None else Cleaned(found.network, kept.x_hat, None, found.id)
    told = min(noise.level, found.noise.level)  # no more than it has learned
    when = inference.stamp(found.id)
    return _by_network(found.id, when, found.network, x_noisy.tobytes(), x_noisy.shape, told)


def classical() -> list[str]:
    """Return the classical denoisers that are on this machine, the slow one last."""
    from ae_core.baselines import DENOISERS

    return sorted(DENOISERS, key=lambda name: name == SLOW)


def strength(x: np.ndarray, x_noisy: np.ndarray, noise: Noise) -> float:
    """Return the σ that classical denoisers are told, on the 0-255 scale.

    They are made for Gaussian noise; of another kind they are told the standard deviation.
    """
    if noise.kind == "gaussian":
        return noise.level
    error = x_noisy.astype(np.float32) - x
    return max(1.0, round(float(np.sqrt(np.mean(error**2))), 1))


def by_method(method: str, x_noisy: np.ndarray, level: float) -> Cleaned:
    """Return the images, uint8 (N, H, W, C), through a classical denoiser, told σ."""
    return _by_method(method, x_noisy.tobytes(), x_noisy.shape, level)


@st.cache_data(max_entries=128, show_spinner=False)
def _by_network(
    run_id: str, when: int, method: str, pixels: bytes, shape: Sequence[int], told: float
) -> Cleaned:
    network = inference.network(run_id)
    x_noisy = np.frombuffer(pixels, np.uint8).reshape(shape)
    network.reconstruct(x_noisy, told)  # the first call for so many images is compiled
    return replace(_timed(method, lambda x: network.reconstruct(x, told), x_noisy), run=run_id)


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
