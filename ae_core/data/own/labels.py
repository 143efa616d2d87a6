"""Labels of any usual kind: which array holds them, and the class of each image in words."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from ae_core.data.own import class_names as names_of_classes
from ae_core.data.own import naming, parting
from ae_core.data.own.axes import sides
from ae_core.data.own.reading import Array, Choices, Reading, Source, undecided
from ae_core.errors import Message, UserError

NONE_FOUND = Message("Labels: none were found; all images are one class.")
_MOST_HOT = 100  # classes that are a column each
_LONGEST_ROW = 100_000
_OF_COLUMNS = {"feature", "features", "column", "columns", "attribute", "attributes"}
_OF_CLASSES = {"class", "classes", "label", "labels", "target", "targets"}
_OF_CLASSES |= {"classnames", "classlabels", "categories"}
_OF_NAMES = {"names", "classes", "label", "labels", "classnames", "dirnames", "classlabels"}
_OF_NAMES |= {"categories"}


def choose(
    source: Source, counts: dict[str, set[int]], choices: Choices, reading: Reading
) -> dict[str, str]:
    """For each array of images, the array of its labels.

    ``counts``: the arrays of images, and how many each of them can be.

    Raises:
        UserError: labels that were asked for are not there, or fit no images.
    """
    if choices.labels == "none":
        reading.assume(Message("Labels: none, as was asked for."), "labels", "none")
        return {}
    asked = [name.strip() for name in choices.labels.split(",") if name.strip()]
    source.check(asked)
    chosen, left = {}, []
    for name in counts:
        fit = [
            other
            for other, array in source.arrays.items()
            if other not in counts
            and counts[name] & counts_of(array.shape)
            and naming.part_of(other) == naming.part_of(name)
            and (other in asked if asked else _may_be(other, array))
        ]
        best = _best(source, fit)
        if best:
            chosen[name] = best
            left += [other for other in fit if other != best]
    if asked and not chosen:
        raise UserError(
            "{path}: {name} has no label for each of the images.", path=source.name, name=asked[0]
        )
    if chosen:
        names = ", ".join(dict.fromkeys(chosen.values()))
        said = Message("Labels: {names}.", names=names)
        reading.assume(said, "labels", names.replace(" ", ""), (*left, "none"))
    return chosen


def words(
    source: Source, name: str, count: int, choices: Choices, reading: Reading
) -> list[str] | None:
    """The class of each image, by name where the source has names; None where it has none."""
    found = as_words(np.asarray(source.arrays[name].load()))
    if found is None or len(found) != count:
        reading.assume(
            Message("{name} was left out: it holds no class for each image.", name=name), "labels"
        )
        return None
    return _named(source, found, count, choices, reading)


def of_axis(source: Source, size: int, count: int, choices: Choices, reading: Reading) -> list[str]:
    """The class of each image of an array whose classes are an axis of `size`, one after another."""
    reading.assume(Message("Labels: the places on the axis of classes."), "labels")
    first = 1 if source.matlab else 0
    found = [str(first + place) for place in range(size) for _ in range(count // size)]
    return _named(source, found, count, choices, reading)


def _named(
    source: Source, found: list[str], count: int, choices: Choices, reading: Reading
) -> list[str]:
    """Labels that are numbers by the name of their class, where the source has names."""
    if not all(word.isdecimal() for word in found):
        return found
    numbers = set(map(int, found))
    name, names = class_names(source, count, numbers)
    first = _first(source, len(names), numbers)
    named = {first + place: word for place, word in enumerate(names)}
    if not named:
        name, named = letters(source, numbers)
    if named and not getattr(choices, "numbered", False):
        said = Message("Names of the classes: {path}.", path=name)
        reading.assume(said, "labels", names_of_classes.NAMES, (names_of_classes.NUMBERS,))
        return [named[int(word)] for word in found]
    if source.matlab and {"10"} <= set(found) <= set(map(str, range(1, 11))):
        zero = choices.tens != "ten"
        found = ["0" if zero and word == "10" else word for word in found]
        reading.assume(
            Message("The label 10 is the digit 0, as in SVHN's files.")
            if zero
            else Message("The label 10 is a class of its own."),
            "tens",
            "zero" if zero else "ten",
            ("ten" if zero else "zero",),
        )
    return found


def class_names(
    source: Source, count: int, numbers: Collection[int] = ()
) -> tuple[str, tuple[str, ...]]:
    """The array of the names of classes, none of so many as there are images, and these.

    ``numbers``: the labels, of which the greatest needs a name too. Of several arrays, one that says
    what it names goes first, then one of as many names as there are labels.
    """
    best: list[tuple[bool, bool, str]] = []
    for name, array in source.arrays.items():
        size, said = math.prod(array.shape), set(naming.words_of(name))
        short = size == max(array.shape, default=0) != count
        if not short or array.dtype.kind not in "USO" or not _OF_NAMES & said or _OF_COLUMNS & said:
            continue
        if max(numbers, default=0) < size + _first(source, size, numbers):
            other = not said & _OF_CLASSES
            best.append((other, size != len(numbers), name))
    if not best:
        return "", ()
    name = min(best, key=lambda entry: entry[:2])[2]
    return name, tuple(word_of(v) for v in np.asarray(source.arrays[name].load()).reshape(-1))


def _first(source: Source, size: int, numbers: Collection[int]) -> int:
    """The label of the first of so many names: 1 as MATLAB counts, or where they go up to it."""
    return int(0 not in numbers and (source.matlab or size == max(numbers, default=0)))


def letters(source: Source, numbers: Collection[int]) -> tuple[str, dict[int, str]]:
    """The array of the codes of letters for each class, as EMNIST's MATLAB files have, and these."""
    for name, array in source.arrays.items():
        if "mapping" in naming.words_of(name) and array.dtype.kind in "iu" and len(array.shape) == 2:
            named = names_of_classes.of_codes(np.asarray(array.load()).tolist())
            if named and set(numbers) <= named.keys():
                return name, named
    return "", {}


