"""The learned numbers of the codec for photographs, in the file beside this one."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np

from ae_core.codec.photo.picture import PhotoCodec
from ae_core.codec.photo.scales import Scales
from ae_core.codec.photo.sharpen import RADII, Sharpener

FILE = Path(__file__).with_name("numbers.npz")
_SCALES = tuple(field.name for field in fields(Scales))
_FILTERS = tuple(f"filters_{i}" for i in range(len(RADII)))


@cache
def load() -> PhotoCodec:
    """Return the codec that comes with the program."""
    with np.load(FILE, allow_pickle=False) as file:
        return made(dict(file))


def made(numbers: dict[str, np.ndarray]) -> PhotoCodec:
    """Return the codec of the arrays that :func:`taken` gives."""
    digest = hashlib.sha256()
    for name in sorted(numbers):
        digest.update(np.ascontiguousarray(numbers[name], "<i4").tobytes())
    return PhotoCodec(
        Scales(**{name: numbers[name].astype(np.int32) for name in _SCALES}),
        Sharpener(tuple(numbers[name].astype(np.int32) for name in _FILTERS)),
        digest.digest()[:8],
    )


def taken(scales: Scales, sharpener: Sharpener) -> dict[str, np.ndarray]:
    """Return all numbers of a codec as arrays by name; weights that fit are int16."""
    found = {name: getattr(scales, name) for name in _SCALES}
    found |= dict(zip(_FILTERS, sharpener.filters, strict=True))
    small = np.iinfo(np.int16)
    return {
        name: a.astype(np.int16) if small.min <= a.min() and a.max() <= small.max else a
        for name, a in found.items()
    }
