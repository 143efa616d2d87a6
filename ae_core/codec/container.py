"""The file format of compressed images: a short header, the streams, a checksum.

::

    magic        4 bytes    "AEp" and the version, 1
    coder        1 byte     1: tiles, range coding under a prior, as in `codec.entropy`; 2: whole
                        pictures, as in `codec.photo`, a stream each
    flags        1 byte     1: colour, else grey; 2: all images have one size; 4: several streams
    fingerprint  8 bytes    of the network, whose weights are not in the file
    pixels       4 bytes    CRC-32 of the tiles or pictures that the encoder itself decoded
    level        1 byte     of the network's rate, 0 to 255
    count        varint     images, at least 1
    sizes        varints    height, width: of all, or of each in turn
    group        varint     images in a stream; only with several streams
    lengths      varints    bytes of each stream but the last; only with several streams
    streams
    checksum     4 bytes    CRC-32 (RFC 1952) of all bytes before it

Numbers are little-endian; a varint holds 7 bits a byte, the lowest first, the top bit set in all but
the last (LEB128). Around one stream of up to 16,383 images of 32×32 lie 27 bytes.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from ae_core.errors import Message, UserError

MAGIC, VERSION = b"AEp", 1
RANGE_CODER, WHOLE_PICTURES = 1, 2
# A few bytes can promise any number of images; these bounds keep their pixels below 400 MB.
MOST_PICTURES = 1 << 18
MOST_PIXELS = 1 << 27
LARGEST_SIDE = 1 << 16
_COLOUR, _ONE_SIZE, _STREAMS = 1, 2, 4
_FIXED = struct.Struct("<3sBBB8sIB")


@dataclass(frozen=True)
class Header:
    """What a file says before its streams.

    Attributes:
        fingerprint: 8 bytes of the network.
        pixels: CRC-32 of the decoded pixels.
        level: 0 to 255.
        channels: of the images, 1 or 3.
        sizes: (height, width) of each image.
        group: images in a stream; the last may hold fewer.
        coder: see above.
    """

    fingerprint: bytes
    pixels: int
    level: int
    channels: int
    sizes: tuple[tuple[int, int], ...]
    group: int
    coder: int = RANGE_CODER

    @property
    def groups(self) -> list[range]:
        """The images of each stream."""
        count = len(self.sizes)
        return [range(i, min(i + self.group, count)) for i in range(0, count, self.group)]


def pack(header: Header, streams: list[bytes]) -> bytes:
    """Return the file.

    Raises:
        UserError: too many images, or too large ones.
    """
    check_sizes(header.sizes)
    sizes, several = header.sizes, len(streams) > 1
    if len(streams) != len(header.groups):
        raise ValueError(f"{len(header.groups)} streams were expected, not {len(streams)}.")
    one_size = len(set(sizes)) == 1
    flags = _COLOUR * (header.channels == 3) | _ONE_SIZE * one_size | _STREAMS * several
    data = bytearray(
        _FIXED.pack(
            MAGIC, VERSION, header.coder, flags, header.fingerprint, header.pixels, header.level
        )
    )
    data += _varint(len(sizes))
    for height, width in sizes[:1] if one_size else sizes:
        data += _varint(height) + _varint(width)
    if several:
        data += _varint(header.group) + b"".join(_varint(len(s)) for s in streams[:-1])
    data += b"".join(streams)
    return bytes(data + struct.pack("<I", zlib.crc32(data)))


def unpack(data: bytes) -> tuple[Header, list[bytes]]:
    """Return the header and the streams of a file.

    Raises:
        UserError: it is no such file, of another version or coder, cut off, damaged, or promises
            more than the program would ever write; nothing large is made before that is known.
    """
    if data[:3] != MAGIC[: len(data)] or not data:
        raise UserError("This is no file of compressed images: it does not start as one.")
    if len(data) > 3 and data[3] != VERSION:
        raise UserError(
            "This file has version {found} of the format, but this program reads version {version}; "
            "use the program that wrote it.",
            found=data[3],
            version=VERSION,
        )
    end = len(data) - 4
    if end < _FIXED.size or struct.unpack_from("<I", data, end)[0] != zlib.crc32(data[:end]):
        raise UserError("This file is damaged or was cut off: its checksum is not that of its bytes.")
    _, _, coder, flags, fingerprint, pixels, level = _FIXED.unpack_from(data)
    if coder not in (RANGE_CODER, WHOLE_PICTURES):
        raise UserError(
            "This file was written by coder {coder}, which this program does not have.", coder=coder
        )
    if flags > 7:
        raise _wrong(Message("its flags are {flags}", flags=flags))
    numbers = _Varints(data, _FIXED.size, end)
    sizes = _sizes(numbers, bool(flags & _ONE_SIZE))
    group = numbers.next() if flags & _STREAMS else len(sizes)
    if flags & _STREAMS and not 1 <= group < len(sizes):
        raise _wrong(
            Message("its images, {count}, are in groups of {group}", group=group, count=len(sizes))
        )
    channels = 3 if flags & _COLOUR else 1
    header = Header(fingerprint, pixels, level, channels, sizes, group, coder)
    lengths = [numbers.next() for _ in range(-(-len(sizes) // group) - 1)]
    streams, start = [], numbers.place
    for length in lengths:
        streams.append(data[start : start + length])
        start += length
    if start > end:
        raise _wrong(Message("its streams are longer than the file"))
    return header, [*streams, data[start:end]]


def check_sizes(sizes) -> None:
    """UserError unless there is an image, and all together are not too large."""
    if not 1 <= len(sizes) <= MOST_PICTURES:
        raise UserError(
            "One file holds 1 to {most:,} images, not {count:,}.",
            most=MOST_PICTURES,
            count=len(sizes),
        )
    if any(not 1 <= side < LARGEST_SIDE for size in set(sizes) for side in size):
        raise UserError(
            "The sides of an image must be 1 to {largest} pixels.", largest=LARGEST_SIDE - 1
        )
    if sum(height * width for height, width in sizes) > MOST_PIXELS:
        raise UserError("The images of one file may have {most:,} pixels together.", most=MOST_PIXELS)


def _sizes(numbers: _Varints, one_size: bool) -> tuple[tuple[int, int], ...]:
    count = numbers.next()
    if not 1 <= count <= MOST_PICTURES:
        raise _wrong(Message("it promises {count:,} images", count=count))
    if one_size:
        height, width = numbers.next(), numbers.next()
        sizes = ((height, width),) * count
    else:
        sizes = tuple((numbers.next(), numbers.next()) for _ in range(count))
    try:
        check_sizes(sizes)
    except UserError as error:
        raise _wrong(
            Message("it promises images that are larger than they may be, or empty")
        ) from error
    return sizes


class _Varints:
    def __init__(self, data: bytes, place: int, end: int):
        self._data, self.place, self._end = data, place, end

    def next(self) -> int:
        value = shift = 0
        while self.place < self._end and shift < 35:
            byte = self._data[self.place]
            self.place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
        raise _wrong(Message("a number in it has no end"))


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def _wrong(reason: str) -> UserError:
    return UserError("This file cannot be read: {reason}.", reason=reason)