def parted(source: Source, choices: Choices) -> Source:
    """A source whose rows hold the label beside the pixels, with both apart; others as they are."""
    for name, array in source.arrays.items():
        if array.dtype.kind in "buif" and has_one_more(array.shape, choices):
            found = columns(name, np.asarray(array.load()), True)
            return replace(source, arrays=source.arrays | found)
    return source


def without_hot(source: Source, choices: Choices) -> Source:
    """A source whose rows hold a number for each class beside the pixels, with both apart."""
    for name, array in source.arrays.items():
        if array.dtype.kind in "buif" and (found := _hot_columns(name, array, choices)):
            return replace(source, arrays=source.arrays | found)
    return source


def _hot_columns(name: str, array: Array, choices: Choices) -> dict[str, Array]:
    """Rows of pixels before or after a number for each class, of which one is 1; {} of others."""
    if len(array.shape) != 2 or choices.axes or array.shape[1] > _LONGEST_ROW:
        return {}
    length = array.shape[1]
    fit = [k for k in range(2, min(_MOST_HOT, length)) if sides(length - k, "HW", choices.rows)]
    if not fit or any(sides(length, row, choices.rows) for row in ("HW", "HWC")):
        return {}
    x = np.asarray(array.load())
    for k in fit:
        for hot, rest in ((slice(-k, None), slice(-k)), (slice(k), slice(k, None))):
            if (words := _one_hot(x[:, hot])) and len(set(words)) > 1:
                return {name: Array.of(x[:, rest]), "label": Array.of(np.array(words, np.int64))}
    return {}


def has_one_more(shape: tuple[int, ...], choices: Choices) -> bool:
    """Whether rows are one number longer than those of images."""
    if len(shape) != 2 or choices.axes:
        return False
    longer, exact = (
        any(sides(length, row, choices.rows) for row in ("HW", "HWC"))
        for length in (shape[1] - 1, shape[1])
    )
    return longer and not exact


def columns(name: str, x: np.ndarray, first: bool) -> dict[str, Array]:
    """Rows of pixels and a label, which is the column that looks like one; else by ``first``."""
    starts, ends = _may_be_classes(x[:, 0]), _may_be_classes(x[:, -1])
    label, rest = (0, slice(1, None)) if (first if starts == ends else starts) else (-1, slice(-1))
    return {name: Array.of(x[:, rest]), "label": Array.of(x[:, label])}


def _may_be_classes(column: np.ndarray) -> bool:
    """Whether numbers are few whole ones that come again, but not all the same."""
    seen = np.unique(column)
    return 1 < len(seen) <= max(2, len(column) // 2) and bool((seen == np.rint(seen)).all())


def _best(source: Source, fit: list[str]) -> str:
    named = [name for name in fit if naming.role_of(name) == "label"] or fit
    exact = [name for name in named if naming.bare(name) in ("y", "label", "labels")]
    named = exact if len(exact) == 1 else named
    if len(named) > 1:
        raise undecided(source.name, named, "labels")
    return named[0] if named else ""


def counts_of(shape: tuple[int, ...]) -> set[int]:
    """For how many images an array of this shape can hold the labels."""
    if len(shape) > 2:  # (N, 1, 1, 1) in PatchCamelyon's files
        shape = tuple(size for size in shape if size != 1)
    if len(shape) == 1:
        return {shape[0]}
    return set(shape) if len(shape) == 2 else set()


def _may_be(name: str, array: Array) -> bool:
    """Whether an array is one of classes: whole numbers or words, fewer than there are images."""
    if naming.role_of(name) in ("id", "split", "title", "class names", "mask"):
        return False
    if array.dtype.kind == "c":
        return False
    found = as_words(np.asarray(array.load()))
    if found is not None and parting.told(name, found):
        return False
    return found is not None and (len(found) <= 100 or len(set(found)) < len(found))


def as_words(y: np.ndarray) -> list[str] | None:
    """Labels of any usual kind as words; None where they are none."""
    if y.ndim == 2 and 1 not in y.shape:
        return _one_hot(y)
    y = y.reshape(-1)
    if y.dtype.kind == "f":
        known = np.isfinite(y)
        if not (y[known] == np.rint(y[known])).all() or (np.abs(y[known]) > 2**53).any():
            return None
        return [str(int(v)) if k else naming.UNLABELLED for v, k in zip(y, known, strict=True)]
    if y.dtype.kind in "iub":
        return [str(int(value)) for value in y]
    if y.dtype.kind in "USO":
        return [word_of(value) for value in y]
    return None


def word_of(value: Any) -> str:
    """A label as one line of text, cut where it is long."""
    return text_of(value)[:80] or naming.UNLABELLED


def text_of(value: Any) -> str:
    """A value as one line of text, "" where there is none; MATLAB's cells and bytes too."""
    while isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or isinstance(value, (float, np.floating)) and math.isnan(value):
        return ""
    return " ".join(str(value).split())


def _one_hot(y: np.ndarray) -> list[str] | None:
    if y.dtype.kind not in "buif":
        return None
    for axis in (1, 0):
        one = np.isin(y, (0, 1)).all() and (y.sum(axis) == 1).all()
        if one:
            return [str(int(value)) for value in y.argmax(axis)]
    return None
