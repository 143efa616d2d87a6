"""A design that is not built yet as the layers of a drawing; no Keras is loaded."""

from __future__ import annotations

from dataclasses import replace

from ae_core.drawing import fields
from ae_core.drawing.layers import LayerInfo
from ae_core.networks.designed.plan import DECODER, Plan


def layers(plan: Plan) -> tuple[LayerInfo, ...]:
    """Return the layers of a plan as :func:`ae_core.drawing.layers.read` would of its network."""
    found = [LayerInfo(1, "x", "InputLayer", plan.image_shape)]
    numbers, options = {("encoder", "x"): 1}, [{}]
    code = max((i for i, step in enumerate(plan.steps) if step.part != DECODER), default=-1)
    for place, step in enumerate(plan.steps):
        if step.part == DECODER:
            numbers.setdefault((DECODER, "y"), len(found) if code < 0 else numbers["code", ""])
        inputs = tuple(numbers[step.part, name] for name in step.inputs)
        if len(step.shape) > 3:  # within a shuffle, which is drawn as one layer
            numbers[step.part, step.name] = inputs[0]
            continue
        number = len(found) + 1
        numbers[step.part, step.name] = number
        if place == code:
            numbers["code", ""] = number
        before, now = found[inputs[0] - 1].shape, step.shape
        shuffled = place and plan.steps[place - 1].keras == "Permute"
        keras = "DepthToSpace" if shuffled else step.keras
        given = {"block": now[0] // before[0]} if shuffled else _options(step.options)
        window = step.options.get("kernel_size") or step.options.get("pool_size")
        activation = step.options.get("activation", "")
        found.append(
            LayerInfo(
                number,
                f"{step.part}/{step.name}",
                keras,
                tuple(now),
                inputs,
                kernel=(window, window) if window else None,
                factor=fields.factor(keras, before, now, given),
                activation="" if activation == "linear" else activation,
                parameters=step.parameters,
                code=place == code,
            )
        )
        options.append(given)
    seen = fields.sizes([(i.kind, i.shape, i.inputs, o) for i, o in zip(found, options, strict=True)])
    return tuple(replace(i, field=size) for i, size in zip(found, seen, strict=True))


def _options(options: dict) -> dict:
    """Return the options of a layer as Keras stores them: sides as pairs."""
    pairs = {
        name: (options[name],) * 2
        for name in ("kernel_size", "strides", "pool_size", "size")
        if name in options
    }
    return {"strides": (1, 1), "interpolation": "nearest", **options, **pairs}
