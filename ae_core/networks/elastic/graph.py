"""An elastic network's graph with one of its decoders: that which works at a code size."""

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
    whole = config["config"]
    decoder = next((i for i in whole["layers"] if i["name"] == "decoder"), None)
    inner = decoder["config"].get("layers", []) if decoder else []
    choice = next((i for i in inner if i["class_name"] == "Choose"), None)
    if choice is None:
        return config, None
    tops, until = choice["config"]["tops"], choice["config"]["until"]
    asked = until[-1] if size is None else size
    top = next((top for top, last in zip(tops, until, strict=True) if asked <= last), tops[-1])
    others = tuple(f"_{other}" for other in tops if other != top)
    dropped = {i["name"] for i in inner if i["name"].endswith(others)} | {choice["name"]}
    kept = [
        # The layer that all share is called once for each.
        i | {"inbound_nodes": [n for n in i["inbound_nodes"] if not dropped & set(_read(n))]}
        for i in inner
        if i["name"] not in dropped
    ]
    one = decoder["config"] | {"layers": kept, "output_layers": [f"x_hat_{top}", 0, 0]}
    halves = [i | {"config": one} if i is decoder else i for i in whole["layers"]]
    return config | {"config": whole | {"layers": halves}}, top


def tops(config: dict[str, Any]) -> list[int]:
    """Return the longest code of each of a network's decoders; empty where it has one alone."""
    decoder = next((i for i in config["config"]["layers"] if i["name"] == "decoder"), None)
    inner = decoder["config"].get("layers", []) if decoder else []
    return next((i["config"]["tops"] for i in inner if i["class_name"] == "Choose"), [])


def _read(value: Any) -> Iterator[str]:
    """Yield the names of the layers that a call reads."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield value["config"]["keras_history"][0]
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _read(item)
