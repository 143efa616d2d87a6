"""Codes stored in 8 bits a value: the bytes of real images, and what they decode to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ae_core.codec import quantise
from ae_core.codec.quantise import Quantiser
from ae_core.evaluation.shared import in_parts
from ae_core.images import metrics

WORTH_DB = 0.25  # of the mean squared error: what wider ranges must give to be sent along


@dataclass(frozen=True)
class Stored:
    """``size`` bytes of all images, ``x_hat`` uint8 (N, H, W, C), ``header`` bytes of the network."""

    size: int
    x_hat: np.ndarray
    header: int


def stored(
    decode: Callable[[np.ndarray], np.ndarray], known: np.ndarray, x: np.ndarray, y: np.ndarray
) -> Stored:
    """Store the codes of images, float (N, *code), in the ranges of the network's training codes.

    Where codes reach so far beyond these that it costs quality, as those of photographs do in a
    network of house numbers, the ranges follow the images, and are counted with them.

    Args:
        decode: y float32 (N, *code) -> uint8 (N, H, W, C).
        known: codes of training images, float (M, *code).
        x: the images, uint8 (N, H, W, C).
        y: their codes.
    """
    usual = quantise.fit(known)
    wide = usual.widened(y)
    found, more = _through(decode, usual, y, 0), wide.told(usual)
    if more > usual.told(usual):
        followed = _through(decode, wide, y, more)
        lost = metrics.mse(x, found.x_hat).mean(), metrics.mse(x, followed.x_hat).mean()
        if lost[0] > 10 ** (WORTH_DB / 10) * lost[1]:
            return followed
    return found


def _through(decode, quantiser: Quantiser, y: np.ndarray, more: int) -> Stored:
    stream = quantiser.pack(quantiser.quantise(y))
    y_hat = quantiser.dequantise(quantiser.unpack(stream, len(y)))
    return Stored(len(stream) + more, in_parts(decode, y_hat), quantiser.header_bytes)
