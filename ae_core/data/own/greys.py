"""Black and white of arrays: one range for all images of a source."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ae_core.data.own.axes import Axes, count_of, take
from ae_core.data.own.reading import Choices, Reading, Source
from ae_core.errors import DataError, Message, UserError
from ae_core.images import ranges

_BLOCK = 256  # images whose values are looked at together
_FEW_GREYS = {n for k in range(1, 6) for n in (2**k - 1, 2**k)} - {1}  # the greatest of few bits


def span(source: Source, axes: dict[str, Axes], choices: Choices, reading: Reading) -> ranges.Span:
    """Return black and white of all images of a source, and say what was assumed.

    Raises:
        DataError: there is no value.
        UserError: the range that was asked for cannot be.
    """
    values = _values(source, axes)
    asked = "" if choices.range == ranges.EACH else choices.range
    few = not asked and _has_few_greys(source, axes, values)
    try:
        found = ranges.named(asked, values) if asked else values.over_data() if few else values.span
    except UserError as error:
        if asked:
            raise
        raise DataError(
            "{path} was expected to hold images: {reason}", path=source.name, reason=error
        ) from error
    said = Message(
        "Values go from {low:.10g} to {high:.10g}: read as {span}, black to white.",
        low=ranges.told(values.low),
        high=ranges.told(values.high),
        span=ranges.in_words(found),
    )
    if values.low < found.low or values.high > found.high:
        said = Message.joined(said, Message("What lies beyond is cut."))
    if few:
        said = Message.joined(said, Message("As 0..255, all would be nearly black."))
    others = [name for name in ("0..1", "-1..1", "0..255", "0..65535", "data") if name != found.name]
    reading.assume(said, "range", found.name, others)
    return found


def _blocks(source: Source, axes: dict[str, Axes]) -> Iterator[np.ndarray]:
    """All images, some at a time."""
    for name, order in axes.items():
        x, count = source.arrays[name].load(), count_of(source.arrays[name].shape, order)
        for start in range(0, count, _BLOCK):
            yield take(x, order, start, min(start + _BLOCK, count))


def _values(source: Source, axes: dict[str, Axes]) -> ranges.Values:
    values = ranges.Values()
    for block in _blocks(source, axes):
        values.add(block)
    return values


def _has_few_greys(source: Source, axes: dict[str, Axes], values: ranges.Values) -> bool:
    """Whether whole numbers are greys of up to five bits; two values alone may be a mask."""
    if not values.whole or values.low < 0 or values.high not in _FEW_GREYS:
        return False
    seen: set[int] = set()
    for block in _blocks(source, axes):
        seen.update(np.unique(block).tolist())
        if len(seen) > 2:
            return True
    return False
