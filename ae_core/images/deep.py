"""Images of other than 8 bits a value, as Pillow opens them: their values, and what 8 bits keep.

Pillow's own values are not always those of the file: some it scales, some it gives a sign. What is to
be asked before an image's pixels are read says so.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, TiffImagePlugin

from ae_core.errors import Message, UserError
from ae_core.images.ranges import FULL, Values, told

_FAR = 1e30
_CLEAR_GREY = "LA;16"  # of 16-bit PNG files, which Pillow reads as colours
_PHOTOMETRIC = 262  # a tag of TIFF: what its values mean
_BITS, _SIGNED = 258, 339  # ... how many bits they have, and whether (2) they have signs
_FILL, _BANDS, _PLANES = 266, 277, 284  # ... the order of bits, and whether (2) bands have planes
_CODESTREAM, _DEPTH = b"\xff\x4f\xff\x51", 38  # of JPEG 2000: its head, where its bits less 1 stand

# Of greys of more than 8 bits Pillow knows some whose 0 is white, and takes the others for damaged:
# their values are read as those whose 0 is black, and `to_bytes` has them turned round. Nor
# does it know whole numbers of 32 bits without a sign that begin with the highest byte, 12 bits in
# such files, or floating-point numbers of 64 bits, NumPy's own; and it drops the sign of 8 bits.
TiffImagePlugin.OPEN_INFO.setdefault((b"MM", 1, (1,), 1, (32,), ()), ("I", "I;32BS"))
TiffImagePlugin.OPEN_INFO.setdefault((b"MM", 1, (1,), 1, (12,), ()), ("I;16", "I;12"))
for _order, _raw in ((b"II", "F;64F"), (b"MM", "F;64BF")):
    TiffImagePlugin.OPEN_INFO.setdefault((_order, 1, (3,), 1, (64,), ()), ("F", _raw))
    TiffImagePlugin.OPEN_INFO[_order, 1, (2,), 1, (8,), ()] = ("I", "I;8S")
for (_order, _means, *_rest), _modes in list(TiffImagePlugin.OPEN_INFO.items()):
    if _means == 1 and _modes[0][0] in "IF":
        TiffImagePlugin.OPEN_INFO.setdefault((_order, 0, *_rest), _modes)


def kind(image: Image.Image) -> str:
    """Return the kind of number of greys: "16" bits, "32", "float", "signed" of 8; "" for 8 bits."""
    if image.mode == "I" and image.format == "PPM":
        return "16"  # a PGM, which Pillow opens as 32 bits a value
    if image.mode == "I" and getattr(image, "tag_v2", {}).get(_BITS) == (8,):
        return "signed"
    return {"F": "float", "I": "32"}.get(image.mode, "16" if image.mode.startswith("I") else "")


def is_grey(image: Image.Image) -> bool:
    """Return whether it has only greys, as far as a file says that is not yet decoded."""
    return image.mode in ("1", "L", "LA") or _has_tile(image, _CLEAR_GREY)


def most(image: Image.Image) -> int:
    """Return up to what its values go where a PPM, a PGM, a TIFF or JPEG 2000 says so; else 0.

    To be asked before the pixels are read.
    """
    for tile in getattr(image, "tile", ()):
        if tile[0].startswith("ppm") and isinstance(tile[3], tuple):
            return tile[3][1]
    if getattr(image, "tag_v2", {}).get(_BITS) == (12,):
        return 4_095
    if image.format != "JPEG2000" or image.fp is None:
        return 0
    place = image.fp.tell()
    image.fp.seek(0)
    _, begun, head = image.fp.read().partition(_CODESTREAM)
    image.fp.seek(place)
    bits = head[_DEPTH] + 1 if begun and len(head) > _DEPTH else 0
    return 2**bits - 1 if bits <= 16 else 0  # more than 128: with a sign


def mend(image: Image.Image) -> None:
    """Have Pillow read as they are the pixels that it would not; to be asked before they are read."""
    clear, tags = image.info.get("transparency"), getattr(image, "tag_v2", None)
    if image.format == "PNG" and clear is not None:  # it scales the values, and not this one of them
        for raw, largest in (("L;2", 3), ("L;4", 15)):
            if _has_tile(image, raw):
                image.info["transparency"] = (clear & largest) * 255 // largest
        if _has_tile(image, "RGB;16"):
            image.info["transparency"] = tuple(value >> 8 for value in clear)
    if not tags:
        return
    bits, order = tags.get(_BITS, (1,)), "L" if tags.prefix == b"II" else "B"
    means = tags.get(_PHOTOMETRIC, 0), tags.get(_SIGNED, (1,)), tags.get(_FILL, 1)
    for i, tile in enumerate(image.tile):
        raw, *rest = tile.args
        if tile.codec_name == "libtiff":  # has swapped the bytes already
            raw = raw.replace("BS", "NS").replace("BF", "NF")
        elif tags.get(_PLANES) == 2:  # of what is in a plane Pillow has kept the first letter only
            if tags.get(_BANDS, 1) == 1:
                raw = TiffImagePlugin.OPEN_INFO.get((tags.prefix, *means, bits, ()), (0, raw))[1]
            elif bits[0] == 16:
                raw += f";16{order}"
        image.tile[i] = tile._replace(args=(raw, *rest))


def loss(image: Image.Image, most: int) -> Message | None:
    """Return what becomes of colours of more than 8 bits; to be asked before the pixels are read.

    ``most`` comes from :func:`most`, here and below.
    """
    if image.mode.startswith("I"):
        return None
    if most > 255:
        return Message("Its colours, up to {most:g}, are kept in 8 bits: that became 255.", most=most)
    if _has_tile(image, _CLEAR_GREY):
        return Message("Of the 16 bits of its greys the upper 8 are kept.")
    if _has_tile(image, ";16"):
        return Message("Of the 16 bits of its colours the upper 8 are kept.")
    return None


def white(most: int) -> int:
    """Return which value of greys is white; 0 where nothing says it: of 16 bits few may be used."""
    return most if most < 65_535 else 0


def brightest(image: Image.Image, most: int) -> int:
    """Return the value that Pillow gives what is white: 255, but of JPEG 2000 of one bit 128."""
    shifted = image.format == "JPEG2000" and image.mode in ("L", "RGB") and 0 < most < 255
    return most << 8 - most.bit_length() if shifted else 255


def values(image: Image.Image, most: int) -> np.ndarray:
    """Return the values of an image of one channel, (H, W), as they are in the file.

    Pillow has all of 32 bits with a sign, and those of a PGM or JPEG 2000 on the scale of 16 bits.
    """
    found, tags = np.asarray(image), getattr(image, "tag_v2", {})
    if most and image.format == "JPEG2000":
        return found >> (16 - most.bit_length())
    if most and image.format == "PPM":
        return np.rint(found * (most / 65_535)).astype(np.int32)
    if kind(image) == "signed":
        return found.astype(np.int8)
    unsigned = tags.get(_BITS) == (32,) and tags.get(_SIGNED, (1,)) == (1,)
    return found.view(np.uint32) if found.dtype == np.int32 and unsigned else found


def to_bytes(
    image: Image.Image, values: np.ndarray, span: tuple[float, float] | None, white: int
) -> tuple[np.ndarray, Message | None]:
    """Return the :func:`values` of an image as uint8 (H, W), and what was done to them.

    ``span``: those that become 0 and 255; None: 0 and ``white``, or else what the values suggest.

    Raises:
        UserError: some are NaN or infinite.
    """
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise UserError("It holds NaN or infinite values.")
    low, high = span or ((0, white) if white else _own_span(values))
    wide = not abs(high - low) < _FAR  # float32 would overflow
    shown = np.clip(values.astype(np.float64) if wide else values, low, high)
    x = np.rint((shown - low) * np.float32(255 / (high - low))).astype(np.uint8)
    black, white = low, high
    if getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0:  # Pillow does not turn these round
        x, black, white = 255 - x, high, low
    if (black, white) == (0, 255):
        return x, None
    low, high, black, white = map(told, (values.min(), values.max(), black, white))
    if values.dtype == np.int8:
        return x, Message(
            "Its values of 8 bits with a sign, from {low:.10g} to {high:.10g}, are kept without: "
            "{black:.10g} became 0, {white:.10g} became 255, and a noise level counts on that scale.",
            low=low,
            high=high,
            black=black,
            white=white,
        )
    return x, Message(
        "Its values of more than 8 bits, from {low:.10g} to {high:.10g}, are kept in 8: "
        "{black:.10g} became 0, {white:.10g} became 255, and a noise level counts on that scale.",
        low=low,
        high=high,
        black=black,
        white=white,
    )


def _own_span(x: np.ndarray) -> tuple[float, float]:
    seen = Values()
    seen.add(x)
    if seen.low == seen.high:  # one even grey: of the range that its kind of number has
        return FULL["0..65535" if x.dtype.kind in "iu" and x.max() > 255 else "0..1"]
    span = seen.span
    return span.low, span.high


def _has_tile(image: Image.Image, kind: str) -> bool:
    return any(kind in str(tile[3]) for tile in getattr(image, "tile", ()))
