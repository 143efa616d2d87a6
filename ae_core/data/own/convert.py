"""Own images become a data set: read, shown as they would be stored, then stored.

Every image is brought to one size with antialiasing and kept as uint8. What cannot be read is
skipped and listed with its reason; too few images are refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ae_core.data.own import fitting, limits, sources, store
from ae_core.data.own.fitting import Size
from ae_core.data.own.reading import PARTS, Assumption, Choices, Reading
from ae_core.errors import DataError, Message, UserError
from ae_core.files import as_name
from ae_core.images import files
from ae_core.images.unread import NO_IMAGE
from ae_core.jobs import owners

COLOURS = {"grey": 1, "colour": 3}  # channels
_DIM = 26  # of 256 values: less is a tenth of the range
_FEW_PICTURES = 10  # so few in tiles have their tiles in all parts

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
    size: Size | int | None = None,
    colour: str = "colour",
    replace: bool = False,
    progress: Progress | None = None,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    fit: str = "cut",
) -> ImportReport:
    """:func:`prepare` and :func:`keep` at once.

    >>> from ae_core import data
    >>> from ae_core.images import files
    >>> folder = Path("photos")
    >>> folder.mkdir()
    >>> for n in range(24):
    ...     x = np.random.default_rng(n).integers(0, 256, (32, 32, 3), np.uint8)
    ...     size = (folder / f"{n}.png").write_bytes(files.png(x))
    >>> report = import_images(folder, "mine", size=16)
    >>> report.accepted, report.dataset, data.load(report.dataset).train.x.shape[1:]
    (24, 'own-mine', (16, 16, 3))
    """
    check_name(name, replace)
    prepared = prepare(source, size, colour, choices, fit, progress)
    return ImportReport(len(prepared.x), prepared.skipped, keep(prepared, name, replace))


def prepare(
    source: Path | list[Path],
    size: Size | int | None,
    colour: str,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    fit: str = "cut",
    progress: Progress | None = None,
) -> Prepared:
    """Read a source and make a set of it, without storing anything.

    `size` is (height, width), a number for a square, or None for that of the files; both sides are
    from 8 to 256. `colour` is one of :data:`COLOURS`, `fit` of :data:`fitting.FITS`.
    progress(done, total, file name) is called per file. Raises UserError for a choice that cannot be
    or where two readings fit equally, DataError for a source that cannot be read or that gives fewer
    than 20 images.
    """
    under_way = steps(source, size, colour, choices, fit)
    while True:
        try:
            done = next(under_way)
        except StopIteration as end:
            return end.value
        if progress:
            progress(*done)


def steps(
    source: Path | list[Path], size: Size | int | None, colour: str, choices: Choices, fit: str
) -> Generator[tuple[int, int, str], None, Prepared]:
    """As :func:`prepare`, image by image: gives (done, total, file name), returns the set."""
    asked = _check(size, colour, fit)
    reading = sources.read(source, choices)
    height, width = asked or fitting.proposed(reading.sizes, fit)
    shape = (height, width, COLOURS[colour])
    most = min(limits.MOST_IMAGES, limits.MOST_STORED // math.prod(shape))
    kept, names, labels, parts, photographs, skipped = [], [], [], [], [], []
    pictures = []  # which of the files each image is of
    changed: Counter[str] = Counter()  # images, by what of their pixels was
    greys, even, values = 0, 0, np.zeros(256, np.int64)  # of the images as they came
    for place, found in enumerate(reading.found):
        name = as_name(found.name)
        if isinstance(found.picture, str):
            skipped.append((name, found.picture))
            continue
        if len(kept) == most:
            skipped.append(
                (name, Message("not read: the first {most:,} images were taken", most=most))
            )
            break
        try:
            image = found.picture()
            made = fitting.fitted(image, shape, fit)[: most - len(kept)]
        except UserError as error:
            skipped.append((name, error.message))
            continue
        changed.update(found.notes.keys())
        counts = np.reshape(files.to_pillow(image).histogram(), (-1, 256))
        greys += bool((image[..., :-1] == image[..., 1:]).all())
        values += counts.sum(axis=0)
        even += bool((np.count_nonzero(counts, axis=1) == 1).all())
        kept += made
        several = len(made) > 1
        names += [f"{name}[{n}]" if several else name for n in range(len(made))]
        labels += [as_name(found.label)] * len(made)
        parts += [found.part] * len(made)
        pictures += [place] * len(made)
        photographs += [found.photograph or found.name] * len(made)
        yield place + 1, len(reading.found), name
    if len(kept) < limits.FEWEST_IMAGES:
        left = [e.said for e in reading.assumed if (e.option, e.chosen) == ("pages", "first")]
        raise DataError(Message.joined(_too_few(len(kept), skipped), *left))
    _say_changed(changed, reading)
    fitting.say(reading, (height, width), fit, asked is not None)
    classes = sorted(set(labels), key=_numbers_by_value)
    index = {label: number for number, label in enumerate(classes)}
    x = np.stack(kept)
    told = _parts(parts) if fit != "tiles" else _parts_of_tiles(parts, pictures, choices, reading)
    cut_from = _numbered(photographs) if any(one.photograph for one in reading.found) else None
    _check_parts(told, cut_from, reading)
    return Prepared(
        x,
        np.array([index[label] for label in labels], np.int64),
        classes,
        told,
        skipped,
        reading.assumed,
        _remarks(values, even, greys == len(set(pictures)) and shape[2] == 3, labels),
        names,
        cut_from,
    )


def keep(prepared: Prepared, name: str, replace: bool = False) -> str:
    """Store a set as "own-<slug of name>", and return that name."""
    of_images = {
        "names": prepared.names,
        "parts": prepared.parts,
        "photographs": prepared.photographs,
    }
    with store.alone():
        slug = check_name(name, replace)
        store.save(slug, name.strip(), prepared.x, prepared.labels, prepared.classes, **of_images)
    return f"own-{slug}"


def slug_of(name: str) -> str:
    """The part of a name that can be a folder's: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def check_name(name: str, replace: bool = False) -> str:
    """The slug of a name, another where somebody else has a set of that name.

    UserError for none, or for one that is taken and not to be replaced.
    """
    slug = slug_of(name)
    if not slug:
        raise UserError(
            "A name with letters or digits was expected, but got {name!r}; choose one.", name=name
        )
    who, taken = owners.asking(), store.anybodys(f"own-{slug}")
    if who and taken and not owners.mine(taken.parent):
        slug = f"{slug}-{who.id[:6]}"  # in a class many have the same idea
    if not replace and store.find(f"own-{slug}"):
        raise UserError(
            "A set named own-{slug} is already there; choose another name or replace it.", slug=slug
        )
    return slug


