"""What every codec makes of the same test images: one row a codec, setting and accounting.

A row is `codec`, `setting`, `accounting`, `bits_per_image`, `bpp` (bits a pixel), `ratio` (of 8-bit
images to bits), `psnr` (dB, mean of the images'), `psnr_of_mean_mse`, `mse` (on [0, 1]), `ssim`,
`encode_ms` and `decode_ms` (an image, one after the other in this process; None: not timed),
`images`, and `flat`, the share of them that are nearly constant. Accountings of classical codecs: see
`baselines.codecs`. Those of codes of floating-point numbers: "nominal", 32 bits a value as the
lecture counts, and "stored", 8 bits a value, deflated.

A network's row also has `run` and `network`, the name of its run and of its kind, and `own`: whether
it did not come with the program. Its `codec` is "ours" for a rate network, else the run's name.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from ae_core.baselines.codecs import Codec
from ae_core.baselines.pca import PCA
from ae_core.codec import archive, pca_codec
from ae_core.evaluation import eight_bits
from ae_core.evaluation.shared import NOMINAL_BITS, in_parts
from ae_core.images import grid, metrics

FIGURES = ("psnr", "psnr_of_mean_mse", "mse", "ssim", "images")  # of `metrics.summary`
ELASTIC_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def row(codec, setting, accounting, bits, x, x_hat, encode=None, decode=None) -> dict:
    """One row; `bits` of the whole batch, `encode` and `decode` seconds of the whole batch."""
    found = place(codec, setting, accounting, bits / len(x), x.shape[1:], metrics.summary(x, x_hat))
    spent = {"encode_ms": encode, "decode_ms": decode}
    return found | {key: None if s is None else 1e3 * s / len(x) for key, s in spent.items()}


def place(codec, setting, accounting, bits: float, shape, figures: dict) -> dict:
    """One row without times: `bits` an image of `shape`, (H, W, C), and its `metrics.summary`."""
    return {
        "codec": codec,
        "setting": setting,
        "accounting": accounting,
        "bits_per_image": bits,
        "bpp": bits / math.prod(shape[:2]),
        "ratio": 8 * math.prod(shape) / bits if bits else None,
        **{key: figures[key] for key in FIGURES},
        "flat": figures.get("flat", 0.0),  # not of what was measured before
    }


def by(run) -> dict:
    """What a row says of the run whose network made it."""
    return {"run": run.id, "network": run.config.network, "own": not run.pretrained}


def ours(network, level: int, x: np.ndarray) -> list[dict]:
    """A rate network at a level: one file of all images, every byte of it counted.

    ``x``, here and below: the test images, uint8 (N, H, W, C).
    """
    data, encoding = _timed(archive.compress, list(x), network, level)
    x_hat, decoding = _timed(archive.decompress, data, network)
    bits = 8 * len(data)
    return [row("ours", level, "archive", bits, x, np.stack(x_hat), encoding, decoding)]


def one_file(codec: Codec, setting: int, x: np.ndarray) -> list[dict]:
    """A classical codec on one image of all images."""
    data, encoding = _timed(codec.encode, grid.mosaic(x), setting)
    decoded, decoding = _timed(codec.decode, data, x.shape[-1])
    x_hat = grid.take(decoded, *x.shape[1:3])[: len(x)]
    return [row(codec.name, setting, "mosaic", 8 * len(data), x, x_hat, encoding, decoding)]


def own_files(codec: Codec, setting: int, x: np.ndarray) -> list[dict]:
    """A classical codec on a file an image: all of its bytes, and without the container."""
    files, encoding = _timed(lambda: [codec.encode(image, setting) for image in x])
    x_hat, decoding = _timed(lambda: np.stack([codec.decode(f, x.shape[-1]) for f in files]))
    spent = encoding, decoding
    whole = 8 * sum(map(len, files))
    pairs = zip(x, files, strict=True)
    own = 8 * sum(codec.payload_bytes(image, setting, file) for image, file in pairs)
    return [
        row(codec.name, setting, "file", whole, x, x_hat, *spent),
        row(codec.name, setting, "no container", own, x, x_hat, *spent),
    ]


def linear(analysis: PCA, training: np.ndarray, step: int, x: np.ndarray) -> list[dict]:
    """The PCA codec at a step: one file of all images, every byte of it counted."""
    codec = pca_codec.fit(analysis, training, step)
    data, encoding = _timed(codec.encode, x)
    x_hat, decoding = _timed(codec.decode, data)
    return [row("PCA", step, "archive", 8 * len(data), x, x_hat, encoding, decoding)]


def of_numbers(network, name: str, x: np.ndarray, training: np.ndarray) -> list[dict]:
    """A network whose code is floating-point numbers: as they are, and stored in 8 bits.

    `training` images set the ranges of the 8 bits, see `eight_bits`.
    """
    values = math.prod(network.code_shape)
    y, seconds = _timed(in_parts, network.encode, x)
    x_hat, spent = _timed(in_parts, network.decode, y)
    stored = eight_bits.stored(network.decode, in_parts(network.encode, training), x, y)
    nominal = NOMINAL_BITS * values * len(x)
    return [
        row(name, values, "nominal", nominal, x, x_hat, seconds, spent),
        row(name, values, "stored", 8 * stored.size, x, stored.x_hat, seconds, spent),
    ]


def _timed(function, *given) -> tuple[Any, float]:
    start = time.perf_counter()
    return function(*given), time.perf_counter() - start
