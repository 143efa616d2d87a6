"""From images and labels to a `Dataset`: the fixed 70/30 split, joins, fingerprint, duplicates.

Where it is known which photograph an image was cut from, the images of one are never on both sides:
neighbouring crops show the same pixels, and a network would be validated on what it has learned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from ae_core.data.sets import Dataset, Split, shape_in_words
from ae_core.errors import UserError

SPLIT_SEED = 42
AT_ONCE = 4096  # images copied in one go


def assemble(
    name: str,
    title: str,
    trainval: tuple[np.ndarray | Iterable[np.ndarray], np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    classes: tuple[str, ...],
    origin: str,
    photographs: np.ndarray | None = None,
) -> Dataset:
    """Split (x, labels) 70/30 into train and validation and describe the whole.

    x is uint8 (N, H, W, C), or an iterator of it in pieces; labels are integers (N,). The arrays
    handed in may become read-only. `photographs`: see `split_rows`.
    """
    x, labels = trainval
    rows = split_rows(len(labels), photographs=photographs)
    parts = parted([x] if isinstance(x, np.ndarray) else x, rows)
    train, validation = (frozen(part, labels[some]) for part, some in zip(parts, rows, strict=True))
    return finish(name, title, train, validation, frozen(*test), classes, origin)


def parted(pieces: Iterable[np.ndarray], parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Copy images into an array for each part, uint8 (M, H, W, C) each, and keep no other copy.

    `pieces` of the images, uint8 (n, H, W, C), come one after another, and each is let go before the
    next one is asked for; a part lists its rows, counted through all pieces.
    """
    whole, first = [], 0
    for piece in pieces:
        whole = whole or [np.empty((len(rows), *piece.shape[1:]), np.uint8) for rows in parts]
        for part, rows in zip(whole, parts, strict=True):
            places = np.flatnonzero((rows >= first) & (rows < first + len(piece)))
            for start in range(0, len(places), AT_ONCE):
                some = places[start : start + AT_ONCE]
                part[some] = piece[rows[some] - first]
        first += len(piece)
        del piece
    return whole


def finish(
    name: str,
    title: str,
    train: Split,
    validation: Split,
    test: Split,
    classes: tuple[str, ...],
    origin: str,
    fingerprint: str | None = None,
) -> Dataset:
    """The `Dataset` of three splits, with its fingerprint (unless given) and duplicate counts."""
    return Dataset(
        name=name,
        title=title,
        train=train,
        validation=validation,
        test=test,
        classes=classes,
        origin=origin,
        fingerprint=fingerprint or fingerprint_of(name, train, validation, test),
        duplicates=count_duplicates(train, validation, test),
    )


def join(sets: list[Dataset]) -> Dataset:
    """Join sets whose images have one shape; UserError when they have not.

    Labels are kept by name: sets with other classes add theirs after those of the first.
    """
    for other in sets[1:]:
        if other.shape != sets[0].shape:
            raise UserError(
                "Sets of one image shape were expected, but {one} has {shape} and {other} has "
                "{other_shape}; join sets of the same width, height and colours.",
                one=sets[0].name,
                shape=shape_in_words(sets[0].shape),
                other=other.name,
                other_shape=shape_in_words(other.shape),
            )
    classes = tuple(dict.fromkeys(label for one in sets for label in one.classes))
    members = "+".join(one.fingerprint for one in sets)
    return finish(
        name="+".join(one.name for one in sets),
        title=" + ".join(one.title for one in sets),
        train=_concatenate([(one.train, one.classes) for one in sets], classes),
        validation=_concatenate([(one.validation, one.classes) for one in sets], classes),
        test=sets[0].test,  # its classes come first, so its labels stay as they are
        classes=classes,
        origin="; ".join(f"{one.name}: {one.origin}" for one in sets),
        fingerprint=hashlib.sha256(members.encode()).hexdigest()[:16],
    )


