"""Tables as the program writes them beside a run, made of plain formulas: nothing is measured."""

from __future__ import annotations

import math
from pathlib import Path

from ae_core.files import write_json
from ae_core.machine import provenance

SHAPE, IMAGES = (28, 28, 1), 134
SETTINGS = {
    "ours": range(0, 256, 17),
    "JPEG": range(5, 96, 10),
    "WebP": range(5, 96, 10),
    "AVIF": range(5, 96, 10),
    "JPEG 2000": range(20, 41, 2),
    "PCA": (1, 2, 4, 8, 16, 32),
}
HEADER_BITS = {"mosaic": 30, "file": 1800, "no container": 200}
START = {"JPEG": 230, "WebP": 190, "AVIF": 160, "JPEG 2000": 210, "ours": 100, "PCA": 140}


def rate_quality(folder: Path, data: str = "letters", shape=SHAPE) -> dict:
    """Write ``rate_quality.json`` into a run's folder and return it."""
    pixels = math.prod(shape[:2])
    rows = []
    for codec, settings in SETTINGS.items():
        places = sorted(settings, reverse=codec == "PCA")
        for accounting in ("archive",) if codec in ("ours", "PCA") else HEADER_BITS:
            for k, setting in enumerate(places):
                bits = START[codec] * 1.32 ** (k * 14 / len(places))
                psnr = 19 + 5.6 * math.log2(bits / START[codec] + 0.5)
                bits += HEADER_BITS.get(accounting, 0)
                rows.append(_row(codec, setting, accounting, bits, psnr, pixels, shape))
    for k, (values, psnr) in enumerate(((196, 31.0), (49, 26.0), (4, 17.0), (1, 14.5)), start=1):
        for accounting, bits in (("nominal", 32 * values), ("stored", 4.5 * values + 3)):
            row = _row(f"letters-situation-{k}", values, accounting, bits, psnr, pixels, shape)
            by = {"run": f"letters-situation-{k}", "network": f"situation-{k}", "own": False}
            rows.append(row | by)
    block = {
        "data": data,
        "origin": "drawn by the program",
        "fingerprint": "0",
        "images": IMAGES,
        "shape": list(shape),
        "machine": {},
        "rows": rows,
        "bd_rate": _savings(),
    }
    whole = {"schema": 1, "created": "2026-11-23T12:00:00+00:00", "tests": [block]}
    write_json(folder / "rate_quality.json", whole)
    return whole


def _row(codec, setting, accounting, bits, psnr, pixels, shape) -> dict:
    mse = 10 ** (-psnr / 10)
    return {
        "codec": codec,
        "setting": setting,
        "accounting": accounting,
        "bits_per_image": bits,
        "bpp": bits / pixels,
        "ratio": 8 * math.prod(shape) / bits,
        "psnr": psnr,
        "psnr_of_mean_mse": psnr - 0.4,
        "mse": mse,
        "ssim": 1 - 6 * mse**0.7,
        "encode_ms": 1.0,
        "decode_ms": 1.0,
        "images": IMAGES,
    }


def _savings() -> list[dict]:
    found = []
    for accounting in HEADER_BITS:
        for against, percent in (("AVIF", -31.0), ("WebP", -42.0), ("JPEG", -55.0)):
            found.append(_saving(against, accounting, percent, percent < -40))
    found.append(_saving("PCA", "archive", 12.0, False))
    return [*found, _saving("JPEG 2000", "mosaic", None, None)]


def _saving(against, accounting, percent, everywhere) -> dict:
    return {
        "codec": "ours",
        "accounting": "archive",
        "against": against,
        "against_accounting": accounting,
        "percent": percent,
        "from_db": 24.0,
        "to_db": 34.0,
        "fewer_bits_everywhere": everywhere,
    }


def evaluation(folder: Path, tests: list[dict], values: int = 49) -> dict:
    """Write ``evaluation.json`` into a run's folder and return it; see :func:`tested`."""
    code = {
        "shape": [1, 1, values],
        "values": values,
        "nominal_bits": 32 * values,
        "nominal_ratio": 4.0,
        "stored_bits": 8.0 * values,
        "stored_ratio": 16.0,
    }
    whole = {
        "schema": 1,
        "noise": {"kind": "none", "level": 0.0, "low": None},
        "noise_seed": 1,
        "code": code,
        "parameters": 7,
        "tests": tests,
    }
    write_json(folder / "evaluation.json", whole)
    return whole


def quality(psnr: float) -> dict:
    """Return the figures of 134 images with a PSNR of so many dB."""
    return {"images": IMAGES, "mse": 0.01, "psnr": psnr, "psnr_of_mean_mse": psnr, "ssim": 0.9}


