"""Whether a JSON value has the shape that the program reads, said by dataclasses and type hints.

A field with a default may be missing; entries that no class names are nobody's business.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from typing import Any, Literal


def fault(value: Any, kind: Any, name: str = "the file") -> str:
    """Return the name of the first entry of a JSON value that is missing or of another shape.

    Args:
        value: what was read.
        kind: a dataclass or typed dictionary, or a type hint in one. A float is any finite number,
            and no truth value is a number.
        name: of the value itself.

    Returns:
        "" where all is sound.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return name if all(fault(value, one, name) for one in inner) else ""
    if origin is dict and isinstance(value, dict):
        return next((wrong for k, one in value.items() if (wrong := fault(one, inner[1], k))), "")
    if origin in (list, tuple) and isinstance(value, list):
        return next((wrong for one in value if (wrong := fault(one, inner[0], name))), "")
    if isinstance(value, dict) and (dataclasses.is_dataclass(kind) or typing.is_typeddict(kind)):
        hints, needed = _hints(kind)
        missing = next((key for key in hints if key in needed and key not in value), "")
        given = ((key, value[key], hint) for key, hint in hints.items() if key in value)
        return missing or next((wrong for k, v, hint in given if (wrong := fault(v, hint, k))), "")
    if typing.is_typeddict(kind):  # no value can be asked whether it is an instance of one
        return name
    if origin is Literal:
        sound = isinstance(value, str) and value in inner
    elif kind in (int, float):
        number = isinstance(value, (int, kind)) and not isinstance(value, bool)
        sound = number and math.isfinite(value)
    else:
        sound = isinstance(value, origin or kind)
    return "" if sound else name


def fits(value: Any, kind: Any) -> bool:
    """Return whether a JSON value has the shape that :func:`fault` looks for."""
    return not fault(value, kind)


@functools.cache
def _hints(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    if typing.is_typeddict(kind):
        return typing.get_type_hints(kind), kind.__required_keys__
    usual = dataclasses.MISSING
    fields = [f for f in dataclasses.fields(kind) if f.default is f.default_factory is usual]
    return typing.get_type_hints(kind), frozenset(field.name for field in fields)
