"""Why a TIFF is not read though it may be whole, as its own fields tell.

Pillow shows some of these wrong, and takes the others for damaged.
"""

from __future__ import annotations

import struct

from PIL.TiffImagePlugin import OPEN_INFO, PREFIXES

from ae_core.errors import Message

_BITS, _NUMBERS = 258, 339  # fields: of a value how many bits, and what kind of number it is
_PACKING, _PLANES, _EXTRA = 259, 284, 338
_KIND, _BANDS = 262, 277
_WANTED = (_BITS, _PACKING, _KIND, _BANDS, _PLANES, _EXTRA, _NUMBERS)
_WHOLE = {3: "H", 4: "I", 16: "Q"}  # kinds of fields that hold whole numbers
_MOST_FIELDS = 65_535  # a BigTIFF can claim any number
_GREY, _INKS = (0, 1), 5  # kinds of bands
_SOLID = 2  # of a further band: how solid the colours are, which are not multiplied by it
_COLOURS = 4  # bands of an image at most
_COMPLEX = (5, 6)
_NAMES = {
    1: Message("whole numbers"),
    2: Message("whole numbers with a sign"),
    3: Message("floating-point values"),
}


def misread(content: bytes) -> Message | None:
    """Why a TIFF is not to be opened, for its bands would show wrong; None where it may be."""
    fields = _fields(content)
    bands = fields.get(_BANDS, 1)
    if bands > _COLOURS:
        return Message(
            "It has {bands} bands, and an image 1 of grey or 3 of colours: save those that show "
            "colours as TIFF or PNG, or arrays of them, (N, H, W, 3), with "
            "numpy.savez('images.npz', x=...).",
            bands=bands,
        )
    if fields.get(_PLANES) == 2 and _are_lost_in_planes(fields, bands):
        return Message(
            "It stores {bands} bands, each in a plane of its own, which is not read: save it with "
            "them together, or as PNG.",
            bands=bands,
        )
    return None


def _are_lost_in_planes(fields: dict[int, int], bands: int) -> bool:
    if fields.get(_PACKING, 1) != 1 or bands < _COLOURS:  # packed ones libtiff puts together
        return bands == 2
    if fields.get(_KIND) == _INKS:
        return fields.get(_BITS) != 8
    return fields.get(_EXTRA, _SOLID) != _SOLID


def unread(content: bytes) -> Message | None:
    """Why a TIFF that was not read is of no kind that is; None where that is not the reason."""
    fields = _fields(content)
    if not fields:
        return None
    bands, bits, numbers = fields.get(_BANDS, 1), fields.get(_BITS, 1), fields.get(_NUMBERS, 1)
    if 1 < bands <= _COLOURS and fields.get(_KIND, 0) in _GREY:
        return Message(
            "It has {bands} bands that are not said to be colours: save it as an image of three "
            "colours, or its bands as arrays, (N, H, W, 3), with numpy.savez('images.npz', x=...).",
            bands=bands,
        )
    if content.startswith(b"MM\0+"):
        return Message(
            "It is a BigTIFF whose numbers begin with the highest byte, which is not read: save it "
            "as an ordinary TIFF."
        )
    if numbers in _COMPLEX:
        return Message(
            "It has complex numbers, which are not read: save their magnitudes as 32-bit "
            "floating-point values."
        )
    known = {(key[2], key[4]) for key in OPEN_INFO}
    if numbers not in _NAMES or ((numbers,), (bits,) * bands) in known:
        return None
    if bands > 1:
        return Message(
            "It has colours of {bits}-bit {numbers}, which are not read: save them as whole numbers "
            "of 8 or 16 bits without a sign.",
            bits=bits,
            numbers=_NAMES[numbers],
        )
    return Message(
        "It has {bits}-bit {numbers}, which are not read: save it as 32-bit ones.",
        bits=bits,
        numbers=_NAMES[numbers],
    )


def _fields(content: bytes) -> dict[int, int]:
    """The first value of each wanted field of the first page; {} of no TIFF, or one cut off there."""
    if not content.startswith(tuple(PREFIXES)):
        return {}
    order, big = "<" if content[:2] == b"II" else ">", 43 in content[2:4]
    # A BigTIFF has wider numbers for places and counts.
    place, count, size, beginning = ("Q", "Q", 20, 8) if big else ("I", "H", 12, 4)
    inside = struct.calcsize(place)
    found = {}
    try:
        (start,) = struct.unpack_from(order + place, content, beginning)
        (fields,) = struct.unpack_from(order + count, content, start)
        start += struct.calcsize(count)
        for i in range(min(fields, _MOST_FIELDS)):
            at = start + size * i
            tag, kind, length = struct.unpack_from(f"{order}HH{place}", content, at)
            if tag not in _WANTED or kind not in _WHOLE or not length:
                continue
            at += size - inside
            if length * struct.calcsize(_WHOLE[kind]) > inside:
                (at,) = struct.unpack_from(order + place, content, at)
            (found[tag],) = struct.unpack_from(order + _WHOLE[kind], content, at)
    except (struct.error, OverflowError):
        return {}
    return found
