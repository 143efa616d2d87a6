"""Image files: one reader for every file that a person gives, and PNG.

A file is untrusted: its content decides what it is, not its name; only the formats below are tried,
none of which starts another program; size, pixels and time are bounded; whatever a library raises
becomes one sentence. Colour profiles are ignored.
"""

from __future__ import annotations

import base64
import io
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

from ae_core.errors import Message, UserError
from ae_core.images import unread
from ae_core.images.ranges import FULL, Values, told

try:  # HEIC, where a person has installed its plug-in
    import pillow_heif

    pillow_heif.register_heif_opener()
    HEIC = ("HEIF",)
except ImportError:
    HEIC = ()

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF", "JPEG2000", *HEIC)
SUFFIXES = (  # of the formats, where a person chooses files
    *("png", "jpg", "jpeg", "jfif", "webp", "avif", "jp2", "j2k", "tif", "tiff", "bmp", "gif"),
    *("ppm", "pgm", "pbm"),
    *(("heic", "heif") if HEIC else ()),
)
LARGEST_FILE = 64 << 20  # bytes
LARGEST_IMAGE = 100_000_000  # pixels; a small file can claim an image that fills the memory
LONGEST_READ = 30.0  # seconds; a small file can also have any number of passes over its image
ON_WHITE = Message("What is transparent in it shows a white ground.")
ON_BLACK = Message("What is transparent in it shows a black ground, for all that is drawn is white.")
_FAR = 1e30
_CLEAR_GREY = "LA;16"  # of 16-bit PNG files, which Pillow reads as colours
_PHOTOMETRIC = 262  # a tag of TIFF: what its values mean
_CODESTREAM, _DEPTH = b"\xff\x4f\xff\x51", 38  # of JPEG 2000: its head, where its bits less 1 stand
_BITS, _SIGNED = 258, 339  # ... how many bits they have, and whether (2) they have signs
_UP = 2  # of the PNG standard's filters, the difference to the line above
BLOCK = 1 << 10  # bytes that are decoded between two looks at the clock

# Of greys of more than 8 bits Pillow knows some whose 0 is white, and takes the others for damaged:
# their values are read as those whose 0 is black, and `_is_white_at_zero` has them turned round. Nor
# does it know whole numbers of 32 bits without a sign that begin with the highest byte.
TiffImagePlugin.OPEN_INFO.setdefault((b"MM", 1, (1,), 1, (32,), ()), ("I", "I;32BS"))
for (_order, _means, *_rest), _modes in list(TiffImagePlugin.OPEN_INFO.items()):
    if _means == 1 and _modes[0][0] in "IF":
        TiffImagePlugin.OPEN_INFO.setdefault((_order, 0, *_rest), _modes)

# Pillow warns of large images and of odd metadata on the terminal; the limits here say enough.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Head:
    """What a file says of its image before it is decoded.

    ``pages``: how many it holds, or moments of an animation. ``deep``: "" for 8 bits a value, else
    the kind of number, "16" bits, "32" or "float". ``coloured``: has more than greys.
    """

    width: int
    height: int
    pages: int
    animated: bool
    deep: str
    coloured: bool


def head(source: Path | bytes, name: str = "") -> Head:
    """Return what a file says of its image; UserError as :func:`read`, as far as it shows there.

    ``name``: that of a file whose bytes are given.
    """
    with _opened(source, name) as image:
        pages = getattr(image, "n_frames", 1)
        deep = {"F": "float", "I": "32"}.get(image.mode, "16" if image.mode.startswith("I") else "")
        deep = "16" if _is_deep_pgm(image, image.format) else deep
        coloured = not _is_grey(image) and not deep
        turned = image.getexif().get(0x0112, 1) >= 5
        size = image.size[::-1] if turned else image.size
        return Head(*size, pages, image.format != "TIFF" and pages > 1, deep, coloured)


Notes = dict[str, Message]  # what was done to an image's pixels: a sentence for each kind of change


