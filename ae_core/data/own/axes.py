"""The order of an array's axes: which ones fit a shape, and which of them shows smooth images.

An order has a group of letters for each axis of the array, N images, H height, W width, C colours
and K classes: ("N", "H", "W"), or ("N", "HW") where a row of numbers is an image.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np

from ae_core.errors import Message, UserError

CHANNELS = (1, 3, 4)
SHORTEST = 4  # pixels of a side
_ORDERS = {2: ("HW",), 3: ("NHW", "HWN", "HWC", "CHW"), 4: ("NHWC", "NCHW", "HWCN", "CHWN", "CNHW")}
_ROWS = ("HW", "HWC", "CHW")
_MOST_CLASSES = 100  # of an axis that is taken for one of classes
_CLEARLY = 1.25  # how much rougher another order of the axes must look
_LOOKED_AT = 12  # images

Axes = tuple[str, ...]


def as_text(axes: Axes) -> str:
    """An order of axes as the option is written: "NHWC", "N,CHW"."""
    return ("," if any(len(group) > 1 for group in axes) else "").join(axes)


def in_words(axes: Axes) -> Message:
    """An order of axes for a sentence."""
    names = {
        "N": Message("images"),
        "H": Message("height"),
        "W": Message("width"),
        "C": Message("colours"),
        "K": Message("classes"),
    }
    said = None
    for group in axes:
        word = names[group[0]]
        for letter in group[1:]:
            word = Message("{first}·{other}", first=word, other=names[letter])
        said = word if said is None else Message("{first} × {other}", first=said, other=word)
    return said


def fitting(shape: tuple[int, ...], backwards: bool = False, rows: str = "") -> list[Axes]:
    """All orders of axes in which an array of this shape can be images."""
    if 0 in shape:
        return []
    found = []
    for order in _ORDERS.get(len(shape), ()):
        order = order[::-1] if backwards else order
        sizes = dict(zip(order, shape, strict=True))
        if min(sizes["H"], sizes["W"]) >= SHORTEST and sizes.get("C", 1) in CHANNELS:
            found.append(tuple(order))
    if len(shape) == 2:
        for place, row in itertools.product((1, 0), _ROWS):
            if sides(shape[place], row, rows):
                found.append(("N", row) if place else (row, "N"))
    return found + _with_classes(shape, rows)


def turned(order: Axes) -> Axes:
    """The order that reads images the other way round, columns for rows."""
    return tuple(group.translate(str.maketrans("HW", "WH")) for group in order)


def _with_classes(shape: tuple[int, ...], rows: str) -> list[Axes]:
    """The order of an array of rows that are images, images and classes, as USPS has it."""
    for place, others in ((0, (1, 2)), (2, (0, 1))) if len(shape) == 3 else ():
        classes, images = sorted(others, key=lambda axis: shape[axis])
        few = 1 < shape[classes] <= _MOST_CLASSES and shape[classes] < shape[images]
        if few and sides(shape[place], "HW", rows):
            named = {place: "HW", images: "N", classes: "K"}
            return [tuple(named[axis] for axis in range(3))]
    return []


def sides(length: int, row: str, rows: str = "") -> dict[str, int] | None:
    """Height, width and channels of an image that is one row of `length` numbers, or None.

    Args:
        length: how many numbers a row has.
        row: the letters of the axes that are one there; with a C, it has three colours.
        rows: height and width as a person wrote them, "28x20"; "" for a square.

    Raises:
        UserError: `rows` is not so written.
    """
    channels = 3 if "C" in row else 1
    if rows:
        match = re.fullmatch(r"\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*", rows)
        if not match:
            raise UserError(
                "Height and width of a row's image were expected, such as 28x20, but got {rows!r}.",
                rows=rows,
            )
        height, width = int(match[1]), int(match[2])
    else:
        height = width = math.isqrt(length // channels)
        if height < 8:  # shorter rows of numbers are figures of something, not pixels
            return None
    if height * width * channels != length:
        return None
    return {"H": height, "W": width, "C": channels}


def to_image(block: Any, axes: Axes, rows: str = "") -> np.ndarray:
    """One image (H, W, C) of an array whose N axis, if any, has one entry."""
    x = np.asarray(block)
    shape, letters = [], ""
    for size, group in zip(x.shape, axes, strict=True):
        if group == "N":
            continue
        letters += group
        shape += [size] if len(group) == 1 else [sides(size, group, rows)[g] for g in group]
    x = x.reshape(shape)
    if "C" not in letters:
        x, letters = x[..., None], letters + "C"
    return x.transpose([letters.index(letter) for letter in "HWC"])


def take(x: Any, order: Axes, start: int, stop: int | None = None) -> np.ndarray:
    """Images start to stop (one of them where it is None), all axes kept."""
    stop = start + 1 if stop is None else stop
    return np.asarray(x[tuple(slice(start, stop) if g == "N" else slice(None) for g in order)])


def count_of(shape: tuple[int, ...], order: Axes) -> int:
    return math.prod(size for size, group in zip(shape, order, strict=True) if group in ("N", "K"))


def merged(x: Any, order: Axes) -> tuple[np.ndarray, Axes]:
    """An array with an axis of classes as one without: the images of a class after one another."""
    front = [order.index(letter) for letter in ("K", "N") if letter in order]
    x = np.moveaxis(np.asarray(x), front, range(len(front)))
    rest = tuple(group for group in order if group not in ("N", "K"))
    return x.reshape(-1, *x.shape[len(front) :]), ("N", *rest)


def written(words: str, shape: tuple[int, ...], rows: str) -> Axes:
    """The axes that a person wrote, if they fit the shape.

    Raises:
        UserError: they do not.
    """
    words = words.upper().replace(" ", "")
    axes = tuple(words.split(",")) if "," in words else tuple(words)
    letters = "".join(axes)
    good = len(axes) == len(shape) and set(letters) <= set("NHWCK") and {"H", "W"} <= set(letters)
    good = good and len(set(letters)) == len(letters)
    if good:
        for size, group in zip(shape, axes, strict=True):
            row = not set(group) & set("NK") and sides(size, group, rows) is not None
            good &= len(group) == 1 or row
            good &= group != "C" or size in CHANNELS
    if not good:
        raise UserError(
            "The axes {words!r} do not fit an array of {shape}; write one letter of N, H, W and C an "
            "axis, K for one of classes, with 1, 3 or 4 colours, for example NHWC, or N,CHW where a "
            "row is an image.",
            words=words,
            shape=" × ".join(map(str, shape)),
        )
    return axes


def most_likely(x: Any, orders: list[Axes], rows: str = "") -> tuple[Axes, Axes | None]:
    """The order of several that fits best, and another one where that is not clear.

    Square images are likelier than others, smooth ones than rough ones.
    """
    square = [order for order in orders if _is_square(x.shape, order)]
    orders = square or orders
    if len(orders) == 1:
        return orders[0], None
    rough = {order: _roughness(x, order, rows) for order in orders}
    best, second, *_ = sorted(rough, key=rough.get)
    return best, second if rough[second] < _CLEARLY * rough[best] else None


def rows_are_smoother(x: Any, rows: str = "") -> bool:
    """Whether a table of numbers shows smoother images in its rows than as one image."""
    return _roughness(x, ("N", "HW"), rows) < _roughness(x, ("H", "W"), rows)


def _is_square(shape: tuple[int, ...], order: Axes) -> bool:
    sizes = dict(zip(order, shape, strict=True))
    return "K" not in sizes and ("H" not in sizes or sizes["H"] == sizes["W"])


def _roughness(x: Any, order: Axes, rows: str) -> float:
    """How much neighbouring pixels differ in a few images of this order, beside all pixels."""
    if "K" in order:
        x, order = merged(x, order)
    count, rough = count_of(x.shape, order), []
    for i in np.linspace(0, count - 1, min(count, _LOOKED_AT)).astype(int):
        image = to_image(take(x, order, i), order, rows).astype(np.float64)
        image = image[np.isfinite(image).all((1, 2))][:256, :256]
        spread = image.std()
        if min(image.shape[:2], default=0) > 1 and spread > 0:
            steps = [np.abs(np.diff(image, axis=axis)).mean() for axis in (0, 1)]
            rough.append(np.mean(steps) / spread)
    return float(np.mean(rough)) if rough else 1.0
