"""The same images through a codec, now: what they look like at one point of the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae_core.errors import UserError
from dashboard.components import inference
from dashboard.i18n import t


@dataclass(frozen=True)
class Coded:
    """Images after a codec: uint8 (N, H, W, C), and their bytes as the accounting counts them.

    ``each`` holds the bytes of every image, or nothing where they share one file.
    """

    x_hat: np.ndarray
    total: float
    each: tuple[float, ...] = ()


def classical(codec: str, setting: float, count: str, x: np.ndarray) -> Coded:
    """Return ``x``, uint8 (N, H, W, C), through a classical codec, counted as asked.

    Raises:
        UserError: the codec is not on this machine.
    """
    return _classical(codec, setting, count, x.tobytes(), x.shape)


def ours(run_id: str, level: int, x: np.ndarray) -> Coded:
    """Return ``x`` through the rate network of a run: one file holds all images.

    Raises:
        UserError: the network's file is missing or damaged.
    """
    return _ours(run_id, inference.stamp(run_id), level, x.tobytes(), x.shape)


def network(run_id: str, size: int | None, bits: float, x: np.ndarray) -> Coded:
    """Return ``x``, uint8 (N, H, W, C), through an autoencoder whose code takes ``bits`` an image.

    ``size`` is how many values of an elastic network's code are kept, else None.
    """
    x_hat = _network(run_id, inference.stamp(run_id), size, x.tobytes(), x.shape)
    return Coded(x_hat, len(x) * bits / 8)


@st.cache_data(max_entries=256, show_spinner=False)
def _classical(codec: str, setting: float, count: str, pixels: bytes, shape: Sequence[int]) -> Coded:
    from ae_core.baselines import codecs
    from ae_core.images import grid

    if codec not in codecs.CODECS:  # measured where it is installed, looked at where it is not
        raise UserError(t("rate.no_codec", codec=codec))
    x = np.frombuffer(pixels, np.uint8).reshape(shape)
    peer, setting = codecs.CODECS[codec], int(setting)
    if count == "mosaic":
        whole = grid.mosaic(x)
        data = peer.encode(whole, setting)
        x_hat = grid.take(peer.decode(data, shape[-1]), *x.shape[1:3])[: len(x)]
        return Coded(x_hat, float(len(data)))
    files = [peer.encode(image, setting) for image in x]
    if count == "no container":
        each = [peer.payload_bytes(i, setting, file) for i, file in zip(x, files, strict=True)]
    else:
        each = [len(file) for file in files]
    x_hat = np.stack([peer.decode(file, shape[-1]) for file in files])
    return Coded(x_hat, float(sum(each)), tuple(float(size) for size in each))


@st.cache_data(max_entries=256, show_spinner=False)
def _ours(run_id: str, when: int, level: int, pixels: bytes, shape: Sequence[int]) -> Coded:
    from ae_core.codec import archive

    x = np.frombuffer(pixels, np.uint8).reshape(shape)
    written = archive.write(list(x), _coder(run_id, when), level)
    return Coded(np.stack(written.pictures), float(len(written.data)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _coder(run_id: str, when: int):
    from ae_core import networks

    return networks.load_codec(inference.found_model(run_id))


@st.cache_data(max_entries=64, show_spinner=False)
def _network(
    run_id: str, when: int, size: int | None, pixels: bytes, shape: Sequence[int]
) -> np.ndarray:
    found = inference.network(run_id)
    return found.reconstruct(np.frombuffer(pixels, np.uint8).reshape(shape), size=size)
