"""Labels that lie in a file of their own, beside the arrays of the images."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from ae_core.data.own import meanings, naming
from ae_core.data.own.labels import NONE_FOUND
from ae_core.data.own.reading import Array, Choices, Column, Reading, Source
from ae_core.errors import Message

Sources = list[tuple[Path, Source | Reading]]
_LARGEST = 16 << 20  # bytes of a list of labels
_LONGEST = 18  # digits of a label
_BETWEEN = ",;\t"  # of the columns of a table, which a list has none of


def joined(sources: Sources, choices: Choices, reading: Reading) -> Sources:
    """Sources with the labels that lie in a file of their own, as those of PatchCamelyon do."""
    alone = [entry for entry in sources if isinstance(entry[1], Source)]
    with_images = [entry for entry in alone if meanings.has_images(entry[1], choices)]
    for path, labels in alone:
        same = [(p, s) for p, s in with_images if (p.parent, s.part) == (path.parent, labels.part)]
        if (path, labels) not in with_images and len(same) == 1:
            images = same[0][1].arrays
            counts = meanings.counts(same[0][1], choices)
            told = fitted(labels.name, labels.arrays, counts, reading)
            if not told and path.suffix.lower() == ".txt":  # a list of something else
                continue
            at = sources.index(same[0])
            told = _without_part(told or labels.arrays, images, labels.part)
            both = _apart(path, told, images) | images
            with_images.remove(same[0])
            sources[at] = same[0][0], replace(same[0][1], arrays=both)
            with_images.append(sources[at])
            sources.remove((path, labels))
            reading.used.add(path)
    return sources


def _without_part(told: dict[str, Array], images: dict[str, Array], part: str) -> dict[str, Array]:
    """Labels by names that tell no part where those of images of the same part do not: y_train."""
    if not part or any(naming.part_of(name) for name in images):
        return told
    bare = {name: naming.bare(name) or name for name in told if naming.part_of(name) == part}
    return {bare.get(name, name): array for name, array in told.items()}


def _apart(path: Path, found: dict[str, Array], others: dict[str, Array]) -> dict[str, Array]:
    """Arrays by other names than those of another file; an only one by its file's, part aside."""
    called = naming.bare(path.stem)
    if len(found) == 1 and called not in others and set(found) & set(others):
        return {called: next(iter(found.values()))}
    return found


def labels_for(
    folders: Collection[Path], sources: Sources, choices: Choices
) -> dict[Path, dict[Path, dict[str, Array]]]:
    """The tables without images in folders of arrays, by folder and file; they leave ``sources``."""
    found: dict[Path, dict[Path, dict[str, Array]]] = {}
    for path, source in list(sources):
        here = isinstance(source, Source) and path.parent in folders
        if here and not meanings.has_images(source, choices):
            told = source.arrays
            if len(told) == 1:
                told = {path.name.partition(".")[0]: next(iter(told.values()))}
            found.setdefault(path.parent, {})[path] = told
            sources.remove((path, source))
    return found


def lists(path: Path) -> dict[str, Array]:
    """The labels of a text of one word a line, if its name says that it has some; else nothing."""
    if naming.role_of(path.stem) != "label":
        return {}
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError:  # its reader says why
        return {}
    if len(content) > _LARGEST:
        return {}
    words = [line.strip() for line in content.decode("utf-8-sig", "replace").splitlines()]
    while words and not words[-1]:
        words.pop()
    if not words or any(not word or set(_BETWEEN) & set(word) for word in words):
        return {}
    if all(word.isdecimal() and len(word) < _LONGEST for word in words):
        return {path.name.partition(".")[0]: Array.of(np.array(words, np.int64))}
    return {path.name.partition(".")[0]: Array.of(np.array(words, object))}


def fitted(
    named: str, told: dict[str, Array], counts: dict[str, set[int]], reading: Reading
) -> dict[str, Array]:
    """The columns of a table that have a row for each image, in the order of the images.

    A first line that is a title or a value is what lets the rows be as many as the images.
    ``counts``: for each array of images, how many it can be.
    """
    found = {}
    for name, array in told.items():
        same = [c for other, c in counts.items() if naming.part_of(other) == naming.part_of(name)]
        fit = {count for each in same or counts.values() for count in each}
        if isinstance(array, Column) and array.whole and array.shape[0] not in fit:
            if array.whole.shape[0] in fit:
                array = array.whole
        if set(array.shape) & fit:
            found[name] = array
    numbers = [n for n in found if n == "0" or naming.role_of(n) == "id"]
    numbers = [n for n in numbers if len(found) > 1 and _order(found[n]) is not None]
    for name in numbers[:1]:
        order = _order(found[name])
        if (np.diff(order) != 1).any():
            said = Message(
                "The rows of {path} are taken in the order of its column {column}.",
                path=named,
                column=name,
            )
            reading.assume(said)
            of_rows = {n: a for n, a in found.items() if a.shape[0] == len(order)}
            found |= {n: Array.of(np.asarray(a.load())[order]) for n, a in of_rows.items()}
    rest = {name: array for name, array in found.items() if name not in numbers}
    if len(rest) == 1 and all(name.isdecimal() for name in rest):
        return {named.partition(".")[0]: next(iter(rest.values()))}
    return rest or found


def _order(array: Array) -> np.ndarray | None:
    """The rows by their numbers, if these are those of the images: from 0 or from 1, each once."""
    if array.dtype.kind not in "iu" or len(array.shape) != 1:
        return None
    numbers = np.asarray(array.load())
    order = np.argsort(numbers, kind="stable")
    first = numbers[order[0]] if len(order) else -1
    each_once = first in (0, 1) and (numbers[order] == first + np.arange(len(order))).all()
    return order if each_once else None


def together(readings: list[Reading]) -> Reading:
    """Readings of one folder as one: images without labels beside those with some are unlabelled."""
    whole = Reading()
    classes = [{f.label for f in one.found if not isinstance(f.picture, str)} for one in readings]
    labelled = any(labels - {naming.NO_CLASS, naming.UNLABELLED} for labels in classes)
    for one, labels in zip(readings, classes, strict=True):
        if labelled and labels == {naming.NO_CLASS}:
            one.found = [replace(f, label=naming.UNLABELLED) for f in one.found]
            one.assumed = [entry for entry in one.assumed if entry.said != NONE_FOUND]
            named = one.found[0].name.partition("[")[0]
            one.assume(Message("{path}: no labels, its images are unlabelled.", path=named))
        whole.add(one)
    return whole
