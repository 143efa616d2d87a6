"""The decoder that undoes an encoder, layer by layer from the last to the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ae_core.networks.designed.notation import IMAGE, Code, Layer

_SEEING = ("conv", "deconv", "dense")  # layers with weights, one of which must give the image
_UNDONE = {
    "maxpool": "up",
    "avgpool": "up",
    "up": "avgpool",
    "shuffle": "avgpool",
    "conv": "deconv",
    "deconv": "conv",
}

Shape = tuple[int, ...]


def mirror(encoder: Sequence[Layer], code: Code, shapes: Sequence[Shape]) -> tuple[Layer, ...]:
    """Return the decoder.

    A convolution with a stride is undone by a transposed one, pooling by upsampling, a dense layer
    by a dense one. Dropout is left out. The last layer gives the image through a sigmoid.

    Args:
        encoder: its layers.
        code: what they end in.
        shapes: what each layer, and then the code, reads: (h, w, c) of a map, (n,) of values.
    """
    last = Layer("conv" if code.kind == "map" else "dense", kernel=code.kernel)
    activation = next((i.activation for i in reversed(encoder) if i.kind in _SEEING), "relu")
    found: list[Layer] = []
    for layer, shape in zip(reversed([*encoder, last]), reversed(shapes), strict=True):
        activation = layer.activation if layer.kind in _SEEING and layer is not last else activation
        found += _undo(layer, shape, activation)
    return _ending_in_image(found)


def _undo(layer: Layer, shape: Shape, activation: str) -> list[Layer]:
    """Return what gives ``shape`` back from what ``layer`` makes of it."""
    if layer.kind in ("drop", "fold"):
        return []
    if layer.kind == "norm":
        return [layer]
    if layer.kind == "dense":
        size = 1
        for side in shape:
            size *= side
        back = [Layer("dense", size=size, activation=activation)]
        return [*back, Layer("fold", shape=shape)] if len(shape) == 3 else back
    if layer.kind in ("conv", "deconv"):
        kind = layer.kind if layer.stride == 1 else _UNDONE[layer.kind]
        return [replace(layer, kind=kind, size=shape[-1], activation=activation)]
    return [Layer(_UNDONE[layer.kind], stride=layer.stride)]


def _ending_in_image(found: list[Layer]) -> tuple[Layer, ...]:
    """Let the last layer with weights give the image, or add one that does."""
    while found and found[-1].kind in ("norm", "fold"):
        found.pop()
    if not found or found[-1].kind not in _SEEING:
        found.append(Layer("conv"))
    found[-1] = replace(found[-1], size=IMAGE, activation="sigmoid")
    return tuple(found)
