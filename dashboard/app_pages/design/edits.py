"""Changes to the layers of a half: what is added fits, and the decoder ends in the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ae_core.networks.designed.notation import FORMS, IMAGE, MOST_SIZE, Code, Layer
from ae_core.networks.designed.plan import DECODER, ENCODER, Plan

Layers = tuple[Layer, ...]
Shape = tuple[int, ...]
_WEIGHTS = {"none": 0.0, "l1": 1e-4, "kl": 1.0}  # of a penalty that is newly chosen


def sized(layer: Layer) -> bool:
    """Return whether a layer says how many values it gives, so that it can give the image."""
    return "size" in FORMS[layer.kind].fields


def reads(plan: Plan, part: str, place: int) -> Shape:
    """Return the shape that a layer at a place of a half reads."""
    for before in range(place - 1, -1, -1):
        if steps := plan.of_row(part, before):
            return steps[-1].shape
    return plan.image_shape if part == ENCODER else plan.code_shape


def fitting(shape: Shape) -> Layer:
    """Return a layer that gives the shape it reads."""
    if len(shape) == 3 and max(shape[:2]) > 1:
        return Layer("conv", size=min(shape[2], MOST_SIZE), activation="relu")
    return Layer("dense", size=min(math.prod(shape), MOST_SIZE), activation="relu")


def of_kind(layer: Layer, kind: str, shape: Shape) -> Layer:
    """Return a layer of another kind, with what both have; ``shape`` is what it reads."""
    had, has = FORMS[layer.kind].fields, FORMS[kind].fields
    kept = {name: getattr(layer, name) for name in has if name in had}
    if "activation" in has:
        kept.setdefault("activation", "relu")
    if has == ("stride",):
        kept["stride"] = max(2, kept.get("stride", 2))
    if kind == "fold":
        kept["shape"] = _folded(math.prod(shape), shape)
    return Layer(kind, **kept)


def insert(layers: Layers, place: int, layer: Layer, part: str) -> Layers:
    """Return the layers with one more at a place."""
    return _ending(_joined(layers[:place], (layer,), layers[place:]), part)


def remove(layers: Layers, place: int, part: str) -> Layers:
    """Return the layers without one."""
    return _ending(_joined(layers[:place], layers[place + 1 :]), part)


def move(layers: Layers, place: int, by: int, part: str) -> Layers:
    """Return the layers with one moved up (-1) or down (1)."""
    found = list(layers)
    found[place], found[place + by] = found[place + by], found[place]
    return _ending(found, part)


def put(layers: Layers, place: int, layer: Layer, part: str) -> Layers:
    """Return the layers with another one at a place."""
    return _ending(_joined(layers[:place], (layer,), layers[place + 1 :]), part)


def _joined(*parts: Layers) -> Layers:
    return tuple(layer for part in parts for layer in part)


def _ending(layers: Sequence[Layer], part: str) -> Layers:
    """Let the last layer of the decoder give the image, or the one that a last shuffle reads."""
    ending, found = len(layers) - 1 if part == DECODER else -1, []
    if ending > 0 and layers[ending].kind == "shuffle":
        ending -= 1
    for place, layer in enumerate(layers):
        last = place == ending
        if sized(layer) and last and layer.size != IMAGE:
            layer = replace(layer, size=IMAGE, activation="sigmoid")
        elif sized(layer) and not last and layer.size == IMAGE:
            layer = replace(layer, size=Layer.size, activation="relu")
        found.append(layer)
    return tuple(found)


def _folded(values: int, shape: Shape) -> tuple[int, int, int]:
    """Return the most nearly even (h, w, c) with so many values, among square maps."""
    if len(shape) == 3:
        return shape
    side = max(s for s in range(1, math.isqrt(values) + 1) if values % (s * s) == 0)
    while side > 8 and side % 2 == 0:
        side //= 2
    return side, side, values // (side * side)


def code_of_kind(plan: Plan, kind: str) -> Code:
    """Return the code of a design as one of another kind, with about as many values."""
    code, values = plan.design.code, plan.code_values
    if kind == "fold":
        return replace(code, kind=kind, shape=_folded(values, (values,)))
    if kind == "vector":
        return replace(code, kind=kind, size=min(values, MOST_SIZE))
    shape = reads(plan, ENCODER, len(plan.design.encoder))
    places = math.prod(shape[:2]) if len(shape) == 3 else 1
    return replace(code, kind=kind, size=min(max(1, round(values / places)), MOST_SIZE))


def code_with_penalty(code: Code, penalty: str) -> Code:
    """Return a code with another penalty and its usual weight; a variational one is linear."""
    activation = "linear" if penalty == "kl" else code.activation
    return replace(code, penalty=penalty, weight=_WEIGHTS[penalty], activation=activation)
