"""The image codecs of the world behind one interface, each at its best, and what their bytes mean.

`encode(x, quality) -> bytes`, `decode(bytes) -> x_hat`, with x and x_hat uint8 (H, W, C), C 1 (grey)
or 3 (colour). Settings were chosen on real crops of house numbers for the fewest bits at equal PSNR,
the measure that learned codecs are trained for:

    JPEG       optimised Huffman tables, sequential or progressive, whichever is smaller; colour at
               half resolution (4:2:0) below quality 22, at full resolution (4:4:4) from there on
    WebP       method 6, the slowest; this format always has colour at half resolution
    AVIF       speed 2, tuned for PSNR; colour images twice, at full resolution ("AVIF 4:4:4") and at
               half resolution ("AVIF 4:2:0"), for which is better hangs on the images
    JPEG 2000  9/7 wavelets with the colour transform, aimed at a PSNR, without the JP2 box
    JPEG XL    effort 9; only where the optional package pillow-jxl-plugin is installed

AVIF's slowest speed, 0, gives a photograph 0.12 dB more for 1 % more bytes than speed 2, about 1 % of
the bits, and takes three to four times as long.

Tiny images make containers look huge, so three accountings stand side by side, always named:

    "file"          every image is a file of its own, all of its bytes counted
    "no container"  the same images, less the file of a flat mid-grey image of the same shape at
                    the codec's lowest quality (see `Codec.payload_bytes`): what a program would store
                    that kept one container for all
    "mosaic"        all images in one image (see `images.grid.mosaic`), one file: the container is
                    shared, and so is what the codec learns from one image to the next

Images are laid edge to edge: with sides that are not multiples of 8, padding to the codec's block
was measured to cost every codec more bits than it saves.
"""

from __future__ import annotations

import functools
import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ae_core.errors import UserError
from ae_core.images import files
from ae_core.images.grid import LARGEST_SIDE

ACCOUNTINGS = ("mosaic", "file", "no container")  # what is fairest to them comes first
JPEG_FULL_COLOUR_FROM = 22
SMALL_SIDE = 64  # below, JPEG 2000 needs fewer bits with fewer wavelet levels


@dataclass(frozen=True)
class Codec:
    """A codec: `qualities` from low to high, the values of `encode`'s second argument to measure.

    `channels`: of the images that it is measured with, 1 grey, 3 colour; it can write others too.
    """

    name: str
    qualities: tuple[int, ...]
    encode: Callable[[np.ndarray, int], bytes]
    decode: Callable[..., np.ndarray]  # (bytes, channels=None), see `decode`
    # The image alone in a file whose tables need not be told; None: `encode` writes no tables.
    encode_plain: Callable[[np.ndarray, int], bytes] | None = None
    channels: tuple[int, ...] = (1, 3)

    def container_bytes(self, shape: tuple[int, int, int]) -> int:
        """Bytes of the file of a flat mid-grey image of `shape` at the lowest quality."""
        return _flat_bytes(self.encode, tuple(shape), self.qualities[0])

    def payload_bytes(self, x: np.ndarray, quality: int, data: bytes | None = None) -> int:
        """Bytes that are the image's own: its file (`data`, if made already) less the container.

        JPEG has a second way, counted when it is smaller: the standard Huffman tables, which every
        decoder knows, so that none are sent.
        """
        size = len(self.encode(x, quality) if data is None else data)
        own = size - self.container_bytes(x.shape)
        if self.encode_plain is not None:
            flat = _flat_bytes(self.encode_plain, x.shape, self.qualities[0])
            own = min(own, len(self.encode_plain(x, quality)) - flat)
        return max(own, 0)


def _jpeg(x, quality: int) -> bytes:
    kinds = ({"optimize": True, "progressive": progressive} for progressive in (False, True))
    return min((_jpeg_file(x, quality, kind) for kind in kinds), key=len)


def _jpeg_plain(x, quality: int) -> bytes:
    return _jpeg_file(x, quality, {})


def _jpeg_file(x, quality: int, kind: dict) -> bytes:
    halved = 2 if quality < JPEG_FULL_COLOUR_FROM else 0
    return _save(x, "JPEG", quality=quality, subsampling=halved, **kind)


