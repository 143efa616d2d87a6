"""What every codec makes of the same test images: one row a codec, setting and accounting.

A row is `codec`, `setting`, `accounting`, `bits_per_image`, `bpp` (bits a pixel), `ratio` (of 8-bit
images to bits), `psnr` (dB, mean of the images'), `psnr_of_mean_mse`, `mse` (on [0, 1]), `ssim`,
`encode_ms` and `decode_ms` (an image, one after the other in this process; None: not timed) and
`images`. Accountings of classical codecs: see `baselines.codecs`. Those of codes of floating-point
numbers: "nominal", 32 bits a value as the lecture counts, and "stored", 8 bits a value, deflated.
"""

from __future__ import annotations

import math
import time

import numpy as np

from ae_core.baselines.codecs import Codec
from ae_core.baselines.pca import PCA
from ae_core.codec import archive, pca_codec, quantise
from ae_core.images import grid, metrics

NOMINAL_BITS = 32  # a code value as the lecture counts it
ELASTIC_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BATCH = 1_024


def row(codec, setting, accounting, bits, x, x_hat, encode=None, decode=None) -> dict:
    """One row; `bits` of the whole batch, `encode` and `decode` seconds of the whole batch."""
    bits = bits / len(x)
    figures = metrics.summary(x, x_hat)
    return {
        "codec": codec,
        "setting": setting,
        "accounting": accounting,
        "bits_per_image": bits,
        "bpp": bits / math.prod(x.shape[1:3]),
        "ratio": 8 * math.prod(x.shape[1:]) / bits if bits else None,
        **{key: figures[key] for key in ("psnr", "psnr_of_mean_mse", "mse", "ssim")},
        "encode_ms": None if encode is None else 1e3 * encode / len(x),
        "decode_ms": None if decode is None else 1e3 * decode / len(x),
        "images": len(x),
    }


def ours(network, level: int, x: np.ndarray) -> list[dict]:
    """A rate network at a level: one file of all images, every byte of it counted."""
    pictures = list(x)
    start = time.perf_counter()
    data = archive.compress(pictures, network, level)
    middle = time.perf_counter()
    x_hat = np.stack(archive.decompress(data, network))
    stop = time.perf_counter()
    spent = middle - start, stop - middle
    return [row("ours", level, "archive", 8 * len(data), x, x_hat, *spent)]


def one_file(codec: Codec, setting: int, x: np.ndarray) -> list[dict]:
    """A classical codec on one image of all images."""
    picture = grid.mosaic(x)
    start = time.perf_counter()
    data = codec.encode(picture, setting)
    middle = time.perf_counter()
    decoded = codec.decode(data, x.shape[-1])
    stop = time.perf_counter()
    x_hat = grid.take(decoded, *x.shape[1:3])[: len(x)]
    spent = middle - start, stop - middle
    return [row(codec.name, setting, "mosaic", 8 * len(data), x, x_hat, *spent)]


def own_files(codec: Codec, setting: int, x: np.ndarray) -> list[dict]:
    """A classical codec on a file an image: all of its bytes, and without the container."""
    start = time.perf_counter()
    files = [codec.encode(image, setting) for image in x]
    middle = time.perf_counter()
    x_hat = np.stack([codec.decode(file, x.shape[-1]) for file in files])
    stop = time.perf_counter()
    spent = middle - start, stop - middle
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
    start = time.perf_counter()
    data = codec.encode(x)
    middle = time.perf_counter()
    x_hat = codec.decode(data)
    stop = time.perf_counter()
    spent = middle - start, stop - middle
    return [row("PCA", step, "archive", 8 * len(data), x, x_hat, *spent)]


def of_numbers(network, name: str, x: np.ndarray, training: np.ndarray) -> list[dict]:
    """A network whose code is floating-point numbers: as they are, and stored in 8 bits.

    `training` images set the ranges of the 8 bits, as in `evaluation`.
    """
    values = math.prod(network.code_shape)
    y, seconds = _timed(network.encode, x)
    x_hat, spent = _timed(network.decode, y)
    quantiser = quantise.fit(_timed(network.encode, training)[0])
    stream = quantiser.pack(quantiser.quantise(y))
    y_hat = quantiser.dequantise(quantiser.unpack(stream, len(y)))
    stored = _timed(network.decode, y_hat)[0]
    nominal = NOMINAL_BITS * values * len(x)
    return [
        row(name, values, "nominal", nominal, x, x_hat, seconds, spent),
        row(name, values, "stored", 8 * len(stream), x, stored, seconds, spent),
    ]


def _timed(function, batch: np.ndarray) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    parts = [function(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
    return np.concatenate(parts), time.perf_counter() - start
