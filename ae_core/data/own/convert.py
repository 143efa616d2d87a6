"""Own images become a data set: a folder, a ZIP, an .npy/.npz or a .mat like SVHN's.

Every image is cut to the square in its middle, resized with antialiasing and kept as uint8. What
cannot be read is skipped and listed with its reason; too few images are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae_core.data.own import store
from ae_core.data.own.sources import pictures
from ae_core.errors import DataError, Message, UserError
from ae_core.images import files

COLOURS = {"grey": 1, "colour": 3}  # channels
FEWEST, MOST = 20, 200_000
MOST_CLASSES = 100
MOST_BYTES = 2 << 30

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did: `accepted` images, `skipped` [(name, reason)], the `dataset`'s name."""

    accepted: int
    skipped: list[tuple[str, str]]
    dataset: str


def import_images(
    source: Path | list[Path],
    name: str,
    side: int,
    colour: str,
    replace: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import images as the set "own-<slug of name>", `side` x `side`, "grey" or "colour".

    `side` is a multiple of 4 from 8 to 128. progress(done, 0, file name) is called per image; the
    total is not known beforehand. Raises UserError for a choice that cannot be, DataError for a
    source that cannot be read or that gives fewer than 20 images.
    """
    slug = _check(name, side, colour, replace)
    channels = COLOURS[colour]
    most = min(MOST, MOST_BYTES // (side * side * channels))
    kept, names, names_of_classes, skipped = [], [], [], []
    for found in pictures(source):
        if isinstance(found.picture, str):
            skipped.append((found.name, found.picture))
            continue
        if len(kept) == most:
            skipped.append(
                (found.name, Message("not read: the first {most:,} images were taken", most=most))
            )
            break
        try:
            kept.append(files.fit(found.picture(), (side, side, channels)))
            names.append(found.name)
            names_of_classes.append(found.label)
        except UserError as error:
            skipped.append((found.name, error.message))
        if progress:
            progress(len(kept), 0, found.name)
    if len(kept) < FEWEST:
        raise DataError(_too_few(len(kept), skipped))
    x = np.stack(kept)
    classes = sorted(set(names_of_classes), key=_numbers_by_value)
    if len(classes) > MOST_CLASSES:
        names_of_classes, classes = ["image"] * len(kept), ["image"]
    index = {label: number for number, label in enumerate(classes)}
    labels = np.array([index[label] for label in names_of_classes], np.int64)
    store.save(slug, name.strip(), x, labels, classes, names)
    return ImportReport(len(kept), skipped, f"own-{slug}")


def slug_of(name: str) -> str:
    """The part of a name that can be a folder's: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def _check(name: str, side: int, colour: str, replace: bool) -> str:
    slug = slug_of(name)
    if not slug:
        raise UserError(
            "A name with letters or digits was expected, but got {name!r}; choose one.", name=name
        )
    right = isinstance(side, (int, np.integer)) and not isinstance(side, bool)
    if not right or side % 4 or not 8 <= side <= 128:
        raise UserError(
            "A side that is a multiple of 4 from 8 to 128 was expected, but got {side!r}; choose "
            "for example 32.",
            side=side,
        )
    if colour not in COLOURS:
        raise UserError(
            "The colour mode 'grey' or 'colour' was expected, but got {colour!r}.", colour=colour
        )
    if not replace and store.find(f"own-{slug}"):
        raise UserError(
            "A set named own-{slug} is already there; choose another name or replace it.", slug=slug
        )
    return slug


def _numbers_by_value(label: str) -> tuple:
    return (0, int(label), "") if label.isdecimal() else (1, 0, label)


def _too_few(count: int, skipped: list[tuple[str, str]]) -> str:
    first = (
        Message(
            " (first of {count:,} skipped: {name}, {reason})",
            count=len(skipped),
            name=skipped[0][0],
            reason=skipped[0][1],
        )
        if skipped
        else ""
    )
    return Message(
        "At least {fewest} images that can be read were expected, but there are {count}{first}; "
        "add more images and import again.",
        fewest=FEWEST,
        count=count,
        first=first,
    )
