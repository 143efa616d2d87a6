"""From a ``.keras`` file, or a model built here, to the network that answers for it."""

from __future__ import annotations

from pathlib import Path

import keras

from ae_core.errors import UserError
from ae_core.files.reading import Damaged, keras_file
from ae_core.networks import layers  # noqa: F401 (registers what is loaded)
from ae_core.networks.dense import layers as dense_layers  # noqa: F401 (likewise)
from ae_core.networks.elastic.inference import ElasticNetwork
from ae_core.networks.network import CodedNetwork, Network
from ae_core.networks.rate.inference import RateNetwork


def load(path: Path) -> Network:
    """Load a ``.keras`` file in safe mode; UserError as :func:`ae_core.networks.load`."""
    path = Path(path)
    if not path.is_file():
        raise UserError("There is no trained network at {path}.", path=path)
    try:
        keras_file(path)
    except Damaged as error:
        raise UserError(
            "{path} is not a Keras model file, or was cut off; train it again.", path=path
        ) from error
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many types for a damaged or foreign file
        raise UserError(
            "{path} cannot be loaded as a network ({kind}); train it again.",
            path=path,
            kind=type(error).__name__,
        ) from error
    if (network := _class(model)) is None:
        raise UserError(
            "{path} holds a Keras model, but no network of this program; train one.", path=path
        )
    return network(model)


def of(model: keras.Model) -> Network:
    """Return the network around a Keras model of this program: built here, or read from a file."""
    return _class(model)(model)


def _class(model: keras.Model) -> type[Network] | None:
    """Return what answers for a model that takes and gives images; None for a foreign one."""
    try:
        inputs, (output,) = [tuple(x.shape) for x in model.inputs], model.outputs
        names = [x.name for x in model.inputs[1:]]
        halves = [layer for layer in model.layers if layer.name in ("encoder", "decoder")]
        image_in = len(inputs[0]) == 4 and inputs[0] == tuple(output.shape)
        numbers = all(shape == (None, 1, 1, 1) for shape in inputs[1:])
        if not image_in or None in inputs[0][1:] or not numbers:
            return None
        if not halves:
            return Network if names == ["level"] else None
        if len(halves) != 2 or not all(isinstance(half, keras.Model) for half in halves):
            return None
        if any(layer.name == "tables" for layer in model.layers):
            return RateNetwork if names == ["level"] else None
        return {(): CodedNetwork, ("level", "size"): ElasticNetwork}.get(tuple(names))
    except (AttributeError, TypeError, ValueError):  # no inputs or outputs, or a nest of them
        return None
