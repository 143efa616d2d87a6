"""What reading a source gives: images that are decoded when asked for, and what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.errors import Message, UserError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Choices:
    """What a person says of a source; "" leaves it to the program.

    Attributes:
        images: names of arrays or columns that are the images, parted by commas.
        labels: the array or column of the labels; of folders, which level of them names the classes,
            "1" for the outermost; "none": no classes; "as-numbers": classes without the names that
            files have for their numbers.
        parts: "keep" those that the names tell, or "mix" them to be split anew.
        axes: of an array, in its order, of the letters N, H, W and C, and K for an axis of classes;
            several of them for an axis that holds them all, after a comma: "NHWC", "HWCN", "N,CHW",
            "HW,N,K".
        rows: height and width of an image that is one row of numbers, "28x20".
        range: of values, black to white: "0..255", "-1..1", any other, "data", or "each" for
            that of each picture.
        pages: "all" or "first" of a picture file.
        names: the encoding of the names in a ZIP, such as "cp850".
        tens: "zero" or "ten": what the label 10 of digits in a MATLAB file means.
    """

    images: str = ""
    labels: str = ""
    parts: str = ""
    axes: str = ""
    rows: str = ""
    range: str = ""
    pages: str = ""
    names: str = ""
    tens: str = ""


@dataclass(frozen=True)
class Asked(Choices):
    """Choices as they are understood; ``numbered``: classes keep the numbers that files have."""

    numbered: bool = False


@dataclass(frozen=True)
class Assumption:
    """One thing that was assumed.

    ``option`` is the field of :class:`Choices` that changes it, "" where nothing does; ``chosen``
    what it would be set to for this reading, ``others`` for another one.
    """

    said: Message
    option: str = ""
    chosen: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One image of a source: its name, class and part, and how to get it.

    ``picture`` is a function that gives uint8 (H, W, 1 or 3), or raises a UserError; or a sentence
    that says why it is skipped. ``part`` is one of :data:`PARTS`, or "" where none is known.
    ``photograph`` names what it was cut from, "" where that is not known. ``notes`` are what changed
    its pixels, as :func:`ae_core.images.files.read` gives them, once ``picture`` was asked.
    """

    name: str
    label: str
    picture: Callable[[], np.ndarray] | str
    part: str = ""
    photograph: str = ""
    notes: dict[str, Message] = field(default_factory=dict, compare=False)


@dataclass
class Reading:
    """All images of a source, in its order, and what was assumed about them.

    ``sizes``: how many images have which (height, width), as far as that is known beforehand.
    ``used``: files that say something of the images of others, and hold none themselves.
    ``texts``: files by name that may have the names of classes, with what gives them or their bytes.
    """

    found: list[Found] = field(default_factory=list)
    assumed: list[Assumption] = field(default_factory=list)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    used: set[Path] = field(default_factory=set)
    texts: dict[str, Callable[[], Path | bytes]] = field(default_factory=dict)

    def assume(self, said: Message, option: str = "", chosen: str = "", others=()) -> None:
        """Note an assumption once, however many files share it."""
        entry = Assumption(said, option, chosen, tuple(others))
        if entry not in self.assumed:
            self.assumed.append(entry)

    def add(self, other: Reading) -> None:
        """Take in what another source gave."""
        self.found += other.found
        self.sizes += other.sizes
        self.used |= other.used
        self.texts |= other.texts
        for entry in other.assumed:
            self.assume(entry.said, entry.option, entry.chosen, entry.others)


@dataclass(frozen=True)
class Array:
    """An array of a source, of which only shape and type are known before it is needed."""

    shape: tuple[int, ...]
    dtype: np.dtype
    load: Callable[[], Any]  # an array, or what is indexed like one and is read piece by piece

    @classmethod
    def of(cls, x: np.ndarray) -> Array:
        """Of an array that is there."""
        return cls(x.shape, x.dtype, lambda: x)


@dataclass(frozen=True)
class Column(Array):
    """The only column of a table; ``whole``: with its first line too, which may be no title of it."""

    whole: Array | None = None


@dataclass(frozen=True)
class Source:
    """Arrays that belong together, and what is known of where they came from.

    `part` is what the file's name tells. `backwards`: the axes are stored in the reversed order of
    MATLAB's. `matlab`: MATLAB's habits may be meant: the label 10 for the digit 0, a row of numbers
    for an image column by column, classes counted from 1; `by_python`: but Python wrote it.
    """

    name: str
    arrays: dict[str, Array]
    part: str = ""
    backwards: bool = False
    matlab: bool = False
    by_python: bool = False

    def listed(self) -> str:
        """The first arrays with type and shape, for a sentence."""
        some = list(self.arrays.items())[:8]
        return ", ".join(f"{n or 'x'} {a.dtype} {tuple(a.shape)}" for n, a in some) or "nothing"

    def check(self, names: Iterable[str]) -> None:
        """Refuse names that are no array's."""
        check_names(self.name, names, self.arrays, self.listed())


def check_names(file: str, asked: Iterable[str], there: Collection[str], listed: str = "") -> None:
    """Refuse names that no array or column of a file has; ``listed`` says which there are."""
    unknown = [name for name in asked if name not in there]
    if unknown:
        raise UserError(
            "{path} has no array {name!r}; its arrays are {names}.",
            path=file,
            name=unknown[0],
            names=listed or ", ".join(there),
        )


def undecided(file: str, names: Iterable[str], option: str) -> UserError:
    """The sentence for several arrays that fit equally, as "images" or as "labels"."""
    listed = ", ".join(names)
    if option == "images":
        return UserError(
            "{path} has several arrays that can be the images: {names}; say which with the option "
            "images.",
            path=file,
            names=listed,
        )
    return UserError(
        "{path} has several arrays that can be the labels: {names}; say which with the option "
        "labels.",
        path=file,
        names=listed,
    )
