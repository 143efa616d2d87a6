"""What a file is that gives no image, where that can be told, and what to do with it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from ae_core.errors import Message
from ae_core.images import tiff

PICKLE = Message(
    "It is a Python pickle, which could run a program and is never opened: where you trust it, load "
    "it in Python and save its images and labels with numpy.savez('images.npz', x=..., y=...)."
)
_VIDEO = Message("It is a video, which is not read: save its frames as PNG, for example with ffmpeg.")
_VOLUME = Message("It is a volume (NIfTI), not an image: save its slices as PNG.")
_VOLUMES = (b"n+1\0", b"ni1\0")
_DATABASE = Message(
    "It is a data base of records, which is not read: save its images as PNG, or as a Parquet file."
)
_DICOM = Message(
    "It is DICOM, which is not read: turn it into PNG, for example with dcm2pnm or with "
    "pydicom and Pillow."
)
_RECORDS = Message(
    "It is a file of TensorFlow's records, which is not read: save its images as PNG, or its arrays "
    "with numpy.savez('images.npz', x=..., y=...)."
)
_SPARSE = Message(
    "It is a table in LIBSVM's form, which is not read: save it as CSV, all pixels of an image in a "
    "line."
)
# What people give that is no image of these formats: where it shows, how it begins, what to do.
_OTHERS = (
    (128, (b"DICM",), _DICOM),
    (
        4,
        (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1"),
        Message(
            "It is HEIC, which is read where pillow-heif is installed (pip install pillow-heif): "
            "install it, or save the image as JPEG."
        ),
    ),
    (4, (b"ftyp",), _VIDEO),
    (
        0,
        (b"\xff\x0a", b"\0\0\0\x0cJXL "),
        Message("It is JPEG XL, which is not read: save it as PNG, for example with djxl."),
    ),
    (0, (b"%PDF", b"%!PS"), Message("It is a page, not an image: save what is on it as PNG.")),
    (8, (b"AVI ",), _VIDEO),
    (0, (b"\x1a\x45\xdf\xa3",), _VIDEO),
    (
        0,
        (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
        Message(
            "It is an archive of 7-Zip or RAR, which is not read: unpack it, or make a ZIP of it."
        ),
    ),
    (344, _VOLUMES, _VOLUME),
    (0, (b"\x1f\x8b",), Message("It is a file packed with gzip that holds no images: unpack it.")),
    (
        0,
        (b"SIMPLE  =", b"v/1\x01", b"8BPS"),
        Message("It is FITS, OpenEXR or Photoshop, which are not read: save it as TIFF or PNG."),
    ),
    (
        0,
        (b"ARROW1", b"\xff\xff\xff\xff"),
        Message("It is an Arrow file, which is not read: save its table as Parquet."),
    ),
    (16, (b"\xde\xc0\xef\xbe",), _DATABASE),
    (
        0,
        (b"@RELATION", b"@relation", b"@Relation"),
        Message("It is a table of Weka (ARFF), which is not read: save it as CSV."),
    ),
    (
        0,
        (b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"),
        Message("It is packed with Zstandard or LZ4, which are not read: unpack it."),
    ),
    (
        0,
        (b"SQLite format 3\0",),
        Message("It is a data base (SQLite), which is not read: save its images as PNG."),
    ),
    (0, (b"BZh", b"\xfd7zXZ\0"), Message("It is a packed file that holds no images: unpack it.")),
)
DAMAGED = Message("The image is damaged or cut off; save or download it again.")
NO_IMAGE = Message(
    "This is no image that can be read: PNG, JPEG, WebP, AVIF, JPEG 2000, TIFF, BMP, GIF and PPM can "
    "be."
)
_BEGINNING = 1 << 10  # bytes that tell what a file is


def why(content: bytes, name: str = "", damaged: bool = False) -> Message:
    """Say what a file is that no image was read of.

    Args:
        content: all of it.
        name: the file's, which tells of some kinds what they do not say themselves.
        damaged: it begins like an image.
    """
    if said := tiff.unread(content):
        return said
    if damaged:
        return DAMAGED
    inside = _unpacked(content)
    if is_pickle(content) or is_pickle(inside) or _has_pickle(content):
        return PICKLE
    if inside[344:348] in _VOLUMES:
        return _VOLUME
    for start, beginnings, message in _OTHERS:
        if content.startswith(beginnings, start):
            return message
    if re.match(rb"[-+.\d]+( \d+:[-+.\de]+){8}", content[:_BEGINNING]):
        return _SPARSE
    if b"<svg" in content[:_BEGINNING]:
        return Message("It is a drawing of lines, not an image: save it as PNG.")
    if _are_records(name, content[:_BEGINNING]):
        return _RECORDS
    return _DICOM if PurePosixPath(name).suffix.lower() in (".dcm", ".dicom") else NO_IMAGE


def is_pickle(content: bytes) -> bool:
    """Whether a file begins like a Python pickle."""
    return content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _unpacked(content: bytes) -> bytes:
    """The beginning of what a file of gzip holds; nothing of what is none or is damaged."""
    if content[:2] != b"\x1f\x8b":
        return b""
    try:
        return zlib.decompressobj(31).decompress(content[:_BEGINNING], _BEGINNING)
    except zlib.error:
        return b""


def _has_pickle(content: bytes) -> bool:
    """Whether a file is a ZIP of a Python pickle, as PyTorch stores what it has."""
    if content[:4] != b"PK\3\4":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.endswith("/data.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        return False


def _are_records(name: str, head: bytes) -> bool:
    """Whether a file begins with the length of a record and an Example in it, or is named so."""
    if ".tfrecord" in name.lower():
        return True
    length = int.from_bytes(head[:8], "little")
    return 8 < length < 1 << 32 and head[12:13] == b"\x0a" and head[14:15] == b"\x0a"
