"""What arrays mean: which are images, labels and parts.

Shape, type and name decide; where two readings still fit equally, a UserError names the option that
does.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ae_core.data.own import greys, labels, naming, orders, parting
from ae_core.data.own.axes import (
    Axes,
    as_text,
    count_of,
    in_words,
    merged,
    take,
    to_image,
)
from ae_core.data.own.reading import Array, Choices, Found, Reading, Source, undecided
from ae_core.errors import Message, UserError
from ae_core.images import files, ranges

_STATISTICS = {"mean", "means", "std", "average", "variance"}  # of images, which they look like


def read(
    source: Source, choices: Choices, known: dict[str, tuple[str, str]] | None = None
) -> Reading:
    """Return all images of arrays. DataError where there are none, UserError where two ways fit.

    ``known``: the class and the part of each array, where each holds the images of a class.
    """
    reading = Reading()
    source = labels.without_hot(source, choices)
    if not has_images(source, choices):
        source = labels.parted(source, choices)
    pictures = list(known) if known else _images(source, choices, reading)
    parts = {name: known[name][1] if known else _part(source, name, choices) for name in pictures}
    numbers = {
        name: {count_of(source.arrays[name].shape, o) for o in orders.of(source, name, choices)}
        for name in pictures
    }
    of_each = {name: of for name, (of, _) in known.items()} if known else _classes(pictures, parts)
    classes = {} if choices.labels else of_each
    if classes:
        names = ", ".join(dict.fromkeys(classes.values()))
        said = Message("Classes: each array is one, {names}.", names=names)
        reading.assume(said, "labels")
    labelled = {} if classes else labels.choose(source, numbers, choices, reading)
    axes = {name: orders.chosen(source, name, labelled.get(name), choices) for name in pictures}
    if not (labelled or classes or choices.labels or any("K" in order for order in axes.values())):
        reading.assume(labels.NONE_FOUND)
    shapes = {name: source.arrays[name].shape for name in axes}
    others = {
        name: [as_text(o) for o in orders.others(source, name, order, choices)]
        for name, order in axes.items()
    }
    as_given, (source, axes) = axes, _merged(source, axes)
    span = greys.span(source, axes, choices, reading)
    for name, order in axes.items():
        count = count_of(source.arrays[name].shape, order)
        said = Message(
            "{name}: {shape} was read as {axes}; images: {count:,}.",
            name=_called(source, name),
            shape=" × ".join(map(str, shapes[name])),
            axes=in_words(as_given[name]),
            count=count,
        )
        if known:  # once, not for each of hundreds of classes
            said = Message(
                "Each array was read as {axes}; arrays: {count:,}.",
                count=len(known),
                axes=in_words(as_given[name]),
            )
        reading.assume(said, "axes", as_text(as_given[name]), () if known else others[name])
        shown = to_image(take(source.arrays[name].load(), order, 0), order, choices.rows).shape
        reading.sizes[shown[:2]] += count
        by_row = _parts_by_row(source, count, {*pictures, *labelled.values()}, choices, reading)
        label = labelled.get(name)
        words = labels.words(source, label, count, choices, reading) if label else None
        if "K" in as_given[name] and not label and choices.labels != "none":
            size = shapes[name][as_given[name].index("K")]
            words = labels.of_axis(source, size, count, choices, reading)
        missing = naming.UNLABELLED if labelled else classes.get(name, naming.NO_CLASS)
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
    names = {labels.class_names(source, 0)[0], labels.letters(source, ())[0]} if labelled else set()
    _say_left_out(source, {*pictures, *labelled.values(), *names}, reading)
    return reading


def are_classes(source: Source, choices: Choices) -> bool:
    """Whether each array holds the images of a class as rows, however many these are."""
    names = [name for name in source.arrays if _can_be_images(source, name, choices)]
    shapes = {source.arrays[name].shape for name in names}
    rows = all(orders.has_rows(o) for name in names for o in orders.of(source, name, choices))
    parts = {name: naming.part_of(name) for name in names}
    return rows and len(shapes) > 1 and bool(_classes(names, parts))


def has_images(source: Source, choices: Choices) -> bool:
    """Whether one of the arrays can be images."""
    return any(_can_be_images(source, name, choices) for name in source.arrays)


def counts(source: Source, choices: Choices) -> dict[str, set[int]]:
    """For each array that can be images, how many these are."""
    names = [name for name in source.arrays if _can_be_images(source, name, choices)]
    shapes = {name: source.arrays[name].shape for name in names}
    return {n: {count_of(s, o) for o in orders.of(source, n, choices)} for n, s in shapes.items()}


def read_single(source: Source, choices: Choices) -> Reading:
    """Return the images of arrays that are one image each, in their order, without classes."""
    reading = Reading()
    axes = {name: orders.one_image(array, choices) for name, array in source.arrays.items()}
    span = greys.span(source, axes, choices, reading)
    said = Message("Each array is one image; arrays: {count:,}.", count=len(axes))
    reading.assume(said, "axes", as_text(next(iter(axes.values()))))
    for name, order in axes.items():
        shown = to_image(source.arrays[name].load(), order, choices.rows).shape
        reading.sizes[shown[:2]] += 1
        kind = (span, [naming.NO_CLASS], [source.part], choices.rows, [""])
        reading.found += _found(source, name, order, *kind)
    return reading


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
        if choices.axes:  # what they were meant for says why they do not fit
            orders.of(source, _largest(source), choices)
        raise orders.no_images(source, source.listed())
    if len(source.arrays) > 1:
        reading.assume(
            Message("Images: {names}.", names=", ".join(chosen)),
            "images",
            ",".join(chosen),
            () if choices.images else others,
        )
    return chosen


def _largest(source: Source) -> str:
    return max(source.arrays, key=lambda name: math.prod(source.arrays[name].shape))


def _can_be_images(source: Source, name: str, choices: Choices) -> bool:
    array = source.arrays[name]
    if array.dtype.kind not in "buif":
        return False
    if (
        naming.role_of(name) in ("label", "id", "split", "title", "class names")
        and len(array.shape) < 3
    ):
        return False
    if not choices.images and _is_one_each(source, name):
        return False
    try:
        return bool(orders.of(source, name, choices))
    except UserError:  # axes that were named for another array
        if len(source.arrays) == 1 or choices.images:
            raise
        return False


def _is_one_each(source: Source, name: str) -> bool:
    """Whether an array is one column, of a number for each image of another array."""
    shape = source.arrays[name].shape
    if len(shape) != 2 or 1 not in shape:
        return False
    others = (array.shape for other, array in source.arrays.items() if other != name)
    tables = (other for other in others if len(other) > 2 or len(other) == 2 and 1 not in other)
    return any(max(shape) in other for other in tables)


def _one_for_each_part(source: Source, fit: list[str]) -> list[str]:
    by_part: dict[str, list[str]] = {}
    for name in fit:
        by_part.setdefault(naming.part_of(name), []).append(name)
    if (of_each := _classes(fit, {name: naming.part_of(name) for name in fit})) and all(
        word.isdecimal() or "/" in name for name, word in of_each.items()
    ):
        return fit
    chosen = []
    for names in by_part.values():
        names = [name for name in names if not _STATISTICS & set(naming.words_of(name))] or names
        best = names if len(names) == 1 else [n for n in names if naming.role_of(n) == "image"]
        best = best or [n for n in names if naming.role_of(n) not in ("mask", "label")] or names
        if len(best) > 1:  # tables of figures stand beside images more often than the reverse
            best = [n for n in best if len(source.arrays[n].shape) > 2] or best
        if len(best) > 1:
            raise undecided(source.name, best, "images")
        chosen += best
    return chosen


def _classes(names: list[str], parts: dict[str, str]) -> dict[str, str]:
    """The class of each array where each is one: the word in which those of a part differ.

    None where there is no part of several, or they differ in more.
    """
    by_part: dict[str, list[str]] = {}
    for name in names:
        by_part.setdefault(parts[name], []).append(name)
    if max(map(len, by_part.values()), default=0) < 2:
        return {}
    words = {name: naming.bare(name).split("_") for name in names}
    if len({len(found) for found in words.values()}) > 1:
        return {}
    differ = [
        place for place, found in enumerate(zip(*words.values(), strict=True)) if len(set(found)) > 1
    ]
    if len(differ) != 1:
        return {}
    classes = {name: found[differ[0]] for name, found in words.items()}
    one_each = all(len({classes[n] for n in some}) == len(some) for some in by_part.values())
    return classes if one_each else {}


def _merged(source: Source, axes: dict[str, Axes]) -> tuple[Source, dict[str, Axes]]:
    """The arrays that have an axis of classes without it, and the others as they are."""
    arrays, found = dict(source.arrays), dict(axes)
    for name, order in axes.items():
        if "K" in order:
            x, found[name] = merged(arrays[name].load(), order)
            arrays[name] = Array.of(x)
    return replace(source, arrays=arrays), found


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

    def picture(i: int, notes: files.Notes) -> np.ndarray:
        image = take(x, order, i)
        if image.dtype.kind == "f" and not np.isfinite(image).all():
            raise UserError("It holds NaN or infinite values.")
        image = span.to_bytes(to_image(image, order, rows))
        if image.shape[-1] == 4:
            return files.from_pillow(files.to_pillow(image), notes=notes)
        return image

    called = _called(source, name) if several else source.name
    of_each = zip(labels, parts, photographs, strict=True)
    for i, (label, part, photograph) in enumerate(of_each):
        one = called if "N" not in order else f"{called}[{i}]"
        notes: files.Notes = {}
        look = functools.partial(picture, i, notes)
        yield Found(one, label, look, part, photograph, notes)


def _part(source: Source, name: str, choices: Choices) -> str:
    if choices.parts == "mix":
        return ""
    return naming.part_of(name) or source.part


def _parts_by_row(
    source: Source, count: int, used: set[str], choices: Choices, reading: Reading
) -> list[str] | None:
    """The part of each image, where an array that is not ``used`` tells it."""
    if choices.parts == "mix":
        return None
    names = sorted(source.arrays, key=lambda name: naming.role_of(name) != "split")
    for name in names:
        array = source.arrays[name]
        row = math.prod(array.shape) == count == max(array.shape, default=0)
        if name in used or not row or naming.role_of(name) == "label":
            continue
        words = labels.as_words(np.asarray(array.load()).reshape(-1)) or []
        if parts := parting.told(name, words):
            if all(not naming.part_of(word) for word in parts):
                said = parting.in_words(name, source.name, parts)
                reading.assume(said, "parts", "keep", ("mix",))
            return [parts.get(word, "") or "train" for word in words]
    return None


def _photographs(source: Source, count: int) -> list[str]:
    """What each image was cut from, where a column tells it; "" where none does."""
    for name, array in source.arrays.items():
        if naming.role_of(name) == "photograph" and math.prod(array.shape) == count:
            return [labels.text_of(value) for value in np.asarray(array.load()).reshape(-1)]
    return [""] * count


def _say_left_out(source: Source, used: set[str], reading: Reading) -> None:
    roles = ("title", "split", "class names", "photograph")
    left = [n for n in source.arrays if n not in used and naming.role_of(n) not in roles]
    left = [n for n in left if not parting.may_be_named(n)]
    left = [n for n in left if len(source.arrays[n].shape)]
    if left:
        shown = ", ".join(left[:8]) + (" …" if len(left) > 8 else "")
        reading.assume(Message("{path}: left out {names}.", path=source.name, names=shown), "images")


def _called(source: Source, name: str) -> str:
    return f"{source.name}/{name}" if len(source.arrays) > 1 and name else source.name
