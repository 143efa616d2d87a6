"""What a file is that gives no image, where that can be told, and what to do with it."""

from __future__ import annotations

import io
import struct
from pathlib import Path, PurePosixPath
from typing import IO

from ae_core.data.own import packed
from ae_core.errors import Message
from ae_core.files.reading import UNREADABLE
from ae_core.images.files import NO_IMAGE

_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_BANDS, _KIND = 277, 262  # TIFF's fields
_GREY = (0, 1)  # kinds of bands that are no colours
_COLOURS = 4  # bands of an image at most
_VOLUME = Message("It is a volume (NIfTI), not an image: save its slices as PNG.")
_BEGINNINGS = (
    (
        (b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"),
        Message("It is packed with Zstandard or LZ4, which are not read: unpack it."),
    ),
    (
        (b"SQLite format 3\0",),
        Message("It is a data base (SQLite), which is not read: save its images as PNG."),
    ),
    ((b"BZh", b"\xfd7zXZ\0"), Message("It is a packed file that holds no images: unpack it.")),
)
_RECORDS = Message(
    "It is a file of TensorFlow's records, which is not read: save its images as PNG, or its arrays "
    "with numpy.savez('images.npz', x=..., y=...)."
)
_DICOM = Message(
    "It is DICOM, which is not read: turn it into PNG, for example with dcm2pnm or with "
    "pydicom and Pillow."
)


def too_many_bands(content: Path | bytes) -> Message | None:
    """Why a TIFF of more bands than a picture has is not read; None where it may be read."""
    bands, _ = _bands(content)
    return _of_bands(bands) if bands > _COLOURS else None


def why(name: str, content: Path | bytes, said: Message) -> Message:
    """What a file is that no image was read of; ``said``: the reason that was found for it."""
    bands, kind = _bands(content)
    if 1 < bands <= _COLOURS and kind in _GREY:
        return Message(
            "It has {bands} bands that are not said to be colours: save it as a picture of three "
            "colours, or its bands as arrays, (N, H, W, 3), with numpy.savez('images.npz', x=...).",
            bands=bands,
        )
    try:
        with _opened(content) as file:
            head = file.read(1024)
        inside = b""
        if head[:2] == b"\x1f\x8b" and isinstance(content, Path):
            with packed.opened(content) as file:
                inside = file.read(1024)
    except UNREADABLE:
        return said
    if inside[344:348] in (b"n+1\0", b"ni1\0"):
        return _VOLUME
    if said != NO_IMAGE:
        return said
    for beginnings, message in _BEGINNINGS:
        if head.startswith(beginnings):
            return message
    if _are_records(name, head):
        return _RECORDS
    named = PurePosixPath(name).suffix.lower()
    return _DICOM if named in (".dcm", ".dicom") else said


def _of_bands(bands: int) -> Message:
    return Message(
        "It has {bands} bands, and an image 1 of grey or 3 of colours: save those that show colours "
        "as TIFF or PNG, or arrays of them, (N, H, W, 3), with numpy.savez('images.npz', x=...).",
        bands=bands,
    )


def _are_records(name: str, head: bytes) -> bool:
    """Whether a file begins with the length of a record and an Example in it, or is named so."""
    if ".tfrecord" in name.lower() or ".tfrecords" in name.lower():
        return True
    length = int.from_bytes(head[:8], "little")
    return 8 < length < 1 << 32 and head[12:13] == b"\x0a" and head[14:15] == b"\x0a"


def _opened(content: Path | bytes) -> IO[bytes]:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _bands(content: Path | bytes) -> tuple[int, int]:
    """The number of bands of a TIFF's first page and their kind; 0 of what is none or is cut off."""
    try:
        with _opened(content) as file:
            order = _TIFF.get(file.read(4))
            if not order:
                return 0, 0
            file.seek(*struct.unpack(f"{order}I", file.read(4)))
            (count,) = struct.unpack(f"{order}H", file.read(2))
            fields = [struct.unpack(f"{order}HHIH", file.read(12)[:10]) for _ in range(count)]
    except UNREADABLE:
        return 0, 0
    values = {tag: value for tag, kind, length, value in fields if (kind, length) == (3, 1)}
    return values.get(_BANDS, 1), values.get(_KIND, 0)