def split_rows(
    count: int, percent: int = 70, seed: int = SPLIT_SEED, photographs: np.ndarray | None = None
) -> tuple:
    """Row numbers (first part, rest) of a random split that depends only on what is given here.

    Both are in random order, so that the first n rows of a split are a fair sample of it.
    RandomState, because NumPy promises never to change what it draws; Generator has no such promise.

    `photographs` (count,) names what each row was cut from: rows of one are on one side, and the
    first part has as many whole photographs as come nearest to its share of the rows.
    """
    rows = np.random.RandomState(seed).permutation(count)
    first = (count * percent + 50) // 100
    if photographs is None:
        return rows[:first], rows[first:]
    _, photograph, sizes = np.unique(photographs, return_inverse=True, return_counts=True)
    order = np.random.RandomState(seed).permutation(len(sizes))
    reached = np.cumsum(np.r_[0, sizes[order]])
    chosen = np.isin(photograph[rows], order[: np.abs(reached - first).argmin()])
    return rows[chosen], rows[~chosen]


def split_of_few(
    count: int, percent: int = 70, seed: int = SPLIT_SEED, photographs: np.ndarray | None = None
) -> tuple:
    """As `split_rows`, with rows on both sides wherever there are two.

    Where whole photographs leave a side empty, the smallest is the rest, and all others the first
    part; rows of a single one are on both sides.
    """
    sides = split_rows(count, percent, seed, photographs)
    if photographs is None or all(map(len, sides)):
        return sides
    names, sizes = np.unique(photographs, return_counts=True)
    if len(names) < 2:
        return split_rows(count, percent, seed)
    rows = np.concatenate(sides)
    smallest = photographs[rows] == names[sizes.argmin()]
    return rows[~smallest], rows[smallest]


def frozen(x: np.ndarray, labels: np.ndarray) -> Split:
    """A read-only Split: x contiguous uint8 (N, H, W, C), labels int64 (N,)."""
    x = np.ascontiguousarray(x, dtype=np.uint8)
    labels = np.ascontiguousarray(labels, dtype=np.int64)
    x.setflags(write=False)
    labels.setflags(write=False)
    return Split(x, labels)


def fingerprint_of(name: str, *splits: Split) -> str:
    """16 hex characters of the sha256 over the name and each split's shapes and bytes."""
    digest = hashlib.sha256(name.encode())
    for split in splits:
        for array in (split.x, split.labels):
            digest.update(f"|{array.dtype.str}{array.shape}|".encode())
            digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return digest.hexdigest()[:16]


def _concatenate(parts: list[tuple[Split, tuple[str, ...]]], classes: tuple[str, ...]) -> Split:
    labels = [np.array([classes.index(label) for label in own])[split.labels] for split, own in parts]
    return frozen(np.concatenate([split.x for split, _ in parts]), np.concatenate(labels))


def duplicates_of_train(dataset: Dataset) -> np.ndarray:
    """bool (N_test,): the test images that occur byte for byte in train or validation."""
    seen = {*image_ids(dataset.train.x), *image_ids(dataset.validation.x)}
    return np.array([image in seen for image in image_ids(dataset.test.x)], bool)


def count_duplicates(train: Split, validation: Split, test: Split) -> dict[str, int]:
    """The counts that `Dataset.duplicates` documents."""
    train_ids, validation_ids, test_ids = (image_ids(part.x) for part in (train, validation, test))
    trained = set(train_ids)
    seen = trained.union(validation_ids)
    return {
        "test_in_train": sum(image in seen for image in test_ids),
        "within_test": len(test_ids) - len(set(test_ids)),
        "validation_in_train": sum(image in trained for image in validation_ids),
        "within_train": len(train_ids) - len(trained),
    }


def image_ids(x: np.ndarray) -> list[bytes]:
    """One digest per image of x, (N, H, W, C) of any type, equal where images are byte for byte."""
    rows = np.ascontiguousarray(x).reshape(len(x), -1) if len(x) else ()
    return [hashlib.sha256(row).digest() for row in rows]