def read(
    source: Path | bytes,
    span: tuple[float, float] | None = None,
    page: int = 0,
    notes: Notes | None = None,
) -> np.ndarray:
    """Return the image of a file: uint8 (H, W, 1) where it is grey, (H, W, 3) where it is not.

    It is upright (EXIF), in 8 bits a value, and what is transparent shows a white ground,
    or a black one where all that is drawn is white.

    Args:
        source: the file, or its bytes.
        span: of grey values of more than 8 bits, those that become 0 and 255; the others are
            scaled between them, or cut to them. None is the range that the image's own values
            suggest (:mod:`ae_core.images.ranges`).
        page: of several pages or moments, which one is read.
        notes: is given what changed the image: its "values" or "colours" of more than 8 bits, what
            is "clear" in it, "pages" that were left out.

    Raises:
        UserError: no such file; too large; no image of these formats; damaged.

    >>> read(png(np.full((4, 6, 3), 200, np.uint8))).shape
    (4, 6, 3)
    """
    with _opened(source) as image:
        if page:
            image.seek(page)
        elif notes is not None and (pages := getattr(image, "n_frames", 1)) > 1:
            notes["pages"] = Message(
                "It has {count:,} pages or moments: the first one is taken.", count=pages
            )
        return from_pillow(image, span, notes)


def add_values(source: Path | bytes, page: int, values: Values) -> None:
    """Let ``values`` see those of an image of more than 8 bits."""
    with _opened(source) as image:
        if page:
            image.seek(page)
        white = _said_white(image)
        values.add(_greys(image, white), white)