def _webp(x, quality: int) -> bytes:
    return _save(x, "WEBP", quality=quality, method=6)


def _avif(x, quality: int, colour: str = "4:4:4") -> bytes:
    colour = "4:0:0" if x.shape[-1] == 1 else colour
    # One thread: starting more takes longer than a small image does.
    kind = {"speed": 2, "subsampling": colour, "max_threads": 1, "advanced": {"tune": "psnr"}}
    return _save(x, "AVIF", quality=quality, **kind)


def _avif_half_colours(x, quality: int) -> bytes:
    return _avif(x, quality, "4:2:0")


def _jpeg_2000(x, decibel: int) -> bytes:
    return _save(
        x,
        "JPEG2000",
        quality_mode="dB",
        quality_layers=[decibel],
        irreversible=True,
        mct=int(x.shape[-1] == 3),
        num_resolutions=3 if min(x.shape[:2]) < SMALL_SIDE else 5,
        no_jp2=True,
    )


def _jpeg_xl(x, quality: int) -> bytes:
    import pillow_jxl  # noqa: F401 (teaches Pillow the format)

    return _save(x, "JXL", quality=quality, effort=9)


def _save(x, format: str, **settings) -> bytes:
    x = np.asarray(x)
    if x.dtype != np.uint8 or x.ndim != 3 or x.shape[-1] not in (1, 3) or 0 in x.shape:
        raise UserError(
            "{format} takes an image of uint8 (height, width, 1 or 3), not {dtype} {shape}.",
            format=format,
            dtype=x.dtype,
            shape=x.shape,
        )
    if max(x.shape) > LARGEST_SIDE:
        raise UserError(
            "{format} takes images of up to {largest:,} pixels of side.",
            format=format,
            largest=LARGEST_SIDE,
        )
    file = io.BytesIO()
    try:
        files.to_pillow(x).save(file, format, **settings)
    except (OSError, ValueError, OverflowError, KeyError) as error:  # the last: built without it
        raise UserError(
            "Pillow cannot write {format} here: {error}.", format=format, error=error
        ) from error
    return file.getvalue()


def decode(data: bytes, channels: int | None = None) -> np.ndarray:
    """Read an image file of any of the formats: bytes -> uint8 (H, W, C).

    `channels` is 1 or 3; None takes what the file says, and WebP files never say grey.

    Raises:
        UserError: the bytes are no image, or cut off.

    >>> x = np.full((32, 32, 3), 128, np.uint8)
    >>> decode(CODECS["JPEG"].encode(x, 90)).shape
    (32, 32, 3)
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            channels = channels or (1 if image.mode == "L" else 3)
            x = np.array(image.convert("L" if channels == 1 else "RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(
            "What is here is no whole image file; bytes: {count:,}.", count=len(data)
        ) from error
    return x.reshape(*x.shape[:2], channels)


@functools.lru_cache(maxsize=64)
def _flat_bytes(encode, shape, quality) -> int:
    return len(encode(np.full(shape, 128, np.uint8), quality))


_OF_AVIF = (1, 4, 8, 13, 19, 26, 33, 41, 50, 59, 68, 77, 86)
CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        Codec("JPEG", (2, 4, 7, 10, 14, 20, 25, 35, 50, 65, 78, 88, 94), _jpeg, decode, _jpeg_plain),
        Codec("WebP", (0, 1, 3, 6, 12, 20, 35, 50, 65, 78, 86, 92), _webp, decode),
        Codec("AVIF", _OF_AVIF, _avif, decode, channels=(1,)),
        Codec("AVIF 4:4:4", _OF_AVIF, _avif, decode, channels=(3,)),
        Codec("AVIF 4:2:0", _OF_AVIF, _avif_half_colours, decode, channels=(3,)),
        Codec("JPEG 2000", (20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42), _jpeg_2000, decode),
        Codec("JPEG XL", (1, 3, 6, 10, 20, 35, 50, 65, 75, 84, 90, 94), _jpeg_xl, decode),
    )
    if codec.name != "JPEG XL" or importlib.util.find_spec("pillow_jxl")
}


def of(channels: int) -> dict[str, Codec]:
    """Return the codecs that images of so many channels are measured with, by name."""
    return {name: codec for name, codec in CODECS.items() if channels in codec.channels}