def tested(psnr: float, data: str = "letters", **more) -> dict:
    """Return a block of ``evaluation.json`` for one data set."""
    network, noisy = quality(psnr), quality(None)
    block = {"data": data, "origin": "drawn", "images": IMAGES, "duplicates": 0}
    return (
        block
        | {"network": network, "network_without_duplicates": None, "noisy": noisy, "pca": None}
        | more
    )


def denoising(folder: Path, data: str = "letters", method: str = "unet") -> dict:
    """Write ``denoising.json`` into a run's folder and return it."""
    rows = []
    gains = {"noisy": 0.0, method: 7.0, "wavelets": 3.0, "total variation": 4.0, "bilateral": 3.4}
    for name, gain in gains.items():
        for sigma in (5, 15, 25, 35, 50, 75):
            for noise, less in (("clipped", 0.0), ("unclipped", 0.5)):
                psnr = 48 - 20 * math.log10(sigma) + gain * sigma / (sigma + 20) - less
                rows.append(
                    {
                        "method": name,
                        "sigma": sigma,
                        "noise": noise,
                        "psnr": psnr,
                        "ssim": psnr / 50,
                        "ms_per_image": 0.4,
                        "images": IMAGES,
                    }
                )
    rows.append(
        {
            "method": "BM3D",
            "sigma": 25,
            "noise": "clipped",
            "psnr": 28.4,
            "ssim": 0.8,
            "ms_per_image": 900.0,
            "images": 6,
            "network_psnr": 29.6,
        }
    )
    block = {"data": data, "images": IMAGES, "fingerprint": "0", "rows": rows}
    whole = {"schema": 1, "created": "2026-11-23T12:00:00+00:00", "tests": [block]}
    write_json(folder / "denoising.json", whole)
    return whole


def _cell(device, size, batch, speed=None, reason=""):
    figures = dict.fromkeys(
        (
            "compile_seconds",
            "steps_per_execution",
            "joules_per_image",
            "seconds_per_epoch",
            "images_per_second",
            "images_per_second_low",
            "images_per_second_high",
        )
    )
    if speed:
        figures |= {
            "images_per_second": speed,
            "images_per_second_low": 0.9 * speed,
            "images_per_second_high": 1.1 * speed,
            "compile_seconds": 3.25,
            "seconds_per_epoch": 51_280 / speed,
        }
    state = "measured" if speed else "skipped"
    return figures | {
        "device": device,
        "size": size,
        "batch": batch,
        "state": state,
        "reason": reason,
        "repeats": [],
    }


def _device(name, kind, problem=""):
    return {
        "id": name,
        "device": name,
        "name": f"The {kind}",
        "kind": kind,
        "threads": None,
        "precision": "float32",
        "memory_bytes": None,
        "driver": "",
        "energy": "",
        "problem": problem,
    }


def devices(folder: Path, name: str, machine: dict | None = None, **changes) -> dict:
    """Write a result of a CPU and a GPU; the GPU pays for large batches alone. Return it."""
    cells = [
        _cell("cpu", "medium", 32, 400.0),
        _cell("gpu:0", "medium", 32, 200.0),
        _cell("cpu", "medium", 512, 500.0),
        _cell("gpu:0", "medium", 512, 90_000.0),
        _cell("gpu:0", "medium", 4096, reason="The memory was not enough."),
    ]
    ratio = {"device": "gpu:0", "against": "cpu", "size": "medium"}
    ratios = [
        ratio | {"batch": 32, "ratio": 0.5, "low": 0.4, "high": 0.6},
        ratio | {"batch": 512, "ratio": 180.0, "low": 170.0, "high": 190.0},
    ]
    psnr = {"size": "medium", "state": "measured", "reason": ""}
    quality = [
        psnr
        | {"device": "cpu", "psnr": 25.5, "against": None, "difference_db": None, "agrees": None},
        psnr
        | {"device": "gpu:0", "psnr": 25.1, "against": "cpu", "difference_db": -0.4, "agrees": False},
    ]
    result = {
        "schema": 1,
        "kind": "devices",
        "id": name,
        "state": "finished",
        "note": "",
        "created": "2026-11-24T00:00:00+00:00",
        "finished": "2026-11-24T00:09:00+00:00",
        "machine": machine or provenance.machine(),
        "versions": provenance.versions(),
        "load": 0.1,
        "shared_with": [],
        "task": {"quality_epochs": 2, "quality_images": 2048},
        "plan": {"repeats": 3},
        "sizes": [{"name": "medium", "width": 64, "parameters": 881_500}],
        "devices": [_device("cpu", "cpu"), _device("gpu:0", "gpu")],
        "cells": cells,
        "ratios": ratios,
        "quality": quality,
    } | changes
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{name}.json", result)
    return result
