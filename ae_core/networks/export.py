"""A trained network as an ONNX file, which runs without Keras and TensorFlow."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import warnings
from pathlib import Path

from ae_core.errors import UserError
from ae_core.files import replacing, unwritable

PARTS = ("network", "encoder", "decoder")


def onnx(model_path: Path, part: str = "network") -> bytes:
    """Return a network, or one half of it, as ONNX (https://onnx.ai), any number of images at once.

    Inputs and outputs keep their names, shapes and ranges: images are float32 (N, H, W, C) in
    [0, 1], "level" and "size" float32 (N, 1, 1, 1). Converted by tf2onnx, through Keras.

    Args:
        model_path: a run's ``model.keras``.
        part: "network" (image to image), "encoder" or "decoder".

    Raises:
        UserError: the file holds no network of this program, it has no such half, or Keras does not
            compute with TensorFlow.
    """
    import keras
    import numpy as np

    from ae_core import networks

    if part not in PARTS:
        raise UserError("A part is one of {parts}, not {part!r}.", parts=", ".join(PARTS), part=part)
    if keras.config.backend() != "tensorflow":
        raise UserError("ONNX files are made with Keras's TensorFlow backend: unset KERAS_BACKEND.")
    network = networks.load(model_path)
    model = {"network": network.model, "encoder": network.encoder, "decoder": network.decoder}[part]
    if model is None:
        raise UserError("This denoiser has skip connections and therefore no encoder or decoder.")
    empty = [np.zeros((1, *x.shape[1:]), np.float32) for x in model.inputs]
    model(empty if len(empty) > 1 else empty[0])  # Keras exports only what was called once
    with tempfile.TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "network.onnx"
        model.export(path, format="onnx", verbose=False)
        return path.read_bytes()


def write_onnx(model_path: Path, output: Path, part: str = "network") -> None:
    """Write what :func:`onnx` returns; never a part of a file.

    Raises:
        UserError: as :func:`onnx`, or the file cannot be written.
    """
    data = onnx(model_path, part)
    try:
        with replacing(output) as beside:
            beside.write_bytes(data)
    except OSError as error:
        raise unwritable(output.parent, error, "name") from error


@contextlib.contextmanager
def _quiet():
    """Keep the converter's remarks about NumPy and its own version off the terminal."""
    logger = logging.getLogger("tf2onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
