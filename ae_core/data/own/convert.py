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
from PIL import Image, ImageOps

from ae_core.data.own import store
from ae_core.data.own.sources import Found, pictures
from ae_core.errors import DataError, Message, UserError

COLOURS = {"grey": ("L", 1), "colour": ("RGB", 3)}
FEWEST, MOST = 20, 200_000
MOST_CLASSES = 100
LARGEST_PICTURE = 100_000_000  # pixels; a small file can claim a picture that fills the memory
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
    mode, channels = COLOURS[colour]
    most = min(MOST, MOST_BYTES // (side * side * channels))
    kept, names_of_classes, skipped = [], [], []
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
            kept.append(fit_to(found, side, mode))
            names_of_classes.append(found.label)
        except Exception as error:  # noqa: BLE001 - Pillow raises many kinds for damaged files
            skipped.append((found.name, reason_of(error)))
        if progress:
            progress(len(kept), 0, found.name)
    if len(kept) < FEWEST:
        raise DataError(_too_few(len(kept), skipped))
    x = np.stack(kept).reshape(-1, side, side, channels)
    classes = sorted(set(names_of_classes), key=_numbers_by_value)
    if len(classes) > MOST_CLASSES:
        names_of_classes, classes = ["image"] * len(kept), ["image"]
    index = {label: number for number, label in enumerate(classes)}
    labels = np.array([index[label] for label in names_of_classes], np.int64)
    store.save(slug, name.strip(), x, labels, classes)
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


def fit_to(found: Found, side: int, mode: str) -> np.ndarray:
    """One picture cut to its middle square: uint8 (side, side), grey, or (side, side, 3), colour."""
    picture = _opened(found).convert(mode)
    width, height = picture.size
    square = min(width, height)
    left, top = (width - square) // 2, (height - square) // 2
    box = (left, top, left + square, top + square)
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS, box=box))


def whole(found: Found) -> np.ndarray:
    """One picture as it is: uint8 (height, width, 1) where it is grey, (height, width, 3) if not."""
    picture = _opened(found)
    x = np.asarray(picture.convert("L" if picture.mode in ("1", "L") else "RGB"))
    return x.reshape(*x.shape[:2], -1)


def _opened(found: Found) -> Image.Image:
    """The picture upright, in 8 bits a value, its file closed again."""
    picture = found.picture()
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    with picture:
        width, height = picture.size
        if width * height > LARGEST_PICTURE:
            raise DataError(
                "{width} x {height} pixels are too many; at most 100 million are read",
                width=width,
                height=height,
            )
        return _eight_bits(ImageOps.exif_transpose(picture))


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture in 8 bits a value, with what is transparent shown on white."""
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    if picture.mode in ("I", "F"):
        values = np.asarray(picture)
        # PNGs of 16 bits are opened as "I" by some versions of Pillow
        if picture.mode == "I" and 0 <= values.min() and values.max() <= 65_535:
            return Image.fromarray((values // 257).astype(np.uint8))
        raise DataError("its pixels are 32-bit numbers; 8 or 16 bits a value were expected")
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, picture)
    return picture


def reason_of(error: Exception) -> str:
    """Why one file was skipped, on one line."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, Image.DecompressionBombError):
        return Message("too many pixels; at most 100 million are read")
    if isinstance(error, Image.UnidentifiedImageError):
        return Message("not an image that can be read (PNG, JPEG, GIF, BMP, WebP, TIFF or PPM)")
    words = " ".join(str(error).split())[:120]
    return Message("cannot be read: {reason}", reason=words or type(error).__name__)


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
