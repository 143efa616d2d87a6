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
from PIL import Image, ImageOps

from ae_core.errors import Message, UserError
from ae_core.images import deep, tiff, unread
from ae_core.images.ranges import Values

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
_UP = 2  # of the PNG standard's filters, the difference to the line above
BLOCK = 1 << 10  # bytes that are decoded between two looks at the clock

# Pillow warns of large images and of odd metadata on the terminal; the limits here say enough.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Head:
    """What a file says of its image before it is decoded.

    ``pages``: how many it holds, or moments of an animation. ``deep``: "" for 8 bits a value, else
    the kind of number, "16" bits, "32", "float", or "signed" for 8 with a sign. ``coloured``: has
    more than greys.
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
        kind = deep.kind(image)
        coloured = not deep.is_grey(image) and not kind
        turned = image.getexif().get(0x0112, 1) >= 5
        size = image.size[::-1] if turned else image.size
        return Head(*size, pages, image.format != "TIFF" and pages > 1, kind, coloured)


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
        notes: is given what changed the image: its "values" or "colours" of more than 8 bits, or
            "values" with a sign, what is "clear" in it, "pages" that were left out.

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
        deep.mend(image)
        most = deep.most(image)
        values.add(deep.values(image, most), deep.white(most))


@contextmanager
def _opened(source: Path | bytes, name: str = "") -> Iterator[Image.Image]:
    """Give an image of bounded size; what goes wrong inside ``with`` becomes a sentence."""
    content = source if isinstance(source, bytes) else _content(source)
    if len(content) > LARGEST_FILE:
        raise UserError(
            "The file is larger than {limit} MB, the most that is read.", limit=LARGEST_FILE >> 20
        )
    if said := tiff.misread(content):
        raise UserError(said)
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
    deep.mend(image)
    grey, has_palette = deep.is_grey(image), image.mode in ("P", "PA")
    most = deep.most(image)
    if said := deep.loss(image, most):
        notes["colours"] = said
    brightest = deep.brightest(image, most)
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I") or image.mode == "F":
        values = deep.values(image, most)
        x, said = deep.to_bytes(image, values, span, deep.white(most))
        notes |= {"values": said} if said else {}
        clear = image.info.get("transparency")
        if clear is not None and (values == clear).any():
            notes["clear"] = ON_WHITE
            x = np.where(values == clear, np.uint8(255), x)
        return x[..., None]
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
    if brightest < 255:
        x = np.rint(x * (255 / brightest)).astype(np.uint8)
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
