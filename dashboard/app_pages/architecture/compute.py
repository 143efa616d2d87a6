"""What a network's layers compute, and Keras's own summary: here TensorFlow is needed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae_core import runs
from ae_core.drawing.layers import LayerInfo
from ae_core.errors import UserError
from ae_core.runs.choose import Entry
from ae_core.training import examples
from dashboard.components import inference
from dashboard.i18n import translated


def output(found: Entry, layer: LayerInfo, x: np.ndarray, level: float, size: int = 0) -> np.ndarray:
    """Return a layer's output for images, float32 (N, \\*layer.shape).

    ``size`` is the code's, of an elastic network; 0: its longest.

    Raises:
        UserError: the network cannot be loaded.
    """
    if not layer.inputs:
        return x.astype(np.float32) / 255
    stamp = inference.stamp(found.id)
    return _output(found.id, stamp, layer, x.tobytes(), x.shape, float(level), size)


@st.cache_data(max_entries=64, show_spinner=False)
def _output(
    run_id: str, stamp: int, layer: LayerInfo, pixels: bytes, shape: tuple, level: float, size: int
) -> np.ndarray:
    network = inference.network(run_id)
    from ae_core.drawing import activations

    x = np.frombuffer(pixels, np.uint8).reshape(shape)
    told = {"level": 128.0 if network.bits else level} | ({"size": float(size)} if size else {})
    return activations.activations(network, layer, x, told)


def onnx(found: Entry) -> bytes:
    """Return a network as an ONNX file.

    Raises:
        UserError: it cannot be loaded or converted.
    """
    return _onnx(found.id, inference.stamp(found.id))


@st.cache_data(max_entries=4, show_spinner=False)
def _onnx(run_id: str, stamp: int) -> bytes:
    from ae_core.networks import export

    return export.onnx(inference.found_model(run_id))


def for_keras(found: Entry) -> bytes:
    """Return a network for a Python without this program; :func:`ending` says as which file.

    Raises:
        UserError: it cannot be loaded.
    """
    return _for_keras(found.id, inference.stamp(found.id))


@st.cache_data(max_entries=4, show_spinner=False)
def _for_keras(run_id: str, stamp: int) -> bytes:
    from ae_core.networks import export

    run = runs.get(run_id)
    stored = examples.read(run)
    return export.for_keras(run, None if stored is None else stored.x)[0]


@st.cache_data(max_entries=64, show_spinner=False)
def ending(run_id: str, stamp: int) -> str:
    """Return "keras" or "zip": as which file a network is given to other programs."""
    from ae_core.networks import export

    return export.ending(runs.get(run_id))


def summary(found: Entry) -> str:
    """Return what Keras says of a network, both halves unfolded, or why it cannot be loaded."""
    lines: list[str] = []
    try:
        model = inference.network(found.id).model
    except UserError as error:
        return translated(error)
    model.summary(print_fn=lines.append, expand_nested=True)
    return "\n".join(lines) + "\n"
