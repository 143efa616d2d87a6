"""Photographs of any sizes, through our codec for them and through the world's: bits and quality.

Every photograph is a file of its own, all of its bytes counted; quality is that of the 8-bit picture
that the decoder gives back, over red, green and blue. `rate_peers` says what a row holds; here its
times are processor time, one thread, and it also has `memory_mb`: how many megabytes more than
before a process held that did nothing else than the codec's settings up to this one.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae_core.baselines import codecs
from ae_core.codec import archive, photo
from ae_core.errors import UserError
from ae_core.evaluation import rate_quality
from ae_core.evaluation.photographs import measured
from ae_core.images import folders, metrics
from ae_core.runs import tables

LEVELS = (15, 45, 75, 105, 135, 165, 205)
OURS = "ours"

Encode = Callable[[np.ndarray, int], bytes]
Decode = Callable[[bytes], np.ndarray]


def measure(
    folder: Path,
    name: str,
    wanted: Sequence[str],
    every: int = 1,
    tell: Callable[[str], None] = print,
    settings: int | None = None,
    changed: folders.Changed | None = None,
) -> dict:
    """Measure codecs on the photographs of a folder; rows of other codecs on the same are kept.

    Args:
        folder: its images are read; a grey one counts as one in colour.
        name: of the block, by which it is found.
        wanted: "ours", and names of codecs for colour images; each is written when it is done.
        every: 1: all; n: every n-th, of which the block's name tells.
        tell: called with a line for each row.
        settings: use only so many of each codec's, spread evenly; default: all.
        changed: called with each photograph and what reading changed of it.

    Returns:
        The block of `rate_quality.json`.

    Raises:
        UserError: there are no photographs, or one cannot be read; no such codec.
    """
    paths = folders.images_in(Path(folder))[::every]
    if not paths:
        raise UserError("{folder} holds no photographs.", folder=folder)
    name = name if every == 1 else f"{name}/{every}"
    known = {OURS: LEVELS} | {c.name: c.qualities for c in codecs.of(3).values()}
    if unknown := next((codec for codec in wanted if codec not in known), None):
        raise UserError(
            "There is no codec {codec}; there are {known}.", codec=unknown, known=", ".join(known)
        )
    # All are read once before anything is measured, which takes hours.
    shapes = [_photograph(path, changed).shape for path in paths]
    block: dict = {}
    for codec in wanted:
        kept = {block["data"]: block for block in tables.read(measured(), tables.RATE)}
        rows = [row for row in kept.get(name, {"rows": []})["rows"] if row["codec"] != codec]
        # A process for each codec: what memory it takes is seen in no other way.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            some = rate_quality.some(known[codec], settings)
            found = alone.submit(_rows, codec, some, paths).result()
        for one in found:
            tell(f"{codec} {one['setting']}: {one['bpp']:.4f}, {one['psnr_of_mean_mse']:.2f} dB")
        rows += found
        block = put(name, shapes, rows)
    return block


def put(name: str, shapes: Sequence[tuple[int, ...]], rows: list[dict]) -> dict:
    """Put rows into the measurement that comes with the program; returns their block."""
    about = _Set(name, shape=max(set(shapes), key=shapes.count))
    savings = rate_quality.compare(rows, "file")
    block = tables.about(about, len(shapes)) | {"rows": rows, "bd_rate": savings}
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
        begun = time.process_time()
        data = encode(x, setting)
        between = time.process_time()
        x_hat = decode(data)
        spent = [spent[0] + between - begun, spent[1] + time.process_time() - between]
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


def _rows(codec: str, settings: Sequence[int], paths: Sequence[Path]) -> list[dict]:
    """Return the rows of a codec, in a process that has measured nothing else."""
    pictures = [_photograph(path) for path in paths]
    encode, decode = _ways(codec)
    before, rows = _held_mb(), []
    for setting in settings:
        found = row(codec, setting, pictures, encode, decode)
        rows.append(found | {"memory_mb": _held_mb() - before})
    return rows


def _photograph(path: Path, changed: folders.Changed | None = None) -> np.ndarray:
    return folders.in_colour(folders.read(path, changed))


def _held_mb() -> float:
    """Return how many megabytes this process has held at most.

    By Linux's own count where it is there: the usual one begins with what the parent process held.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    most = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return (int(most) if most else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def _ways(codec: str) -> tuple[Encode, Decode]:
    """Return encoder and decoder of a codec."""
    if codec == OURS:
        network = photo.load()
        return (
            lambda x, level: archive.compress([x], network, level),
            lambda data: archive.decompress(data, network)[0],
        )
    return codecs.CODECS[codec].encode, lambda data: codecs.decode(data, 3)
