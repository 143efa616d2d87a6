"""Bands of code sizes: which of them share a decoder, and which sizes each of these answers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import keras
import numpy as np

from ae_core.networks.elastic.layers import Choose

LONGEST = 256


@dataclass(frozen=True)
class Band:
    """Code sizes that share a decoder: from the one after ``low`` to ``top``.

    Attributes:
        hidden: widths of the two dense layers that guess the values not given.
        maps: of the convolutions that sharpen what is drawn, and those at a quarter of the pixels.
    """

    low: int
    top: int
    hidden: tuple[int, int]
    maps: tuple[int, int]


def bands(code: int) -> list[Band]:
    """Return the bands of a network of small images; their tops are unlike, the last is ``code``."""
    maps = (48, 66)
    four = [
        Band(0, 4, (256, 320), maps),
        Band(4, 16, (256, 256), maps),
        Band(16, 64, (192, 192), maps),
        Band(64, LONGEST, (192, 192), maps),
    ]
    kept = [band for band in four if band.low < code]
    return [*kept[:-1], replace(kept[-1], top=code)]


@dataclass(frozen=True)
class Decoder:
    """One band's decoder of a built network.

    Attributes:
        low, top: it has learned the sizes from ``low`` + 1 to ``top``.
        until: the largest size that it answers; of a larger one than ``top`` it uses ``top`` values.
        model: takes and gives what the whole decoder does, the other bands' work left undone.
    """

    low: int
    top: int
    until: int
    model: keras.Model


@dataclass(frozen=True)
class Short:
    """What makes short codes, which are no beginnings of the long one.

    Attributes:
        top: values of the longest of them.
        encoder: x, level → these codes (N, 1, 1, k), zero after ``top`` values.
        shorten: the long code → the same.
    """

    top: int
    encoder: keras.Model
    shorten: keras.Model


@dataclass(frozen=True)
class Encoders:
    """The encoders of a built network.

    Attributes:
        whole: x, level → the long code (N, 1, 1, k).
        short: of the shortest codes, from short to long; empty where they are as any.
    """

    whole: keras.Model
    short: tuple[Short, ...] = ()

    def of(self, size: int) -> Short | None:
        """Return what makes codes of so many values; None where they are the long one's beginning."""
        return next((short for short in self.short if size <= short.top), None)


def encoders(network: keras.Model) -> Encoders:
    """Return the encoders of a network from :func:`build`."""
    encoder = network.get_layer("encoder")
    if (choice := chooser(encoder)) is None:
        return Encoders(encoder)
    *short, whole = (encoder.get_layer(f"code_{top}").output for top in choice.tops)
    given, y = encoder.inputs[:2], keras.Input(whole.shape[1:], name="y")
    found = (
        Short(
            top,
            keras.Model(given, made, name="encoder"),
            keras.Model(y, keras.Model(whole, made)(y), name="shorten"),
        )
        for top, made in zip(choice.tops, short, strict=False)
    )
    return Encoders(keras.Model(given, whole, name="encoder"), tuple(found))


def decoders(network: keras.Model) -> list[Decoder]:
    """Return the decoders of a network from :func:`build`, from short codes to long ones."""
    whole = network.get_layer("decoder")
    choice = chooser(whole)
    if choice is None:
        longest = whole.inputs[0].shape[-1]
        return [Decoder(0, longest, longest, whole)]
    found = []
    for low, top, until in zip([0, *choice.tops], choice.tops, choice.until, strict=False):
        x_hat = whole.get_layer(f"x_hat_{top}").output
        found.append(Decoder(low, top, until, keras.Model(whole.inputs, x_hat, name="decoder")))
    return found


def settle(network: keras.Model, x: np.ndarray) -> None:
    """Let each band answer the sizes at which it does better than the next one.

    A band's shortest codes are the hardest for it: the next shorter band draws better images from
    fewer values. So a longer code is never worse than a shorter one by much. What draws the shortest
    codes, which are no beginnings of others, draws no longer ones.

    Args:
        network: trained, from :func:`build`; its choice of bands is changed.
        x: clean validation images, uint8 (N, H, W, C).
    """
    found = encoders(network)
    bands = [band for band in decoders(network) if not found.of(band.top)]
    if len(bands) == 1:
        return
    unit = x.astype(np.float32) / 255
    level = np.zeros((len(x), 1, 1, 1), np.float32)
    y = found.whole.predict([unit, level], batch_size=256, verbose=0)

    def quality(band: Decoder, size: int) -> float:
        sizes = np.full((len(x), 1, 1, 1), size, np.float32)
        x_hat = band.model.predict([y, sizes], batch_size=256, verbose=0)
        error = np.square(np.clip(x_hat, 0, 1) - unit).mean(axis=(1, 2, 3))
        return -float(np.log(error + 1e-6).mean())

    until = [short.top for short in found.short]
    for band, above in zip(bands, bands[1:], strict=False):
        reached, better, worse = quality(band, band.top), above.top, band.top
        while better - worse > 1:
            middle = (better + worse) // 2
            if quality(above, middle) > reached:
                better = middle
            else:
                worse = middle
        until.append(worse)
    chooser(network.get_layer("decoder")).until = [*until, bands[-1].top]


def chooser(half: keras.Model) -> Choose | None:
    """Return the layer of an encoder or a decoder that chooses what answers a size."""
    return next((layer for layer in half.layers if isinstance(layer, Choose)), None)


def is_small(image_shape: tuple[int, ...]) -> bool:
    """Return whether images, (H, W, C), are so small that their codes have several decoders."""
    return math.prod(image_shape) <= 1024