@contextmanager
def _opened(source: Path | bytes, name: str = "") -> Iterator[Image.Image]:
    """Give an image of bounded size; what goes wrong inside ``with`` becomes a sentence."""
    content = source if isinstance(source, bytes) else _content(source)
    if len(content) > LARGEST_FILE:
        raise UserError(
            "The file is larger than {limit} MB, the most that is read.", limit=LARGEST_FILE >> 20
        )
    if many := unread.too_many_bands(content):  # of some of which Pillow shows the first three
        raise UserError(many)
    try:
        with Image.open(_Timed(content), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_IMAGE:
                raise Image.DecompressionBombError
            image.decodermaxblock = BLOCK
            yield image
    except UserError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise UserError(
            "The image has more than {limit} million pixels, the most that are read.",
            limit=LARGEST_IMAGE // 10**6,
        ) from error
    except TimeoutError as error:
        raise UserError(
            "The image takes longer than {limit:g} seconds to read; save it in another way.",
            limit=LONGEST_READ,
        ) from error
    except Exception as error:  # noqa: BLE001 - Pillow raises a dozen kinds for damaged files
        damaged = not isinstance(error, Image.UnidentifiedImageError) or begins_like_image(content)
        name = name or getattr(source, "name", "")
        raise UserError(unread.why(content, name, damaged)) from error


def from_pillow(
    image: Image.Image, span: tuple[float, float] | None = None, notes: Notes | None = None
) -> np.ndarray:
    """Return a Pillow image as :func:`read` does; it may be changed."""
    notes = {} if notes is None else notes
    grey, has_palette = _is_grey(image), image.mode in ("P", "PA")
    if said := _of_deep_colours(image):
        notes["colours"] = said
    white = _said_white(image)
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(image, span, white, notes)[..., None]
    if image.has_transparency_data:
        image = image.convert("RGBA")
        on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        least_solid, most_solid = image.getextrema()[3]
        if least_solid < 255:
            notes["clear"] = ON_WHITE
        if most_solid and on_white.getextrema()[:3] == ((255, 255),) * 3:  # white drawn on nothing
            on_white = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
            notes |= {"clear": ON_BLACK} if least_solid < 255 else {}
        image = on_white
    x = np.asarray(image.convert("L" if grey else "RGB"))
    x = x.reshape(*x.shape[:2], -1)
    return x[..., :1] if has_palette and (x == x[..., :1]).all() else x


def to_pillow(x: np.ndarray) -> Image.Image:
    """Return uint8 (H, W, 1, 3 or 4) as a Pillow image."""
    return Image.fromarray(x[..., 0] if x.shape[-1] == 1 else x)


def fit(x: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return an image, uint8 (H, W, 1 or 3), as one for a network: uint8 ``shape``.

    The largest middle part of these proportions is resized with antialiasing; colours become grey,
    or grey three equal channels, as is asked for.

    >>> fit(np.zeros((60, 40, 3), np.uint8), (28, 28, 1)).shape
    (28, 28, 1)
    """
    height, width, channels = shape
    unit = min(x.shape[0] / height, x.shape[1] / width)
    rows, columns = max(1, round(unit * height)), max(1, round(unit * width))
    top, left = (x.shape[0] - rows) // 2, (x.shape[1] - columns) // 2
    image = to_pillow(x[top : top + rows, left : left + columns])
    image = image.convert("L" if channels == 1 else "RGB")
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS)).reshape(shape)


def loses_colour(x: np.ndarray, channels: int) -> bool:
    """Whether :func:`fit` to ``channels`` makes an image, uint8 (H, W, 1 or 3), of colours grey.

    >>> loses_colour(np.full((4, 6, 3), 200, np.uint8), 1)  # it has three channels, and no colour
    False
    """
    return channels == 1 and bool((x != x[..., :1]).any())


def png(x: np.ndarray, effort: int = 6) -> bytes:
    """Return one image, uint8 (H, W, 1 or 3), as PNG bytes, exact; ``effort`` 0 to 9 for size.

    >>> png(np.zeros((4, 6, 1), np.uint8))[:4]
    b'\\x89PNG'
    """
    buffer = io.BytesIO()
    to_pillow(x).save(buffer, "PNG", compress_level=effort)
    return buffer.getvalue()


def quick_png(x: np.ndarray) -> bytes:
    """Return one image, uint8 (H, W, 1 or 3), as PNG bytes, exact, four times faster than Pillow.

    Every line is written as its difference to the one above, which is nothing in most lines of an
    enlarged image; Pillow tries five ways on each line.
    """
    height, width, channels = x.shape
    values = x.reshape(height, -1)
    lines = np.empty((height, 1 + values.shape[1]), np.uint8)
    lines[:, 0] = _UP
    lines[0, 1:] = values[0]
    np.subtract(values[1:], values[:-1], out=lines[1:, 1:])
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    chunks = [
        (
            struct.pack(">I", len(content)),
            name,
            content,
            struct.pack(">I", zlib.crc32(name + content)),
        )
        for name, content in parts
    ]
    return b"".join([b"\x89PNG\r\n\x1a\n", *(part for chunk in chunks for part in chunk)])


def data_uri(x: np.ndarray, effort: int = 0) -> str:
    """Return one image, uint8 (H, W, 1 or 3), as a ``data:`` address that needs no request.

    ``effort``: 1 to 9 for size; 0 for speed.
    """
    content = png(x, effort) if effort else quick_png(x)
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


class _Timed(io.BytesIO):
    """A file whose reading fails once the time is over: decoders ask for it block by block."""

    def __init__(self, content: bytes):
        super().__init__(content)
        self.end = time.monotonic() + LONGEST_READ

    def read(self, size: int | None = -1) -> bytes:
        if time.monotonic() > self.end:
            raise TimeoutError
        return super().read(size)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise UserError("There is no such file.")
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UserError("The file cannot be opened: {reason}.", reason=error.strerror) from error


def is_image(path: Path) -> bool:
    """Whether a file is named or begins like an image, whole or damaged."""
    if path.suffix.lower()[1:] in SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return begins_like_image(file.read(16))
    except OSError:
        return False


def begins_like_image(content: bytes) -> bool:
    """Whether a file begins like one of the formats, so that it is a damaged one."""
    Image.init()  # else it knows some formats only after it has read some
    head = content[:16].ljust(16, b"\0")
    return any(Image.OPEN[name][1](head) is True for name in FORMATS)


def _is_deep_pgm(image: Image.Image, kind: str | None) -> bool:
    """Whether it is a 16-bit PGM, which Pillow opens as 32 bits a value."""
    return kind == "PPM" and image.mode == "I"


def _is_grey(image: Image.Image) -> bool:
    """Whether it has only greys, as far as a file that is not yet decoded says."""
    return image.mode in ("1", "L", "LA") or _has_tile(image, _CLEAR_GREY)


def _has_tile(image: Image.Image, kind: str) -> bool:
    return any(kind in str(tile[3]) for tile in getattr(image, "tile", ()))


def _is_white_at_zero(image: Image.Image) -> bool:
    """Whether it is a TIFF whose 0 is white, of a kind that Pillow does not turn round."""
    return getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0


def _of_deep_colours(image: Image.Image) -> Message | None:
    """What becomes of colours of more than 8 bits, as far as a file that is not yet decoded says."""
    if image.mode.startswith("I"):
        return None
    if (most := _most(image)) > 255:
        return Message("Its colours, up to {most:g}, are kept in 8 bits: that became 255.", most=most)
    if _has_tile(image, _CLEAR_GREY):
        return Message("Of the 16 bits of its greys the upper 8 are kept.")
    if _has_tile(image, ";16"):
        return Message("Of the 16 bits of its colours the upper 8 are kept.")
    return None


def _said_white(image: Image.Image) -> int:
    """Return which value greys of 10, 12 or 14 bits have as white; 0 where the file does not say it.

    Of 16 bits fewer may be in use. To be asked before the pixels are read.
    """
    most = _most(image) if image.mode.startswith("I") else 0
    return most if most < 65_535 else 0


def _most(image: Image.Image) -> int:
    """Return up to what the values of a PPM, a PGM or JPEG 2000 go; 0 of other files, or as usual."""
    for tile in getattr(image, "tile", ()):
        if tile[0].startswith("ppm") and isinstance(tile[3], tuple):
            return tile[3][1]
    if image.format != "JPEG2000" or image.fp is None:
        return 0
    place = image.fp.tell()
    image.fp.seek(0)
    _, begun, head = image.fp.read().partition(_CODESTREAM)
    image.fp.seek(place)
    bits = head[_DEPTH] + 1 if begun and len(head) > _DEPTH else 0
    return 2**bits - 1 if 8 < bits <= 16 else 0  # more than 128: with a sign


def _scaled(
    image: Image.Image, span: tuple[float, float] | None, white: int, notes: Notes
) -> np.ndarray:
    values = _greys(image, white)  # of colours of 16 bits Pillow keeps the upper 8 itself
    bad = None if values.dtype.kind != "f" else ~np.isfinite(values)
    if bad is not None and bad.any():
        raise UserError("It holds NaN or infinite values.")
    low, high = span or ((0, white) if white else _own_span(values))
    if not abs(high - low) < _FAR:  # float32 would overflow
        values = values.astype(np.float64)
    x = np.rint((np.clip(values, low, high) - low) * np.float32(255 / (high - low))).astype(np.uint8)
    black, white = low, high
    if _is_white_at_zero(image):
        x, black, white = 255 - x, high, low
    if (black, white) != (0, 255):
        notes["values"] = Message(
            "Its values of more than 8 bits, from {low:.10g} to {high:.10g}, are kept in 8: "
            "{black:.10g} became 0, {white:.10g} became 255, and a noise level counts on that scale.",
            low=told(values.min()),
            high=told(values.max()),
            black=told(black),
            white=told(white),
        )
    clear = image.info.get("transparency")
    if clear is None or not (values == clear).any():
        return x
    notes["clear"] = ON_WHITE
    return np.where(values == clear, np.uint8(255), x)


def _greys(image: Image.Image, white: int) -> np.ndarray:
    """Return the values of an image of one channel, as they are in the file.

    Pillow has all of 32 bits with a sign, and those of a PGM or JPEG 2000 on the scale of 16 bits.
    """
    values, tags = np.asarray(image), getattr(image, "tag_v2", {})
    if white and image.format == "JPEG2000":
        return values >> (16 - white.bit_length())
    if white:
        return np.rint(values * (white / 65_535)).astype(np.int32)
    unsigned = tags.get(_BITS) == (32,) and tags.get(_SIGNED, (1,)) == (1,)
    return values.view(np.uint32) if values.dtype == np.int32 and unsigned else values


def _own_span(x: np.ndarray) -> tuple[float, float]:
    values = Values()
    values.add(x)
    if values.low == values.high:  # one even grey: of the range that its kind of number has
        return FULL["0..65535" if x.dtype.kind in "iu" and x.max() > 255 else "0..1"]
    span = values.span
    return span.low, span.high
