"""Photographs of any sizes, through our codec for them and through the world's: bits and quality.

Every photograph is a file of its own, all of its bytes counted; quality is that of the 8-bit picture
that the decoder gives back, over red, green and blue. `rate_peers` says what a row holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae_core import runs
from ae_core.baselines import codecs
from ae_core.codec import archive, photo
from ae_core.errors import UserError
from ae_core.evaluation import rate_quality
from ae_core.images import files, metrics
from ae_core.runs import tables

LEVELS = (15, 45, 75, 105, 135, 165, 205)
OURS = "ours"

Encode = Callable[[np.ndarray, int], bytes]
Decode = Callable[[bytes], np.ndarray]


@dataclass(frozen=True)
class Measured:
    """What was measured on photographs: a folder among the measurements."""

    folder: Path
    id: str = "photographs"


def measured() -> Measured:
    """Return the measurement that comes with the program."""
    return Measured(runs.artifacts_dir() / "measurements" / "photographs")


def measure(
    folder: Path,
    name: str,
    wanted: Sequence[str],
    every: int = 1,
    tell: Callable[[str], None] = print,
) -> dict:
    """Measure codecs on the photographs of a folder; rows of other codecs on the same are kept.

    Args:
        folder: holds nothing but photographs.
        name: of the block, by which it is found.
        wanted: "ours", names of `CODECS`, or "AVIF 4:2:0", whose colours have half the resolution.
        every: 1: all; n: every n-th, of which the block's name tells.
        tell: called with a line for each row.

    Returns:
        The block of `rate_quality.json`.

    Raises:
        UserError: there are no photographs, or no such codec.
    """
    pictures = [files.read(path) for path in sorted(Path(folder).iterdir())[::every]]
    if not pictures:
        raise UserError("{folder} holds no photographs.", folder=folder)
    name = name if every == 1 else f"{name}/{every}"
    known = _ways()
    if unknown := next((codec for codec in wanted if codec not in known), None):
        raise UserError(
            "There is no codec {codec}; there are {known}.", codec=unknown, known=", ".join(known)
        )
    kept = {block["data"]: block for block in tables.read(measured(), tables.RATE)}
    rows = [row for row in kept.get(name, {"rows": []})["rows"] if row["codec"] not in wanted]
    for codec in wanted:
        settings, encode, decode = known[codec]
        for setting in settings:
            rows.append(row(codec, setting, pictures, encode, decode))
            tell(f"{codec} {setting}: {rows[-1]['bpp']:.4f}, {rows[-1]['psnr_of_mean_mse']:.2f} dB")
    return put(name, pictures, rows)


def put(name: str, pictures: Sequence[np.ndarray], rows: list[dict]) -> dict:
    """Put rows into the measurement that comes with the program; returns their block."""
    shapes = [x.shape for x in pictures]
    about = _Set(name, shape=max(set(shapes), key=shapes.count))
    savings = rate_quality.compare(rows, "file")
    block = tables.about(about, len(pictures)) | {"rows": rows, "bd_rate": savings}
    measured().folder.mkdir(parents=True, exist_ok=True)
    tables.put(measured(), tables.RATE, block)
    return block


def row(
    codec: str, setting: int, pictures: Sequence[np.ndarray], encode: Encode, decode: Decode
) -> dict:
    """Return the row of a codec at a setting on pictures, uint8 (H, W, C) each.

    The mean squared error is that of all values of all pictures.
    """
    bits = pixels = flat = 0
    spent, found = [0.0, 0.0], []
    for x in pictures:
        begun = time.perf_counter()
        data = encode(x, setting)
        between = time.perf_counter()
        x_hat = decode(data)
        spent = [spent[0] + between - begun, spent[1] + time.perf_counter() - between]
        found.append((float(metrics.mse(x[None], x_hat[None])[0]), x.size))
        flat += metrics.flat_share(x[None]) / len(pictures)
        bits, pixels = bits + 8 * len(data), pixels + x.shape[0] * x.shape[1]
    values = sum(size for _, size in found)
    mse = sum(one * size for one, size in found) / values
    changed = [one for one, _ in found if one]
    return {
        "codec": codec,
        "setting": setting,
        "accounting": "file",
        "bits_per_image": bits / len(found),
        "bpp": bits / pixels,
        "ratio": 8 * values / bits,
        "psnr": float(-10 * np.log10(changed).mean()) if changed else None,
        "psnr_of_mean_mse": float(-10 * np.log10(mse)) if mse else None,
        "mse": mse,
        "images": len(found),
        "flat": flat,
        "encode_ms": 1e3 * spent[0] / len(found),
        "decode_ms": 1e3 * spent[1] / len(found),
    }


@dataclass(frozen=True)
class _Set:
    name: str
    shape: tuple[int, ...]
    origin: str = "own copy"
    fingerprint: str | None = None


def _ways() -> dict[str, tuple[tuple[int, ...], Encode, Decode]]:
    """Return settings, encoder and decoder of each codec by name."""

    def decode(data: bytes) -> np.ndarray:
        return codecs.decode(data, 3)

    found = {c.name: (c.qualities, c.encode, decode) for c in codecs.CODECS.values()}
    found["AVIF 4:2:0"] = codecs.CODECS["AVIF"].qualities, codecs.avif_half_colours, decode

    def ours(x: np.ndarray, level: int) -> bytes:
        return archive.compress([x], photo.load(), level)

    back = archive.decompress
    return {OURS: (LEVELS, ours, lambda data: back(data, photo.load())[0])} | found
