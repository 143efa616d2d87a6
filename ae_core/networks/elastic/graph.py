"""An elastic network's graph with what works at one code size: its encoder and its decoder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def at_size(config: dict[str, Any], size: int | None) -> tuple[dict[str, Any], int | None]:
    """Return a Keras network's serialised graph without what other code sizes need.

    Args:
        config: the content of ``config.json`` in a ``.keras`` file.
        size: a code size; None: the longest.

    Returns:
        the graph, and the most values that the decoder left uses; as it came, and None, where a
        network has no decoders to choose from.
    """
    whole, used = config["config"], None
    halves = []
    for half in whole["layers"]:
        if (choice := _choice(half)) is not None:
            tops, until = choice["config"]["tops"], choice["config"]["until"]
            asked = until[-1] if size is None else size
            fits = (top for top, last in zip(tops, until, strict=True) if asked <= last)
            top = next(fits, tops[-1])
            name = {"encoder": "code", "decoder": "x_hat"}[half["name"]]
            half = half | {"config": _up_to(half["config"], f"{name}_{top}")}
            used = top if half["name"] == "decoder" else used
        halves.append(half)
    return (config | {"config": whole | {"layers": halves}}, used) if used else (config, None)


def tops(config: dict[str, Any]) -> list[int]:
    """Return the longest code of each of a network's decoders; empty where it has one alone."""
    found = (_choice(i) for i in config["config"]["layers"] if i["name"] == "decoder")
    return next((choice["config"]["tops"] for choice in found if choice), [])


def _choice(half: dict[str, Any]) -> dict[str, Any] | None:
    """Return the layer of a half that chooses what answers a size."""
    inner = half["config"].get("layers", []) if half["name"] in ("encoder", "decoder") else []
    return next((i for i in inner if i["class_name"] == "Choose"), None)


def _up_to(half: dict[str, Any], output: str) -> dict[str, Any]:
    """Return a half with the layer ``output`` as its last, and what that needs."""
    layers = {layer["name"]: layer for layer in half["layers"]}
    needed, ahead = set(), [(output, 0)]
    while ahead:
        call = ahead.pop()
        name, number = call
        calls = layers[name]["inbound_nodes"]
        if call not in needed and number < len(calls):
            ahead += _read(calls[number])
        needed.add(call)
    kept = []
    for name, layer in layers.items():
        # The layer that all share is called once for each.
        calls = [n for k, n in enumerate(layer["inbound_nodes"]) if (name, k) in needed]
        if calls or layer["class_name"] == "InputLayer":
            kept.append(layer | {"inbound_nodes": calls})
    return half | {"layers": kept, "output_layers": [output, 0, 0]}


def _read(value: Any) -> Iterator[tuple[str, int]]:
    """Yield the calls of layers, name and number, whose results a call reads."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, number, _ = value["config"]["keras_history"]
        yield name, number
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _read(item)
