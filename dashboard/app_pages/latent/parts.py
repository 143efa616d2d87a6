"""Codes and reconstructions of many images of a set: those that it trains on, tests on, or all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae_core import data
from ae_core.errors import UserError
from ae_core.evaluation import latent
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import compute
from dashboard.components import inference

MOST = {"train": 2000, "test": 1000, "all": 1000}  # images of a part; each is in random order
RECONSTRUCTED = 1000


@dataclass(frozen=True, eq=False)
class Part:
    """Images of a set, from its first on.

    Attributes:
        x: uint8 (N, H, W, C).
        labels: int64 (N,).
        classes: names of the labels.
    """

    x: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]

    def name(self, index: int) -> str:
        """Return an image's number, from 1, and its class where there are several: "12 · B"."""
        if len(self.classes) < 2:
            return str(index + 1)
        return f"{index + 1} · {self.classes[self.labels[index]]}"


def images(name: str, part: str) -> Part:
    """Return the first images of a part of a set: "train", "test", or "all" of it.

    Raises:
        UserError: there are none, or the set is missing or damaged.
    """
    whole = data.load(name)
    splits = [whole.train, whole.validation, whole.test] if part == "all" else [getattr(whole, part)]
    x = np.concatenate([split.x[: MOST[part]] for split in splits])[: MOST[part]]
    labels = np.concatenate([split.labels[: MOST[part]] for split in splits])[: MOST[part]]
    if not len(x):
        raise UserError("{name} has no such images.", name=name)
    return Part(x, labels, whole.classes)


def codes(found: Entry, name: str, part: str) -> np.ndarray:
    """Return the codes of the images of a part of a set, float32 (N, K).

    Raises:
        UserError: as :func:`images`, or the network is missing or damaged.
    """
    return _codes(*key(found), name, data.load(name).fingerprint, part)


def reconstructions(found: Entry, name: str, part: str) -> np.ndarray:
    """Return what the network makes of them, uint8 (N, H, W, C), of the first 1,000.

    Raises:
        UserError: as :func:`codes`.
    """
    return _reconstructions(*key(found), name, data.load(name).fingerprint, part)


def key(found: Entry) -> tuple[str, int, int]:
    """Return what tells a network apart from others, and from itself once it is trained anew."""
    return found.id, inference.stamp(found.id), compute.size(found)


@st.cache_data(max_entries=16, show_spinner=False)
def _codes(run_id: str, stamp: int, size: int, name: str, fingerprint: str, part: str) -> np.ndarray:
    return latent.encode(compute.network(run_id, size), images(name, part).x)


@st.cache_data(max_entries=16, show_spinner=False)
def _reconstructions(
    run_id: str, stamp: int, size: int, name: str, fingerprint: str, part: str
) -> np.ndarray:
    network = compute.network(run_id, size)
    y = _codes(run_id, stamp, size, name, fingerprint, part)
    return latent.decode(network, y[:RECONSTRUCTED])
