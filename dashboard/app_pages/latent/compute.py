"""Codes of many test images and images of codes: from what is stored, else by the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ae_core import data, networks, runs
from ae_core.errors import UserError
from ae_core.evaluation import codes, latent
from ae_core.runs.choose import Entry
from dashboard.components import inference


@dataclass(frozen=True, eq=False)
class Sample:
    """Test images and their codes.

    Attributes:
        x: uint8 (N, H, W, C).
        y: float32 (N, K), the codes, flat.
        labels: int64 (N,), or None where the classes are not known yet.
        classes: names of the labels.
        x_hat: uint8 (N, H, W, C) where it was stored, else None: decoded when it is shown.
    """

    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    x_hat: np.ndarray | None = None

    @property
    def live(self) -> bool:
        """Whether the codes come from the network just now, and its decoder is at hand."""
        return self.x_hat is None

    def name(self, index: int) -> str:
        """Return an image's number, from 1, and its class: "12 · B"."""
        if self.labels is None:
            return str(index + 1)
        return f"{index + 1} · {self.classes[self.labels[index]]}"


def stored(found: Entry, name: str, read: bool) -> Sample | None:
    """Return the images stored beside a network at its code size, None where none are of the set.

    ``read``: the set is on this machine, so that the classes can be read from it.
    """
    fits = found.examples and inference.example_set(found) == name
    fits = fits and (found.code == found.shown_code if found.longest else found.noise.kind == "none")
    kept = inference.stored_examples(runs.find(found.id)) if fits else None
    if kept is None or kept.y.size == 0:
        return None
    sample = Sample(kept.x, kept.y.reshape(len(kept.y), -1), x_hat=kept.x_hat)
    if read:
        whole, n = data.load(name), len(kept.x)
        if np.array_equal(whole.test.x[:n], kept.x):
            return replace(sample, labels=whole.test.labels[:n], classes=whole.classes)
    return sample


def sample(found: Entry, name: str, count: int) -> Sample:
    """Return ``count`` test images of a set through the network, which is loaded if need be.

    Raises:
        UserError: the set or the network is missing or damaged, or they do not fit.
    """
    fingerprint = data.load(name).fingerprint
    return _sample(found.id, inference.stamp(found.id), size(found), name, fingerprint, count)


def dead(found: Entry, now: Sample) -> np.ndarray:
    """Return which values of the codes say nothing, bool (K,)."""
    config = runs.get(found.id).config
    return latent.dead(now.y, networks.kind(config.network).has_prior(config))


def whose_codes(now: Sample, name: str) -> tuple[list[str], list[str]]:
    """Return file names and classes of the sample's images, for a table of their codes."""
    try:
        places = latent.rows(len(data.load(name).test), len(now.x))
    except UserError:  # stored ones of a set that is not here
        places = range(len(now.x))
    return codes.of_test(name, places)


def tsne(now: Sample) -> np.ndarray:
    """Return where t-SNE lays the sample's codes, float64 (N, 2)."""
    return _tsne(now.y.tobytes(), now.y.shape)


@st.cache_data(max_entries=32, show_spinner=False)
def _tsne(codes: bytes, shape: tuple[int, int]) -> np.ndarray:
    return latent.tsne(np.frombuffer(codes, np.float32).reshape(shape))


def decoded(found: Entry, y: np.ndarray) -> np.ndarray:
    """Return the images of codes, float (M, K), uint8 (M, H, W, C).

    Raises:
        UserError: the network is missing or damaged.
    """
    y = np.ascontiguousarray(y, np.float32)
    return _decoded(found.id, inference.stamp(found.id), size(found), y.tobytes(), y.shape)


def reconstruction(found: Entry, now: Sample, rows: np.ndarray | list[int]) -> np.ndarray:
    """Return what the decoder makes of the codes of some images of the sample."""
    if now.x_hat is not None:
        return now.x_hat[rows]
    return decoded(found, now.y[rows])


def size(found: Entry) -> int:
    """Return the code size that an elastic network is asked for, 0 of any other."""
    return found.code if found.longest else 0


def network(run_id: str, size: int):
    """Return a run's network, an elastic one at a size.

    Raises:
        UserError: its file is missing or damaged.
    """
    found = inference.network(run_id)
    return found.at(size) if size else found


@st.cache_data(max_entries=32, show_spinner=False)
def _sample(run_id: str, stamp: int, size: int, name: str, fingerprint: str, count: int) -> Sample:
    whole = data.load(name)
    rows = latent.rows(len(whole.test), count)
    if not len(rows):
        raise UserError("{name} has no test images.", name=name)
    x = whole.test.x[rows]
    y = latent.encode(network(run_id, size), x)
    return Sample(x, y, whole.test.labels[rows], whole.classes)


@st.cache_data(max_entries=256, show_spinner=False)
def _decoded(run_id: str, stamp: int, size: int, codes: bytes, shape: tuple[int, int]) -> np.ndarray:
    return latent.decode(network(run_id, size), np.frombuffer(codes, np.float32).reshape(shape))
