"""Own images become a data set: read, shown as they would be stored, then stored.

Every image is brought to one size with antialiasing and kept as uint8. What cannot be read is
skipped and listed with its reason; too few images are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ae_core.data.own import limits, sources, store
from ae_core.data.own.reading import PARTS, Assumption, Choices, Reading
from ae_core.errors import DataError, Message, UserError
from ae_core.images import files

COLOURS = {"grey": 1, "colour": 3}  # channels
FITS = ("cut", "pad", "stretch")  # of images of other proportions
_DIM = 26  # of 256 values: less is a tenth of the range
_SAID_SIZES = 3  # sizes that are named, the most frequent ones

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A set that is ready to be stored.

    Attributes:
        x: uint8 (N, H, W, C).
        labels: int64 (N,), places in ``classes``.
        classes: names, sorted; numbers by their value.
        parts: int8 (N,), places in :data:`PARTS`; None where the set is split by chance.
        skipped: (name, reason) of what was left out.
        assumed: what was assumed.
        remarks: what is odd about the images, a sentence each.
        names: of the N files.
        photographs: int64 (N,), a number for each photograph that images were cut from; None where
            none is known.
    """

    x: np.ndarray
    labels: np.ndarray
    classes: list[str]
    parts: np.ndarray | None
    skipped: list[tuple[str, str]]
    assumed: list[Assumption]
    remarks: list[Message] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    photographs: np.ndarray | None = None

    def counts(self) -> list[tuple[str, list[int]]]:
        """(class, images in each of the parts); one number where there are no parts."""
        parts = np.zeros(len(self.x), int) if self.parts is None else self.parts
        width = 1 if self.parts is None else len(PARTS)
        table = np.zeros((len(self.classes), width), int)
        np.add.at(table, (self.labels, parts), 1)
        return [(name, row.tolist()) for name, row in zip(self.classes, table, strict=True)]


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
    choices: Choices = Choices(),  # noqa: B008 - frozen
    fit: str = "cut",
) -> ImportReport:
    """:func:`prepare` and :func:`keep` at once."""
    check_name(name, replace)
    prepared = prepare(source, side, colour, choices, fit, progress)
    return ImportReport(len(prepared.x), prepared.skipped, keep(prepared, name, replace))


def prepare(
    source: Path | list[Path],
    side: int,
    colour: str,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    fit: str = "cut",
    progress: Progress | None = None,
) -> Prepared:
    """Read a source and make a set of it, without storing anything.

    `side` is a multiple of 4 from 8 to 128, `colour` one of :data:`COLOURS`, `fit` one of
    :data:`FITS`. progress(done, total, file name) is called per image. Raises UserError for a choice
    that cannot be or where two readings fit equally, DataError for a source that cannot be read or
    that gives fewer than 20 images.
    """
    under_way = steps(source, side, colour, choices, fit)
    while True:
        try:
            done = next(under_way)
        except StopIteration as end:
            return end.value
        if progress:
            progress(*done)


