"""What the files of measurements hold, as far as anybody reads it, and whether one does.

A field with a default may be missing; entries that no class names are nobody's business.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from dataclasses import dataclass
from typing import Any, Literal

from ae_core.images.noise import KINDS as NOISES

# How bits are counted: of networks and PCA, then of classical codecs.
Accounting = Literal["archive", "stored", "nominal", "mosaic", "file", "no container"]
NoiseKind = Literal[tuple(NOISES)]
Added = Literal["clipped", "unclipped"]  # noise kept in 8 bits, or not


@dataclass(frozen=True)
class Figures:
    """Quality of many images: MSE on [0, 1], PSNR in dB, None where all are identical."""

    psnr: float | None
    psnr_of_mean_mse: float | None
    mse: float
    ssim: float | None
    images: int


@dataclass(frozen=True)
class Peer:
    """A network made for one code size, beside an elastic one."""

    run: str
    network: str
    psnr: float | None


@dataclass(frozen=True)
class Size:
    """An elastic network at one code size."""

    size: int
    network: Figures
    pca: Figures
    dedicated: list[Peer]


@dataclass(frozen=True)
class Level:
    """A denoiser at one noise level, sigma on the 0-255 scale."""

    sigma: float
    noise: Added
    noisy: Figures
    network: Figures


@dataclass(frozen=True)
class Stored:
    """Images whose codes were stored."""

    bits_per_image: float
    summary: Figures


@dataclass(frozen=True)
class Test:
    """A network on the test images of one data set."""

    data: str
    images: int
    duplicates: int
    network: Figures
    network_without_duplicates: Figures | None
    noisy: Figures
    pca: Figures | None = None
    stored: Stored | None = None
    sizes: list[Size] | None = None
    levels: list[Level] | None = None
    rate_level: int | None = None


@dataclass(frozen=True)
class Code:
    """Size of a network's code; bits are those of one image."""

    shape: list[int]
    values: int
    nominal_bits: float
    nominal_ratio: float
    stored_bits: float
    stored_ratio: float


@dataclass(frozen=True)
class TestNoise:
    """The noise on the test images."""

    kind: NoiseKind
    level: float


@dataclass(frozen=True)
class Evaluation:
    """`evaluation.json`."""

    schema: int
    noise: TestNoise
    noise_seed: int
    code: Code | None
    parameters: int
    tests: list[Test]


@dataclass(frozen=True)
class RateRow:
    """A codec at one setting: bits and figures an image; its ends have a place in the chart."""

    codec: str
    accounting: Accounting
    bits_per_image: float
    psnr: float
    setting: float | None = None
    bpp: float | None = None
    ratio: float | None = None
    ssim: float | None = None


@dataclass(frozen=True)
class Saving:
    """Bits that our codec needs beside another one at equal quality, over a range of PSNR in dB."""

    codec: str
    against: str
    against_accounting: Accounting
    percent: float
    from_db: float
    to_db: float
    fewer_bits_everywhere: bool | None = None


@dataclass(frozen=True)
class NoSaving:
    """Another codec that has no quality in common with ours."""

    codec: str
    against: str
    against_accounting: Accounting
    percent: None


@dataclass(frozen=True)
class RateTable:
    """One block of `rate_quality.json`."""

    data: str
    images: int
    shape: list[int]
    rows: list[dict]
    bd_rate: list[Saving | NoSaving] = dataclasses.field(default_factory=list)
    pca_fitted_on_data: str = ""


@dataclass(frozen=True)
class DenoisingRow:
    """A denoiser at one noise level, sigma on the 0-255 scale."""

    method: str
    sigma: float
    noise: Added
    psnr: float
    images: int
    ms_per_image: float | None
    ssim: float | None = None
    network_psnr: float | None = None


@dataclass(frozen=True)
class DenoisingTable:
    """One block of `denoising.json`."""

    data: str
    images: int
    rows: list[dict]
    fingerprint: str | None = None


def fault(value: Any, kind: Any, name: str = "the file") -> str:
    """Return the name of the first entry of a JSON value that is missing or of another shape.

    Args:
        value: what was read.
        kind: a class here, another dataclass or typed dictionary, or a type hint in one. A float is
            any finite number, and no truth value is a number.
        name: of the value itself.

    Returns:
        "" where all is sound.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return name if all(fault(value, one, name) for one in inner) else ""
    if origin is list and isinstance(value, list):
        return next((wrong for one in value if (wrong := fault(one, inner[0], name))), "")
    if isinstance(value, dict) and (dataclasses.is_dataclass(kind) or typing.is_typeddict(kind)):
        hints, needed = _hints(kind)
        missing = next((key for key in hints if key in needed and key not in value), "")
        given = ((key, value[key], hint) for key, hint in hints.items() if key in value)
        return missing or next((wrong for k, v, hint in given if (wrong := fault(v, hint, k))), "")
    if origin is Literal:
        sound = isinstance(value, str) and value in inner
    elif kind in (int, float):
        number = isinstance(value, (int, kind)) and not isinstance(value, bool)
        sound = number and math.isfinite(value)
    else:
        sound = isinstance(value, origin or kind)
    return "" if sound else name


def fits(value: Any, kind: Any) -> bool:
    """Return whether a JSON value has the shape that :func:`fault` looks for."""
    return not fault(value, kind)


@functools.cache
def _hints(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    if typing.is_typeddict(kind):
        return typing.get_type_hints(kind), kind.__required_keys__
    usual = dataclasses.MISSING
    fields = [f for f in dataclasses.fields(kind) if f.default is f.default_factory is usual]
    return typing.get_type_hints(kind), frozenset(field.name for field in fields)
