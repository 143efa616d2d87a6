"""What arrays mean: which are images, labels and parts.

Shape, type and name decide; where two readings still fit equally, a UserError names the option that
does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ae_core.data.own import labels, limits, naming
from ae_core.data.own.axes import (
    Axes,
    as_text,
    count_of,
    fitting,
    in_words,
    most_likely,
    take,
    to_image,
    written,
)
from ae_core.data.own.reading import Array, Choices, Found, Reading, Source, undecided
from ae_core.errors import DataError, Message, UserError
from ae_core.images import files, ranges

_BLOCK = 256  # images whose values are looked at together


def read(source: Source, choices: Choices) -> Reading:
    """Return all images of arrays. DataError where there are none, UserError where two ways fit."""
    reading = Reading()
    pictures = _images(source, choices, reading)
    parts = {name: _part(source, name, choices) for name in pictures}
    counts = {
        name: {count_of(source.arrays[name].shape, o) for o in _orders(source, name, choices)}
        for name in pictures
    }
    labelled = labels.choose(source, counts, choices, reading)
    axes = {}
    for name in pictures:
        axes[name] = _axes(source, name, labelled.get(name), choices)
    values = _values(source, axes)
    span = _span(source, values, choices, reading)
    for name, order in axes.items():
        count = count_of(source.arrays[name].shape, order)
        reading.assume(
            Message(
                "{name}: {shape} was read as {axes}, {count:,} images.",
                name=_called(source, name),
                shape=" × ".join(map(str, source.arrays[name].shape)),
                axes=in_words(order),
                count=count,
            ),
            "axes",
            as_text(order),
            [as_text(o) for o in _orders(source, name, choices) if o != order],
        )
        shown = to_image(take(source.arrays[name].load(), order, 0), order, choices.rows).shape
        reading.sizes[shown[:2]] += count
        by_row = _parts_by_row(source, count, choices)
        known = labelled.get(name)
        words = labels.words(source, known, count, choices, reading) if known else None
        missing = naming.UNLABELLED if labelled else naming.NO_CLASS
        reading.found += _found(
            source,
            name,
            order,
            span,
            words or [missing] * count,
            by_row or [parts[name]] * count,
            choices.rows,
            _photographs(source, count),
        )
    _say_left_out(source, {*pictures, *labelled.values()}, reading)
    return reading


def has_images(source: Source, choices: Choices) -> bool:
    """Whether one of the arrays can be images."""
    return any(_can_be_images(source, name, choices) for name in source.arrays)


def read_single(source: Source, choices: Choices) -> Reading:
    """Return the images of arrays that are one image each, in their order, without classes."""
    reading = Reading()
    axes = {name: one_image(array, choices) for name, array in source.arrays.items()}
    span = _span(source, _values(source, axes), choices, reading)
    said = Message("Each of {count:,} arrays is one image.", count=len(axes))
    reading.assume(said, "axes", as_text(next(iter(axes.values()))))
    for name, order in axes.items():
        shown = to_image(source.arrays[name].load(), order, choices.rows).shape
        reading.sizes[shown[:2]] += 1
        kind = (span, [naming.NO_CLASS], [source.part], choices.rows, [""])
        reading.found += _found(source, name, order, *kind)
    return reading


def one_image(array: Array, choices: Choices) -> Axes | None:
    """The order of axes in which an array is one image, or None."""
    shape = tuple(array.shape)
    if array.dtype.kind not in "buif" or len(shape) not in (2, 3):
        return None
    if choices.axes and "N" in choices.axes.upper():
        return None
    found = [written(choices.axes, shape, choices.rows)] if choices.axes else fitting(shape)
    return next((order for order in found if not any("N" in group for group in order)), None)


def _images(source: Source, choices: Choices, reading: Reading) -> list[str]:
    """The names of the arrays that are the images."""
    fit = [name for name in source.arrays if _can_be_images(source, name, choices)]
    if choices.images:
        chosen = [name.strip() for name in choices.images.split(",")]
        source.check(chosen)
    else:
        chosen = _one_for_each_part(source, fit)
        others = tuple(name for name in fit if name not in chosen)
    if not chosen:
        raise _no_images(source, source.listed())
    if len(source.arrays) > 1:
        reading.assume(
            Message("Images: {names}.", names=", ".join(chosen)),
            "images",
            ",".join(chosen),
            () if choices.images else others,
        )
    return chosen


def _no_images(source: Source, holds: str) -> DataError:
    return DataError(
        "{path} was expected to hold images as numbers, of shape N x height x width (x 1, 3 or 4), N "
        "first or last, or square ones as rows, but holds {holds}; arrange it so and save it again, "
        "or say the order with the option axes, or height and width of rows with the option rows.",
        path=source.name,
        holds=holds,
    )


def _can_be_images(source: Source, name: str, choices: Choices) -> bool:
    array = source.arrays[name]
    if array.dtype.kind not in "buif":
        return False
    if (
        naming.role_of(name) in ("label", "id", "split", "title", "class names")
        and len(array.shape) < 3
    ):
        return False
    return bool(_orders(source, name, choices))


def _one_for_each_part(source: Source, fit: list[str]) -> list[str]:
    by_part: dict[str, list[str]] = {}
    for name in fit:
        by_part.setdefault(naming.part_of(name), []).append(name)
    chosen = []
    for names in by_part.values():
        best = names if len(names) == 1 else [n for n in names if naming.role_of(n) == "image"]
        best = best or [n for n in names if naming.role_of(n) not in ("mask", "label")] or names
        if len(best) > 1:  # tables of figures stand beside images more often than the reverse
            best = [n for n in best if len(source.arrays[n].shape) > 2] or best
        if len(best) > 1:
            raise undecided(source.name, best, "images")
        chosen += best
    return chosen


def _orders(source: Source, name: str, choices: Choices) -> list[Axes]:
    shape = source.arrays[name].shape
    if choices.axes:
        return [written(choices.axes, shape, choices.rows)] if len(shape) > 1 else []
    found = fitting(shape, source.backwards, choices.rows)
    singles = [order for order in found if "N" not in order and len(order) > 2]
    many = [o for o in found if "N" in o and count_of(shape, o) >= limits.FEWEST_IMAGES]
    return many or singles or [order for order in found if "N" in order]


def _axes(source: Source, name: str, known: str | None, choices: Choices) -> Axes:
    """The order that fits, decided by ever weaker evidence."""
    array, orders = source.arrays[name], _orders(source, name, choices)
    if not orders:
        raise _no_images(source, f"{name} {array.dtype} {tuple(array.shape)}")
    if known:
        counts = labels.counts_of(source.arrays[known].shape)
        orders = [o for o in orders if count_of(array.shape, o) in counts] or orders
    best, other = (orders[0], None)
    if len(orders) > 1:
        best, other = most_likely(array.load(), orders, choices.rows)
    if other:
        raise UserError(
            "{path}: {name} of {shape} can be read as {one} or as {other}; say which with the option "
            "axes.",
            path=source.name,
            name=name,
            shape=" × ".join(map(str, array.shape)),
            one=as_text(best),
            other=as_text(other),
        )
    return best


def _values(source: Source, axes: dict[str, Axes]) -> ranges.Values:
    values = ranges.Values()
    for name, order in axes.items():
        x, count = source.arrays[name].load(), count_of(source.arrays[name].shape, order)
        for start in range(0, count, _BLOCK):
            values.add(take(x, order, start, min(start + _BLOCK, count)))
    return values


def _span(source: Source, values: ranges.Values, choices: Choices, reading: Reading) -> ranges.Span:
    asked = "" if choices.range == ranges.EACH else choices.range
    try:
        span = ranges.named(asked, values) if asked else values.span
    except UserError as error:
        if asked:
            raise
        raise DataError(
            "{path} was expected to hold images: {reason}", path=source.name, reason=error
        ) from error
    said = Message(
        "Values go from {low:g} to {high:g}: read as {span}, black to white.",
        low=values.low,
        high=values.high,
        span=ranges.in_words(span),
    )
    if values.low < span.low or values.high > span.high:
        said = Message.joined(said, Message("What lies beyond is cut."))
    others = [name for name in ("0..1", "-1..1", "0..255", "0..65535", "data") if name != span.name]
    reading.assume(said, "range", span.name, others)
    return span


def _found(
    source: Source,
    name: str,
    order: Axes,
    span: ranges.Span,
    labels: list[str],
    parts: list[str],
    rows: str,
    photographs: list[str],
) -> Iterator[Found]:
    x = source.arrays[name].load()
    several = len(source.arrays) > 1

    def picture(i: int) -> np.ndarray:
        image = take(x, order, i)
        if image.dtype.kind == "f" and not np.isfinite(image).all():
            raise UserError("It holds NaN or infinite values.")
        image = span.to_bytes(to_image(image, order, rows))
        return files.from_pillow(files.to_pillow(image)) if image.shape[-1] == 4 else image

    called = _called(source, name) if several else source.name
    of_each = zip(labels, parts, photographs, strict=True)
    for i, (label, part, photograph) in enumerate(of_each):
        one = called if "N" not in order else f"{called}[{i}]"
        yield Found(one, label, lambda i=i: picture(i), part, photograph)


def _part(source: Source, name: str, choices: Choices) -> str:
    if choices.parts == "mix":
        return ""
    return naming.part_of(name) or source.part


def _parts_by_row(source: Source, count: int, choices: Choices) -> list[str] | None:
    """The part of each image, where a column tells it."""
    if choices.parts == "mix":
        return None
    for name, array in source.arrays.items():
        if naming.role_of(name) == "split" and array.shape == (count,) and array.dtype.kind in "USO":
            parts = [naming.part_of(labels.word_of(value)) for value in array.load()]
            if any(parts):
                return [part or "train" for part in parts]
    return None


def _photographs(source: Source, count: int) -> list[str]:
    """What each image was cut from, where a column tells it; "" where none does."""
    for name, array in source.arrays.items():
        if naming.role_of(name) == "photograph" and math.prod(array.shape) == count:
            return [str(value) for value in np.asarray(array.load()).reshape(-1)]
    return [""] * count


def _say_left_out(source: Source, used: set[str], reading: Reading) -> None:
    roles = ("title", "split", "class names", "photograph")
    left = [n for n in source.arrays if n not in used and naming.role_of(n) not in roles]
    left = [n for n in left if len(source.arrays[n].shape)]
    if left:
        shown = ", ".join(left[:8]) + (" …" if len(left) > 8 else "")
        reading.assume(Message("{path}: left out {names}.", path=source.name, names=shown), "images")


def _called(source: Source, name: str) -> str:
    return f"{source.name}/{name}" if len(source.arrays) > 1 and name else source.name
