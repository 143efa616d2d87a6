"""One size for all images of a set: which, and how images of other sizes are brought to it."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from ae_core.data.own.reading import Reading
from ae_core.errors import Message, UserError
from ae_core.images import files

Size = tuple[int, int]  # height, width

FITS = ("cut", "pad", "stretch", "tiles")
OFFERED = ("28x28", "32x32", "64x64", "128x128")
SMALLEST, LARGEST = 8, 256  # pixels of a side
USUAL = 32  # where nothing is known of the files
_LONG_SIDE = 64  # of what is proposed for larger files, and of a tile
_SAID_SIZES = 3  # sizes that are named, the most frequent ones


def size_of(words: str) -> Size | None:
    """Return the size that a person wrote: "45x30" (width × height), "32" a square, "" none.

    Raises:
        UserError: it is no size that a set can have.
    """
    if not words.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?:[x×*]\s*(\d{1,4}))?\s*", words.lower())
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not all(SMALLEST <= side <= LARGEST for side in (height, width)):
        raise UserError(
            "A size from 8 to 256 pixels was expected, such as 32 or 45x30 (width x height), but got "
            "{words!r}.",
            words=words,
        )
    return height, width


def as_text(size: Size) -> str:
    """Return a size as :func:`size_of` reads it."""
    return f"{size[1]}x{size[0]}"


def proposed(sizes: Counter[Size], fit: str) -> Size:
    """Return the size that a set gets where a person names none: that of its files.

    That of most of them, or where they all differ the middle one. Of larger ones than a set can have
    the proportions, 64 pixels long. Tiles are squares of at most 64 pixels.
    """
    if not sizes:
        return USUAL, USUAL
    (height, width), count = sizes.most_common(1)[0]
    if 2 * count < sizes.total():
        height, width = (
            int(np.median(np.repeat([size[axis] for size in sizes], list(sizes.values()))))
            for axis in (0, 1)
        )
    if fit == "tiles":
        height = width = min(height, width, _LONG_SIDE)
    elif max(height, width) > LARGEST:
        unit = _LONG_SIDE / max(height, width)
        height, width = round(unit * height), round(unit * width)
    return max(height, SMALLEST), max(width, SMALLEST)


def check_fit(fit: str) -> None:
    """Refuse what is none of :data:`FITS`."""
    if fit not in FITS:
        raise UserError(
            "For images of other proportions cut, pad, stretch or tiles was expected, but got "
            "{fit!r}.",
            fit=fit,
        )


def fitted(x: np.ndarray, shape: tuple[int, int, int], fit: str) -> list[np.ndarray]:
    """Return what an image, uint8 (H, W, 1 or 3), becomes in a set: images uint8 ``shape``.

    "cut" takes the largest middle part of these proportions, "pad" repeats the outermost pixels
    until the proportions are right, "stretch" changes them. "tiles" gives as many as lie in the
    middle of it side by side, not resized.

    Raises:
        UserError: it is smaller than a tile.
    """
    height, width, _ = shape
    if fit == "tiles":
        down, right = x.shape[0] // height, x.shape[1] // width
        if not down * right:
            raise UserError(
                "It is smaller than a tile of {width}×{height}.", width=width, height=height
            )
        top, left = (x.shape[0] - down * height) // 2, (x.shape[1] - right * width) // 2
        return [
            files.fit(x[row : row + height, column : column + width], shape)
            for row in range(top, top + down * height, height)
            for column in range(left, left + right * width, width)
        ]
    if fit == "pad":
        unit = max(x.shape[0] / height, x.shape[1] / width)
        more = round(unit * height) - x.shape[0], round(unit * width) - x.shape[1]
        sides = [(max(0, n) // 2, max(0, n) - max(0, n) // 2) for n in more]
        x = np.pad(x, (*sides, (0, 0)), mode="edge")
    if fit == "stretch":
        image = files.to_pillow(x).resize((width, height), files.Image.Resampling.LANCZOS)
        x = np.asarray(image).reshape(height, width, x.shape[2])
    return [files.fit(x, shape)]


def say(reading: Reading, size: Size, fit: str, asked: bool) -> None:
    """Note the size of a set, how images of other sizes are made to fit, and what is lost.

    ``asked``: a person named the size.
    """
    height, width = size
    said = Message("Images are stored at {width}×{height}.", width=width, height=height)
    if not asked:
        said = Message(
            "Images are stored at {width}×{height}: the size that the files suggest.",
            width=width,
            height=height,
        )
    own = as_text(proposed(reading.sizes, fit))
    others = [text for text in dict.fromkeys((own, *OFFERED)) if text != as_text(size)]
    reading.assume(said, "size", as_text(size), others)
    other = Counter({found: n for found, n in reading.sizes.items() if found != size})
    for found, count in other.most_common(_SAID_SIZES):
        said = Message(
            "{count:,} of {width}×{height}: {how}.",
            count=count,
            width=found[1],
            height=found[0],
            how=_how(found, size, fit),
        )
        reading.assume(said, "fit", fit, [one for one in FITS if one != fit])
    rest = other.total() - sum(count for _, count in other.most_common(_SAID_SIZES))
    if rest:
        reading.assume(Message("{count:,} of other sizes: in the same way.", count=rest))


def _how(found: Size, size: Size, fit: str) -> Message:
    """Say how an image of one size becomes one of another, and what is lost of it."""
    height, width = size
    if fit == "tiles":
        return _tiles(found, size)
    down, right = found[0] / height, found[1] / width
    lost = 100 - 100 * min(down, right) / max(down, right)
    if lost < 0.5:
        return Message("scaled to {width}×{height}", width=width, height=height)
    if fit == "stretch":
        return Message("stretched to {width}×{height}", width=width, height=height)
    if fit == "pad":
        return Message(
            "its edges fill what is missing, scaled to {width}×{height}", width=width, height=height
        )
    if right > down:
        return Message(
            "{share:.0f} % of the width is cut, scaled to {width}×{height}",
            share=lost,
            width=width,
            height=height,
        )
    return Message(
        "{share:.0f} % of the height is cut, scaled to {width}×{height}",
        share=lost,
        width=width,
        height=height,
    )


def _tiles(found: Size, size: Size) -> Message:
    count = math.prod(side // tile for side, tile in zip(found, size, strict=True))
    height, width = size
    if not count:
        return Message(
            "left out, smaller than a tile of {width}×{height}", width=width, height=height
        )
    lost = 100 - 100 * count * math.prod(size) / math.prod(found)
    return Message(
        "tiles of {width}×{height} from each: {count:,}, {share:.0f} % at the edges left out",
        count=count,
        share=lost,
        width=width,
        height=height,
    )
