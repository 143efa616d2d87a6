"""What the files of a run hold, as far as anybody reads it (see :func:`ae_core.files.reading.fault`).

A field with a default may be missing; entries that no class names are nobody's business.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from ae_core.images.noise import KINDS as NOISES


@dataclass(frozen=True)
class Images:
    """The images that a training used."""

    name: str = ""
    fingerprint: str = ""
    origin: str = ""
    train: int = 0
    validation: int = 0
    test: int = 0


@dataclass(frozen=True)
class Used(Images):
    """The images of all the sets that a training joins, and of each."""

    sets: list[Images] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """The file that a network made elsewhere came from."""

    file: str = ""


@dataclass(frozen=True)
class Info:
    """`config.json`; `config` is a :class:`ae_core.config.TrainConfig`."""

    config: dict
    id: str = ""
    title: str = ""
    created: str = ""
    data: Used | None = None
    sweep: str = ""
    imported: Imported | None = None
    flat: float = 0.0  # share of the validation images that are nearly constant
    versions: dict[str, str | None] = dataclasses.field(default_factory=dict)
    machine: dict[str, str | int | float | None] = dataclasses.field(default_factory=dict)


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
    flat: float = 0.0  # share of nearly constant images


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
    flat: float = 0.0
    encode_ms: float | None = None
    decode_ms: float | None = None
    memory_mb: float | None = None


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
    flat: float = 0.0


@dataclass(frozen=True)
class DenoisingTable:
    """One block of `denoising.json`."""

    data: str
    images: int
    rows: list[dict]
    fingerprint: str | None = None
