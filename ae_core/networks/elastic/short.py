"""The shortest codes: layers of their own make them from the long code, and draw them.

A code of few values that is the beginning of one of 256 must serve both, and says less of an image
than values that bend as they like. These are made by few dense layers from the first values of the
long code, which knows the image well, and drawn by others in the same linear coordinates; neither
changes what longer codes are. On small grey images it is the code of one value alone; on larger ones
codes of up to four values have such layers, those of up to eight others, and those of up to sixteen.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

from ae_core.networks.dense import parts
from ae_core.networks.dense.layers import DivideByGain
from ae_core.networks.elastic.bands import is_small
from ae_core.networks.elastic.layers import (
    AtMost,
    Choose,
    DividePrefixByGain,
    First,
    Lengthen,
    LogSize,
    Prefix,
)


@dataclass(frozen=True)
class _Layers:
    """What the codes up to a size have.

    Attributes:
        coordinates: values of the long code that they are made from, and are drawn in.
        width, blocks: of the dense layers.
        by_gain: what is drawn is seen divided by its gain, which so few values as four do not tell.
    """

    coordinates: int
    width: int
    blocks: int
    by_gain: bool = False


ONE = 1  # value alone, which has nothing to begin with: see network.FREE
_OF = {
    ONE: _Layers(64, 128, 2),
    4: _Layers(64, 128, 2),
    8: _Layers(64, 128, 2, by_gain=True),
    16: _Layers(128, 160, 3, by_gain=True),
}
_OF_SMALL, _OF_LARGE = (ONE,), (4, 8, 16)


def tops(image_shape: tuple[int, ...], code: int) -> list[int]:
    """Return the longest code of each group that has layers of its own, from short to long."""
    most = _OF_SMALL if is_small(image_shape) else _OF_LARGE
    return [top for top in most if top < code]


def encoder(x, level, y, tops: list[int]) -> keras.Model:
    """Return the encoder whose codes are ``y`` (N, k) where they are longer than the last of tops.

    It takes the size beside x and level, and gives (N, 1, 1, k), zero after a short code.
    """
    code = y.shape[-1]
    y = layers.Reshape((1, 1, code), name=f"code_{code}" if tops else "code", dtype="float32")(y)
    if not tops:
        return keras.Model([x, level], y, name="encoder")
    size = keras.Input((1, 1, 1), name="size")
    each = [size, *(_written(y, top) for top in tops), y]
    chosen = Choose([*tops, code], name="code", dtype="float32")(each)
    return keras.Model([x, level, size], chosen, name="encoder")


def _written(y, count: int):
    """Make short codes of long ones: (N, 1, 1, k) → the same shape, zero after ``count`` values."""
    code, tail = y.shape[-1], f"_{count}"
    h = layers.Flatten(name=f"long{tail}", dtype="float32")(y)
    some = First(min(_OF[count].coordinates, code), name=f"some{tail}", dtype="float32")(h)
    features, gain, _ = DivideByGain(name=f"gain{tail}", dtype="float32")(some)
    bent = _bent(features, count, count)
    if count > ONE:
        first = First(count, name=f"first{tail}", dtype="float32")(h)
        bent = parts.add(first, bent, gain, f"sum{tail}")
    h = Lengthen(code, name=f"whole{tail}", dtype="float32")(bent)
    return layers.Reshape((1, 1, code), name=f"code{tail}", dtype="float32")(h)


def read(y, size, count: int):
    """Return the coordinates of what short codes show: y (N, 1, 1, k), size → (N, k)."""
    code, tail = y.shape[-1], f"_{count}"
    own = AtMost(count, name=f"at_most{tail}", dtype="float32")(size)
    h = Prefix(name=f"prefix{tail}", dtype="float32")(y, own)
    h = First(count, name=f"first{tail}", dtype="float32")(
        layers.Flatten(name=f"values{tail}", dtype="float32")(h)
    )
    length = layers.Flatten(name=f"length{tail}")(LogSize(name=f"log_size{tail}")(own))
    features, gain = h, None
    if _OF[count].by_gain:
        features, gain, _ = DividePrefixByGain(name=f"gain{tail}", dtype="float32")(h, own)
    features = layers.Concatenate(name=f"both{tail}")([features, length])
    drawn = _bent(features, min(_OF[count].coordinates, code), count)
    if gain is not None:
        drawn = layers.Multiply(name=f"times_gain{tail}", dtype="float32")([drawn, gain])
    drawn = Lengthen(code, name=f"guess{tail}", dtype="float32")(drawn)
    if count == ONE:
        return drawn
    h = Lengthen(code, name=f"kept{tail}", dtype="float32")(h)
    return layers.Add(name=f"sum{tail}", dtype="float32")([h, drawn])


def _bent(features, units: int, count: int):
    own, by_chance = _OF[count], count == ONE
    return parts.bend(features, units, own.width, own.blocks, f"_{count}", by_chance)
