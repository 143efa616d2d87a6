"""The same images through several networks: stored ones at once, others with TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae_core import networks, runs
from ae_core.images import files, paint
from ae_core.images.noise import Noise
from ae_core.runs.choose import Entry
from dashboard.app_pages.compare import view
from dashboard.components import coding, inference, library, warming

MIDDLE = 128  # of the rate, as in stored examples
SIGMAS = (0.0, 15.0, 25.0, 50.0, 75.0)


def sets_for(picked: Sequence[runs.Run], sets: dict) -> list[str]:
    """Return the data sets whose images one of these networks takes."""
    shapes = {library.shape_of(run.config.data) for run in picked}
    return [name for name, (info, _) in sets.items() if tuple(info.shape) in shapes]


def best_set(picked: Sequence[runs.Run], fits: Sequence[str]) -> str:
    """Return the set of which most of these networks have images stored."""
    kept = [library.entry(run).data[-1] for run in picked]
    return max(fits, key=lambda name: kept.count(name))


def levels(picked: Sequence[runs.Run]) -> list[float]:
    """Return the noise levels on offer, those that the networks were trained with among them."""
    known = {run.config.noise.level for run in picked if run.config.noise.kind == "gaussian"}
    return sorted({*SIGMAS, *known})


def best_level(picked: Sequence[runs.Run]) -> float:
    """Return the level at which all of these networks have images stored, else no noise."""
    noises = {run.config.noise for run in picked if not networks.kind(run.config.network).every_size}
    same = next(iter(noises)) if len(noises) == 1 else Noise()
    return same.level if same.kind == "gaussian" else 0.0


def images(name: str, picked: Sequence[runs.Run], known: list[Entry]) -> np.ndarray:
    """Return the first test images of a set, uint8, stored ones if there are.

    Raises:
        UserError: the set is not on this machine.
    """
    for run in picked:
        kept = inference.stored_examples(run) if library.entry(run).data[-1] == name else None
        if kept is not None:
            return kept.x
    return inference.images(name, 0, known)


def through(run: runs.Run, x: np.ndarray, level: float) -> np.ndarray | None:
    """Return ``x`` through a run's network, None while that needs TensorFlow, not yet loaded.

    Raises:
        UserError: the network cannot be loaded.
    """
    x_noisy, n = inference.corrupted(x, noise(level)), len(x)
    kept = inference.stored_examples(run)
    if kept is not None and n <= len(kept.x) and np.array_equal(kept.x_noisy[:n], x_noisy):
        return kept.x_hat[:n]
    if not warming.ready():
        return None
    if view.takes_bytes(run):
        return coding.ours(run.id, MIDDLE, x_noisy).x_hat
    found = library.entry(run)
    return inference.reconstruct(found.at(found.shown_code), x, noise(level)).x_hat


def thumbnail(run: runs.Run) -> str | None:
    """Return an image that a network reconstructed, as a data address, if one is stored."""
    kept = inference.stored_examples(run)
    return None if kept is None else _enlarged(kept.x_hat[0].tobytes(), kept.x_hat.shape[1:])


@st.cache_data(max_entries=128, show_spinner=False)
def _enlarged(pixels: bytes, shape: tuple) -> str:
    x = np.frombuffer(pixels, np.uint8).reshape(1, *shape)
    return files.data_uri(paint.enlarge(x, 2)[0])


def noise(level: float) -> Noise:
    """Return the noise that the page shows at a level, none at 0."""
    return Noise("gaussian", level) if level else Noise()
