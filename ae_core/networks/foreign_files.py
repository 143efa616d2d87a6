"""The files of Keras models made elsewhere, read in safe mode and within bounds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae_core.errors import UserError
from ae_core.files.reading import UNREADABLE, Damaged, keras_file, parse
from ae_core.files.reading.bounds import MODEL_BYTES, MODEL_CONFIG_BYTES
from ae_core.files.reading.models import check_weights
from ae_core.machine import backends

if TYPE_CHECKING:
    import keras


def load(path: Path, name: str) -> keras.Model:
    """Return the model in a ``.keras`` or ``.h5`` file: Keras's layers, one input and one output.

    Args:
        path: the file.
        name: what sentences call it.

    Raises:
        UserError: the file is none, too large, damaged, without weights, or has other layers.
    """
    if not path.is_file():
        raise UserError("There is no file {path}.", path=path)
    if path.stat().st_size > MODEL_BYTES:
        raise UserError("{name} is larger than {most} MB.", name=name, most=MODEL_BYTES >> 20)
    config = _zipped(path, name) if zipfile.is_zipfile(path) else _hdf5(path, name)
    backends.load()
    _refuse_others(config, name)
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many types for a damaged file
        raise UserError(
            "{name} cannot be loaded by Keras ({kind}).", name=name, kind=type(error).__name__
        ) from error
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise UserError(
            "{name} does not say the shape of its input: build the model before saving it.",
            name=name,
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(
            "{name} has {inputs} inputs and {outputs} outputs; an autoencoder has one of each.",
            name=name,
            inputs=len(model.inputs),
            outputs=len(model.outputs),
        )
    return model


def _zipped(path: Path, name: str) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            if "model.weights.h5" not in entries or "config.json" not in entries:
                raise UserError(
                    "{name} has no model with weights: save it as a whole with "
                    "model.save('network.keras').",
                    name=name,
                )
            unpacked = sum(entry.file_size for entry in entries.values())
            if entries["config.json"].file_size > MODEL_CONFIG_BYTES or unpacked > MODEL_BYTES:
                raise UserError(
                    "{name} unpacks to {size} MB, more than is read.",
                    name=name,
                    size=unpacked // 2**20,
                )
        return keras_file(path).config
    except (Damaged, *UNREADABLE) as error:
        raise _damaged(name) from error


def _hdf5(path: Path, name: str) -> Any:
    import h5py

    try:
        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise UserError(
                    "{name} holds weights without a model: save it as a whole with "
                    "model.save('network.keras').",
                    name=name,
                )
            if "model_weights" not in file:
                raise UserError(
                    "{name} has no model with weights: save it as a whole with "
                    "model.save('network.keras').",
                    name=name,
                )
            check_weights(file)
            config = file.attrs["model_config"]
            return parse(config if isinstance(config, bytes) else str(config).encode())
    except UNREADABLE as error:
        raise _damaged(name) from error


def _damaged(name: str) -> UserError:
    return UserError("{name} is no Keras model file (.keras or .h5), or was cut off.", name=name)


def _refuse_others(config: Any, name: str) -> None:
    """Refuse layers that are not Keras's own, or that run code from the file."""
    import keras

    for kind, entry in _layers(config):
        if kind == "Lambda":
            raise UserError(
                "{name} has a Lambda layer ({layer}), which runs code from the file: replace it by "
                "layers of Keras.",
                name=name,
                layer=entry.get("name", kind),
            )
        known = getattr(keras.layers, kind, None) or getattr(keras, kind, None)
        own = str(entry.get("registered_name") or kind)
        plain = ">" not in own or own.startswith("keras>") or own == kind
        if kind in ("Functional", "Sequential", "Model"):
            continue
        wanted = isinstance(known, type) and issubclass(known, keras.layers.Layer) and plain
        if not wanted or kind in ("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"):
            raise UserError(
                "{name} has a layer of its own, {kind}; only layers of Keras can be read.",
                name=name,
                kind=own,
            )


def _layers(config: Any) -> Iterator[tuple[str, dict]]:
    """Yield class and entry of each layer of a stored model, nested ones too."""
    stack = [config]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            inner = value.get("config")
            listed = inner.get("layers") if isinstance(inner, dict) else None
            for entry in listed if isinstance(listed, list) else ():
                if isinstance(entry, dict) and isinstance(entry.get("class_name"), str):
                    yield entry["class_name"], entry
            stack += list(value.values())
        elif isinstance(value, list):
            stack += value