def _check(size: Size | int | None, colour: str, fit: str) -> Size | None:
    """Return a size that was asked for as (height, width); refuse choices that cannot be."""
    if colour not in COLOURS:
        raise UserError(
            "The colour mode 'grey' or 'colour' was expected, but got {colour!r}.", colour=colour
        )
    fitting.check_fit(fit)
    if size is None:
        return None
    sides = size[::-1] if isinstance(size, (tuple, list)) else [size]
    return fitting.size_of("x".join(map(str, sides)))


def _parts(parts: list[str]) -> np.ndarray | None:
    """The parts as places in `PARTS`; None where there is nothing to keep apart."""
    if set(parts) <= {"train", ""} or set(parts) <= {"test", "validation"}:
        return None
    return np.array([PARTS.index(part or "train") for part in parts], np.int8)


def _parts_of_tiles(
    parts: list[str], pictures: list[int], choices: Choices, reading: Reading
) -> np.ndarray | None:
    """As :func:`_parts`; where no parts are known, all tiles of a picture are in one, by chance."""
    known, (files, of_file) = _parts(parts), np.unique(pictures, return_inverse=True)
    if known is not None or len(files) == len(pictures):
        return known
    if choices.parts == "mix" or len(files) < _FEW_PICTURES:
        reading.assume(Message("Training and test images can be tiles of the same picture."))
        return None
    reading.assume(
        Message("All tiles of a picture are in one part: training, validation or test."),
        "parts",
        "keep",
        ("mix",),
    )
    drawn = np.zeros(len(files), np.int8)
    for part, rows in enumerate(store.rows_of_parts(drawn.copy())):
        drawn[rows] = part
    return drawn[of_file]


def _check_parts(parts: np.ndarray | None, cut_from: np.ndarray | None, reading: Reading) -> None:
    """Refuse parts of which one would have no images; say where parts are cut from one photograph."""
    if cut_from is not None and parts is None and len(np.unique(cut_from)) < len(PARTS):
        reading.assume(Message("Training and test images can be cut from the same photograph."))
    if parts is not None and not all(map(len, store.rows_of_parts(parts, cut_from))):
        count = int((parts == PARTS.index("train")).sum())
        raise DataError(
            "None of the images for training, {count:,}, can be kept for validation: add more, or "
            "mix the parts.",
            count=count,
        )


def _numbered(names: list[str]) -> np.ndarray:
    """A number for each name, int64 (N,): the same for the same one."""
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names], np.int64)


def _say_changed(changed: Counter[str], reading: Reading) -> None:
    """Say of how many images pixels became others; the range of values is said where it is found."""
    if count := changed["clear"]:
        reading.assume(
            Message(
                "What is transparent shows a white ground, or a black one where all that is drawn is "
                "white; images with such parts: {count:,}.",
                count=count,
            )
        )
    if count := changed["colours"]:
        reading.assume(
            Message(
                "Of colours of 16 bits the upper 8 are kept; such images: {count:,}.",
                count=count,
            )
        )


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
        remarks.append(
            Message(
                "All images are grey: stored as grey (in the terminal: --colour grey) they are a "
                "third as large."
            )
        )
    if len(set(labels)) == len(labels):
        remarks.append(Message("Every image has a class of its own: classes tell nothing here."))
    return remarks


def _numbers_by_value(label: str) -> tuple:
    return (0, int(label), "") if label.isdecimal() else (1, 0, label)


def _says_little(file: tuple[str, str]) -> int:
    """How little the reason for a file that was left out says of why there are no images."""
    name, reason = file
    if reason == NO_IMAGE:
        return 2
    # Tables of labels beside what holds the images.
    of_table = getattr(reason, "template", "").startswith("{path} was expected to hold images")
    return int(of_table or reason.startswith(f"{Path(name).name} was left out"))


def _too_few(count: int, skipped: list[tuple[str, str]]) -> Message:
    told = sorted(skipped, key=_says_little)
    first = (
        Message(
            " (first of {count:,} skipped: {name}, {reason})",
            count=len(skipped),
            name=told[0][0],
            reason=told[0][1],
        )
        if skipped
        else ""
    )
    return Message(
        "At least {fewest} images that can be read were expected, not {count}{first}; add "
        "more images and import again.",
        fewest=limits.FEWEST_IMAGES,
        count=count,
        first=first,
    )