def steps(
    source: Path | list[Path], side: int, colour: str, choices: Choices, fit: str
) -> Generator[tuple[int, int, str], None, Prepared]:
    """As :func:`prepare`, image by image: gives (done, total, file name), returns the set."""
    _check(side, colour, fit)
    channels = COLOURS[colour]
    reading = sources.read(source, choices)
    most = min(limits.MOST_IMAGES, limits.MOST_STORED // (side * side * channels))
    kept, names, labels, parts, photographs, skipped = [], [], [], [], [], []
    greys, even, values = 0, 0, np.zeros(256, np.int64)  # of the images as they came
    for found in reading.found:
        if isinstance(found.picture, str):
            skipped.append((found.name, found.picture))
            continue
        if len(kept) == most:
            skipped.append(
                (found.name, Message("not read: the first {most:,} images were taken", most=most))
            )
            break
        try:
            image = found.picture()
            greys += bool((image == image[..., :1]).all())
            values += np.bincount(image.reshape(-1), minlength=256)
            even += bool((image == image[:1, :1]).all())
            kept.append(fitted(image, (side, side, channels), fit))
        except UserError as error:
            skipped.append((found.name, error.message))
            continue
        names.append(found.name)
        labels.append(found.label)
        parts.append(found.part)
        photographs.append(found.photograph or found.name)
        yield len(kept), len(reading.found), found.name
    if len(kept) < limits.FEWEST_IMAGES:
        raise DataError(_too_few(len(kept), skipped))
    _say_fit(reading, side, fit)
    classes = sorted(set(labels), key=_numbers_by_value)
    index = {label: number for number, label in enumerate(classes)}
    x = np.stack(kept)
    return Prepared(
        x,
        np.array([index[label] for label in labels], np.int64),
        classes,
        _parts(parts),
        skipped,
        reading.assumed,
        _remarks(values, even, greys == len(x) and channels == 3, labels),
        names,
        _numbered(photographs) if any(one.photograph for one in reading.found) else None,
    )


def keep(prepared: Prepared, name: str, replace: bool = False) -> str:
    """Store a set as "own-<slug of name>", and return that name."""
    slug = check_name(name, replace)
    of_images = {
        "names": prepared.names,
        "parts": prepared.parts,
        "photographs": prepared.photographs,
    }
    store.save(slug, name.strip(), prepared.x, prepared.labels, prepared.classes, **of_images)
    return f"own-{slug}"


def fitted(x: np.ndarray, shape: tuple[int, int, int], fit: str) -> np.ndarray:
    """Return an image, uint8 (H, W, 1 or 3), as uint8 ``shape``.

    "cut" takes the largest middle part of these proportions, "pad" repeats the outermost pixels
    until the proportions are right, "stretch" changes them.
    """
    height, width, _ = shape
    if fit == "pad":
        unit = max(x.shape[0] / height, x.shape[1] / width)
        more = round(unit * height) - x.shape[0], round(unit * width) - x.shape[1]
        sides = [(max(0, n) // 2, max(0, n) - max(0, n) // 2) for n in more]
        x = np.pad(x, (*sides, (0, 0)), mode="edge")
    if fit == "stretch":
        image = files.to_pillow(x).resize((width, height), files.Image.Resampling.LANCZOS)
        x = np.asarray(image).reshape(height, width, x.shape[2])
    return files.fit(x, shape)


def slug_of(name: str) -> str:
    """The part of a name that can be a folder's: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def check_name(name: str, replace: bool = False) -> str:
    """The slug of a name; UserError for none, or for one that is taken and not to be replaced."""
    slug = slug_of(name)
    if not slug:
        raise UserError(
            "A name with letters or digits was expected, but got {name!r}; choose one.", name=name
        )
    if not replace and store.find(f"own-{slug}"):
        raise UserError(
            "A set named own-{slug} is already there; choose another name or replace it.", slug=slug
        )
    return slug


def _check(side: int, colour: str, fit: str) -> None:
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
    if fit not in FITS:
        raise UserError(
            "For images of other proportions cut, pad or stretch was expected, but got {fit!r}.",
            fit=fit,
        )


def _say_fit(reading: Reading, side: int, fit: str) -> None:
    """Note how images of other sizes are made to fit, and what is lost."""
    other = Counter({size: n for size, n in reading.sizes.items() if size != (side, side)})
    for (height, width), count in other.most_common(_SAID_SIZES):
        said = Message(
            "{count:,} of {width}×{height}: {how}.",
            count=count,
            width=width,
            height=height,
            how=_how(height, width, side, fit),
        )
        if height == width:
            reading.assume(said)
        else:
            reading.assume(said, "fit", fit, [one for one in FITS if one != fit])
    rest = other.total() - sum(count for _, count in other.most_common(_SAID_SIZES))
    if rest:
        reading.assume(Message("{count:,} of other sizes: in the same way.", count=rest))


def _how(height: int, width: int, side: int, fit: str) -> Message:
    lost = 100 - 100 * min(height, width) / max(height, width)
    if height == width:
        return Message("scaled to {side}×{side}", side=side)
    if fit == "stretch":
        return Message("stretched to {side}×{side}", side=side)
    if fit == "pad":
        return Message("the edges fill a square, scaled to {side}×{side}", side=side)
    if width > height:
        return Message(
            "{share:.0f} % of the width is cut, scaled to {side}×{side}", share=lost, side=side
        )
    return Message(
        "{share:.0f} % of the height is cut, scaled to {side}×{side}", share=lost, side=side
    )


def _parts(parts: list[str]) -> np.ndarray | None:
    """The parts as places in `PARTS`; None where there is nothing to keep apart."""
    if set(parts) <= {"train", ""} or set(parts) <= {"test", "validation"}:
        return None
    return np.array([PARTS.index(part or "train") for part in parts], np.int8)


def _numbered(names: list[str]) -> np.ndarray:
    """A number for each name, int64 (N,): the same for the same one."""
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _remarks(values: np.ndarray, even: int, grey: bool, labels: list[str]) -> list[Message]:
    """Say what is odd about a set: constant, two-valued or dim images, grey ones in colour.

    `values` counts each of the 256 values, `even` the images of one colour; `grey`: stored in colour
    without having any.
    """
    remarks = []
    seen = np.flatnonzero(values)
    if len(seen) == 1:
        remarks.append(
            Message(
                "All images are one and the same grey, {value}: figures on them mean nothing.",
                value=seen[0],
            )
        )
    elif len(seen) == 2:
        remarks.append(
            Message(
                "The images have two values only, {low} and {high}, as black-and-white masks have: "
                "figures on them can flatter.",
                low=seen[0],
                high=seen[1],
            )
        )
    elif seen[-1] - seen[0] < _DIM:
        remarks.append(
            Message(
                "The images fill less than a tenth of the range, {low} to {high} of 0 to 255: "
                "figures on them flatter; is the option range right?",
                low=seen[0],
                high=seen[-1],
            )
        )
    if even and len(seen) > 1:
        remarks.append(Message("Images of one even colour: {count:,}.", count=even))
    if grey:
        remarks.append(Message("All images are grey: stored as grey they are a third as large."))
    if len(set(labels)) == len(labels):
        remarks.append(Message("Every image has a class of its own: classes tell nothing here."))
    return remarks


def _numbers_by_value(label: str) -> tuple:
    return (0, int(label), "") if label.isdecimal() else (1, 0, label)


def _too_few(count: int, skipped: list[tuple[str, str]]) -> Message:
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
        fewest=limits.FEWEST_IMAGES,
        count=count,
        first=first,
    )
