"""What each layer of a network makes of real images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ae_core.drawing.layers import LayerInfo
from ae_core.errors import UserError

if TYPE_CHECKING:
    from ae_core.networks.network import Network


def activations(
    network: Network, layer: LayerInfo, x: np.ndarray, told: dict[str, float] | None = None
) -> np.ndarray:
    """Return a layer's output for ``x``: uint8 (N, H, W, C) → float32 (N, \\*layer.shape).

    Args:
        network: from :func:`ae_core.networks.load`.
        layer: one of its layers.
        x: images, noisy or not.
        told: "level" and "size", for a network that takes them; an elastic network's size is by
            default its longest.

    Raises:
        UserError: the network has no such layer, or the images have another shape.
    """
    if x.ndim != 4 or x.shape[1:] != network.image_shape:
        raise UserError(
            "This network takes images of {image_shape}, not {shape}.",
            image_shape=network.image_shape,
            shape=x.shape[1:],
        )
    values = {"level": 0.0, "size": float(network.code_shape[2])} | (told or {})
    given = {name: np.full((len(x), 1, 1, 1), value, np.float32) for name, value in values.items()}
    given["x"] = x.astype(np.float32) / 255.0
    if "size" in (told or {}):  # both halves are those that work at it
        network = network.at(int(values["size"]))
    if layer.part == "encoder":
        return _run(network.encoder, layer, given)
    if layer.part == "decoder":
        code = np.asarray(_call(network.encoder, given))
        # A code of bits, "q" of its decoder, is whole numbers.
        return _run(network.decoder, layer, given | {"y": code, "q": np.rint(code)})
    return _run(network.model, layer, given)


def _run(model, layer: LayerInfo, given: dict[str, np.ndarray]) -> np.ndarray:
    import keras

    # Arithmetic between layers is an operation of the graph, but none of its layers.
    found = next((o for o in model.operations if o.name == layer.name), None)
    if found is None:
        raise UserError("The network has no layer {path}.", path=layer.path)
    inputs = model.inputs if len(model.inputs) > 1 else model.inputs[0]
    # `output` is not there for a layer that is used twice, and a list for one with two outputs.
    here = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    used = next(node for node in found._inbound_nodes if id(node) in here)
    part = keras.Model(inputs, used.output_tensors[0])
    return np.asarray(_call(part, given), dtype=np.float32)


def _call(model, given: dict[str, np.ndarray]):
    import keras

    inputs = [given[x.name] for x in model.inputs]
    output = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return keras.ops.convert_to_numpy(output)
