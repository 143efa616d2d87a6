"""JSON files: objects whose numbers, texts and depth are what the rest of the program can hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ae_core.errors import Message
from ae_core.files.reading import bounds
from ae_core.files.reading.content import Damaged, contents
from ae_core.files.reading.shapes import fault

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(path: Path, kind: Any = dict) -> dict[str, Any]:
    """Read a JSON object, messages in it as messages.

    Args:
        kind: what it must have the shape of, as :func:`ae_core.files.reading.fault` takes it.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is unreadable, no JSON, too large or too deep, no object, or of another shape.
    """
    data = contents(path, bounds.JSON_BYTES)
    try:
        value = parse(data)
    except ValueError as error:
        raise Damaged.of(path, error) from error
    if not isinstance(value, dict):
        raise Damaged(
            "{path} in {folder} must hold a JSON object.", path=path.name, folder=path.parent.name
        )
    if wrong := fault(value, kind):
        reason = Message("its entry {name!r} is missing or of another type", name=wrong)
        raise Damaged.of(path, reason)
    return value


def parse(data: bytes) -> Any:
    """Return the value of a JSON text, messages in it as messages.

    Raises:
        ValueError: with a :class:`Message` that says why not.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_hook=Message.revived,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_number,
        )
    except RecursionError:
        raise ValueError(_too_deep()) from None
    except ValueError as error:
        known = error.args and isinstance(error.args[0], Message)
        raise ValueError(error.args[0] if known else Message("it is not valid JSON")) from None
    if text.count("[") + text.count("{") > bounds.JSON_DEPTH:
        _check_depth(value)
    if _SURROGATE.search(text):
        _check_text(value)
    return value


def _integer(digits: str) -> int:
    if len(digits) > len(str(bounds.LARGEST)):
        raise ValueError(Message("a number in it is too large"))
    return int(digits)


def _number(text: str) -> float:
    value = float(text)
    if not abs(value) <= bounds.LARGEST:
        raise ValueError(Message("a number in it is too large, or none"))
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(bounds.JSON_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise ValueError(_too_deep())


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, Message):
        return value.values.values()
    return value if isinstance(value, list) else ()


def _check_text(value: Any) -> None:
    """Refuse halves of a pair of UTF-16, which nothing can write or send."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise ValueError(Message("a text in it is not valid Unicode")) from None


def _too_deep() -> Message:
    return Message("it is nested too deep")
