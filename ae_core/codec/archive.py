"""Images to one file and back, through a rate network.

::

    images ── tiles ── network.encode ── q ── entropy coder ── stream ┐
                                           └── network.decode ── CRC-32 ┴─ file

The file holds whole numbers, and these come back exactly on every machine. The pixels are made from
them by floating point: another processor or another version of the backend may round one of them the
other way. So the encoder decodes what it wrote, and the file keeps the CRC-32 of those tiles: the
decoder can say whether its pixels are the encoder's bit for bit (`Pictures.exact`); if not, they are
shown all the same.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ae_core.codec import container, entropy
from ae_core.codec.photo import PhotoCodec
from ae_core.codec.prior import Prior, check_level
from ae_core.errors import Message, UserError
from ae_core.images import grid


class BitNetwork(Protocol):
    """What the codec asks of a network whose codes are whole numbers."""

    image_shape: tuple[int, int, int]
    fingerprint: bytes
    prior: Prior

    def encode(self, x: np.ndarray, *, rate: int) -> np.ndarray:
        """Return codes, int (N, 1, 1, positions), of uint8 (N, H, W, C)."""

    def decode(self, y: np.ndarray, rate: int) -> np.ndarray:
        """Return images, uint8 (N, H, W, C), of codes."""


BATCH = entropy.BATCH  # tiles in memory at a time
TILES_A_BYTE, FEW_TILES = 32, 256  # the most that a stream stands for
MOST_WHOLE_PIXELS = 1 << 26  # of pictures that are not cut into tiles


class Pictures(list):
    """Decoded images, uint8 (H, W, C) each.

    Attributes:
        exact: whether the pixels are the encoder's bit for bit; None where only a part of the file
            was decoded, for the checksum is that of the whole.
    """

    exact: bool | None = None


@dataclass(frozen=True)
class Archive:
    """A file, and what a decoder makes of it."""

    data: bytes
    pictures: list[np.ndarray]


def compress(
    pictures: list[np.ndarray],
    network: BitNetwork | PhotoCodec,
    level: int,
    group: int | None = None,
) -> bytes:
    """Return the file of images, uint8 (H, W, 1 or 3), all grey or all in colour.

    Args:
        images: of any sizes.
        network: whose code it will be; the file names it, but does not hold it. The codec for
            photographs takes pictures whole, each in a stream of its own.
        level: 0 (fewest bytes) to 255 (best quality).
        group: images in one stream, which are decoded together; None: all. With 1 each is reached
            alone, for about three bytes an image.

    Raises:
        UserError: no images, of another kind, too many, or a level or group that cannot be.

    >>> from ae_core import data, networks, runs
    >>> network = networks.load_codec(runs.get("letters-codec").model_path)
    >>> x = list(data.load("letters").test.x[:4])
    >>> file = compress(x, network, level=128)
    >>> len(file) < sum(image.size for image in x) / 8
    True
    """
    return write(pictures, network, level, group).data


def write(
    pictures: list[np.ndarray],
    network: BitNetwork | PhotoCodec,
    level: int,
    group: int | None = None,
) -> Archive:
    """Like :func:`compress`, and keep what the decoder will show.

    Raises:
        UserError: as :func:`compress`.
    """
    channels = _check(pictures, network.image_shape)
    check_level(level)
    whole = isinstance(group, (int, np.integer)) and not isinstance(group, bool)
    if group is not None and not (whole and group >= 1):
        raise UserError("A group must hold 1 or more images, not {group!r}.", group=group)
    sizes = tuple(picture.shape[:2] for picture in pictures)
    if isinstance(network, PhotoCodec):
        return _write_whole(pictures, network, int(level), sizes)
    _check_tiles(sizes, network.image_shape)
    group = len(pictures) if group is None else min(int(group), len(pictures))
    header = container.Header(network.fingerprint, 0, int(level), channels, sizes, group)
    writers = [entropy.Writer(level, network.prior) for _ in header.groups]
    owner = np.repeat(np.arange(len(writers)), _tiles_of(header, network.image_shape))
    tiles, pixels, start = [], 0, 0
    split = (grid.split(picture, network.image_shape) for picture in pictures)
    for x in _batches(split):
        q = network.encode(x, rate=level)[:, 0, 0]
        part = owner[start : start + len(q)]
        start += len(q)
        for i in range(part[0], part[-1] + 1):
            writers[i].add(q[np.searchsorted(part, i) : np.searchsorted(part, i, "right")])
        tiles.append(network.decode(q[:, None, None], rate=level))
        pixels = zlib.crc32(tiles[-1], pixels)
    streams = [writer.finish() for writer in writers]
    _check_streams(streams, _tiles_of(header, network.image_shape))
    shown = _pictures(tiles, sizes, channels)
    return Archive(container.pack(replace(header, pixels=pixels), streams), shown)


def _write_whole(pictures, codec: PhotoCodec, level: int, sizes) -> Archive:
    _check_whole(sizes)
    streams, shown, pixels = [], [], 0
    for picture in pictures:
        stream, x_hat = codec.encode(picture, level)
        streams.append(stream)
        shown.append(x_hat)
        pixels = zlib.crc32(x_hat, pixels)
    channels, kind = pictures[0].shape[2], container.WHOLE_PICTURES
    header = container.Header(codec.fingerprint, pixels, level, channels, sizes, 1, kind)
    return Archive(container.pack(header, streams), shown)


def decompress(data: bytes, network: BitNetwork | PhotoCodec, only: int | None = None) -> Pictures:
    """Return the images of a file, uint8 (H, W, 1 or 3).

    Args:
        data: the file.
        network: the one it was written with, found by its `fingerprint`.
        only: return this image alone, counted from 0; only its group is decoded.

    Raises:
        UserError: the file is damaged or no such file, was written with another network, or has no
            image of that number.

    >>> from ae_core import data, networks, runs
    >>> network = networks.load_codec(runs.get("letters-codec").model_path)
    >>> file = compress(list(data.load("letters").test.x[:2]), network, level=128)
    >>> back = decompress(file, network)
    >>> len(back), back[0].shape, back.exact
    (2, (28, 28, 1), True)
    """
    header, streams = container.unpack(data)
    if header.fingerprint != bytes(network.fingerprint):
        raise UserError(
            "This file was written with the network {fingerprint}, but this is {expected}.",
            fingerprint=header.fingerprint.hex(),
            expected=bytes(network.fingerprint).hex(),
        )
    grid.check_channels(header.channels, network.image_shape)
    if only is not None and not 0 <= only < len(header.sizes):
        raise UserError(
            "The file has images 0 to {last}, but not {only}.", last=len(header.sizes) - 1, only=only
        )
    if isinstance(network, PhotoCodec):
        return _whole(header, streams, network, only)
    _check_tiles(header.sizes, network.image_shape)
    wanted = range(len(streams)) if only is None else [only // header.group]
    counts = _tiles_of(header, network.image_shape)
    _check_streams(streams, counts)
    codes = (
        q
        for i in wanted
        for q in entropy.decode_batches(streams[i], counts[i], header.level, network.prior)
    )
    tiles, pixels = [], 0
    for q in _batches(codes):
        tiles.append(network.decode(q[:, None, None], rate=header.level))
        pixels = zlib.crc32(tiles[-1], pixels)
    first, last = header.groups[wanted[0]].start, header.groups[wanted[-1]].stop
    found = Pictures(_pictures(tiles, header.sizes[first:last], header.channels))
    if len(wanted) == len(streams):
        found.exact = pixels == header.pixels
    if only is not None:
        found[:] = [found[only - first]]
    return found


def _whole(header: container.Header, streams, codec: PhotoCodec, only: int | None) -> Pictures:
    if len(streams) != len(header.sizes):
        reason = Message("its images have no stream each")
        raise UserError("This file cannot be read: {reason}.", reason=reason)
    _check_whole(header.sizes)
    found, pixels = Pictures(), 0
    for i in range(len(streams)) if only is None else [only]:
        found.append(codec.decode(streams[i], header.sizes[i], header.channels, header.level))
        pixels = zlib.crc32(found[-1], pixels)
    if len(found) == len(streams):
        found.exact = pixels == header.pixels
    return found


def inspect(data: bytes) -> dict[str, Any]:
    """Return what a file says of itself; needs no network.

    Raises:
        UserError: the file is damaged or no such file.

    >>> from ae_core import data, networks, runs
    >>> network = networks.load_codec(runs.get("letters-codec").model_path)
    >>> inspect(compress([data.load("letters").test.x[0]], network, level=77))["level"]
    77
    """
    header, streams = container.unpack(data)
    payload = sum(len(stream) for stream in streams)
    pixels = sum(height * width for height, width in header.sizes)
    return {
        "version": container.VERSION,
        "network": header.fingerprint.hex(),
        "level": header.level,
        "pictures": len(header.sizes),
        "channels": header.channels,
        "sizes": [list(size) for size in sorted(set(header.sizes))],
        "group": header.group,
        "streams": len(streams),
        "bytes": len(data),
        "stream_bytes": payload,
        "header_bytes": len(data) - payload,
        "bits_per_picture": 8 * len(data) / len(header.sizes),
        "bits_per_pixel": 8 * len(data) / pixels,
        "ratio": pixels * header.channels / len(data),
    }


def _check(pictures: list[np.ndarray], shape: grid.Shape) -> int:
    if not pictures:
        raise UserError("There are no images to compress.")
    for picture in pictures:
        right = isinstance(picture, np.ndarray) and picture.dtype == np.uint8
        if not right or picture.ndim != 3 or not picture.size:
            raise UserError("Images must be uint8 of shape (height, width, channels), not empty.")
    channels = {picture.shape[2] for picture in pictures}
    if len(channels) > 1:
        raise UserError("Grey and colour images do not go into one file together.")
    grid.check_channels(min(channels), shape)
    return min(channels)


def _check_tiles(sizes, shape: grid.Shape) -> None:
    container.check_sizes(sizes)
    # Small images fill whole tiles, so that their number says little of the memory.
    kinds = Counter(sizes)
    tiles = sum(n * grid.count(*size, shape) for size, n in kinds.items())
    if tiles * shape[0] * shape[1] > 2 * container.MOST_PIXELS:
        raise UserError(
            "One file may have {most:,} pixels in whole tiles.", most=2 * container.MOST_PIXELS
        )


def _check_whole(sizes) -> None:
    container.check_sizes(sizes)
    if sum(height * width for height, width in sizes) > MOST_WHOLE_PIXELS:
        raise UserError(
            "The images of one file may have {most:,} pixels together.", most=MOST_WHOLE_PIXELS
        )


def _check_streams(streams: list[bytes], counts: list[int]) -> None:
    """Refuse more tiles than bytes can stand for: blank ones take most of a bit, others far more."""
    if any(n > FEW_TILES + TILES_A_BYTE * len(s) for s, n in zip(streams, counts, strict=True)):
        raise UserError("This file promises more images than its bytes can hold.")


def _tiles_of(header: container.Header, shape: grid.Shape) -> list[int]:
    tiles = [grid.count(*size, shape) for size in header.sizes]
    return [sum(tiles[members.start : members.stop]) for members in header.groups]


def _batches(arrays: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Give the rows of arrays, 1024 at a time, the last batch with fewer."""
    waiting, n = [], 0
    for array in arrays:
        waiting.append(array)
        n += len(array)
        if n >= BATCH:
            rows, whole = np.concatenate(waiting), n - n % BATCH
            for first in range(0, whole, BATCH):
                yield rows[first : first + BATCH]
            waiting, n = [rows[whole:]], n - whole
    if n:
        yield np.concatenate(waiting)


def _pictures(batches: list[np.ndarray], sizes, channels: int) -> list[np.ndarray]:
    """Put the images of these sizes together from all their tiles; empties the list given."""
    tiles, start, pictures = np.concatenate(batches), 0, []
    batches.clear()
    for height, width in sizes:
        stop = start + grid.count(height, width, tiles.shape[1:])
        pictures.append(grid.join(tiles[start:stop], height, width, channels))
        start = stop
    return pictures
