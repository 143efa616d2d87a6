"""The level for a wish: at most so many bytes, or at least such a quality.

Bytes and quality grow with the level, up to small irregularities of the encoder's choices; bisection
finds the level in nine encodings, and what it returns has been measured to keep the wish.
"""

from __future__ import annotations

import math
from bisect import bisect, bisect_left
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ae_core.codec import archive
from ae_core.codec.photo import PhotoCodec
from ae_core.codec.prior import TOP_LEVEL
from ae_core.errors import UserError

LEVELS = range(TOP_LEVEL + 1)


def for_bytes(
    pictures: list[np.ndarray],
    network: archive.BitNetwork | PhotoCodec,
    most: int,
    group: int | None = None,
) -> tuple[archive.Archive, int]:
    """Return the best file of at most ``most`` bytes, and its level.

    Raises:
        UserError: even the smallest file is larger; else as :func:`archive.compress`.
    """
    made = _maker(pictures, network, group)
    smallest = len(made(0).data)
    if smallest > most:
        raise UserError(
            "The smallest file of these images has {smallest:,} bytes, more than the {most:,} "
            "asked for.",
            most=most,
            smallest=smallest,
        )
    level = bisect(LEVELS, most, key=lambda level: len(made(level).data)) - 1
    return made(level), level


def for_psnr(
    pictures: list[np.ndarray],
    network: archive.BitNetwork | PhotoCodec,
    least: float,
    group: int | None = None,
) -> tuple[archive.Archive, int]:
    """Return the smallest file whose images reach ``least`` dB, see :func:`psnr`, and its level.

    Raises:
        UserError: even the best file is worse; else as :func:`archive.compress`.
    """
    made = _maker(pictures, network, group)
    best = psnr(pictures, made(TOP_LEVEL).pictures)
    if best < least:
        raise UserError(
            "This network reaches {best:.2f} dB on these images, not {least:g} dB.",
            best=best,
            least=least,
        )
    level = bisect_left(LEVELS[:-1], least, key=lambda level: psnr(pictures, made(level).pictures))
    return made(level), level


def psnr(pictures: list[np.ndarray], shown: list[np.ndarray]) -> float:
    """Return the PSNR of the mean squared error over all values of all images, in dB, or inf.

    Both are uint8 (H, W, C) each, of the same sizes one by one.
    """
    error = values = 0
    for x, x_hat in zip(pictures, shown, strict=True):
        # Squares of differences up to 255 fit into int32.
        error += int(np.sum((x.astype(np.int32) - x_hat) ** 2, dtype=np.int64))
        values += x.size
    return 10 * math.log10(255**2 * values / error) if error else math.inf


def _maker(pictures, network, group) -> Callable[[int], archive.Archive]:
    """Return a function of the level that keeps the archive it made last in mind."""
    return lru_cache(maxsize=1)(lambda level: archive.write(pictures, network, level, group))
