"""The shortest codes: layers of their own make them from the long code, and draw them.

A code of four values that is the beginning of one of 256 must serve both, and says less of an image
than four values that bend as they like. These are made by few dense layers from the first values of
the long code, which knows the image well, and drawn by others in the same linear coordinates; neither
changes what longer codes are. On small grey images it is the code of one value alone.
"""

from __future__ import annotations

import keras
from keras import layers

from ae_core.networks.dense import parts
from ae_core.networks.dense.layers import DivideByGain
from ae_core.networks.elastic.bands import is_small
from ae_core.networks.elastic.layers import AtMost, Choose, First, Lengthen, LogSize, Prefix

COORDINATES = 64  # values of the long code that they are made from, and are drawn in
WIDTH, BLOCKS = 128, 2  # of the dense layers
OF_SMALL, OF_LARGE = 1, 4


def longest(image_shape: tuple[int, ...], code: int) -> int:
    """Return how many values the longest code with layers of its own has; 0 where none has."""
    most = OF_SMALL if is_small(image_shape) else OF_LARGE
    return most if code > most else 0


def encoder(x, level, y, shortest: int) -> keras.Model:
    """Return the encoder whose codes are ``y`` (N, k) where they are longer than ``shortest``.

    It takes the size beside x and level, and gives (N, 1, 1, k), zero after a short code.
    """
    code = y.shape[-1]
    name = f"code_{code}" if shortest else "code"
    y = layers.Reshape((1, 1, code), name=name, dtype="float32")(y)
    if not shortest:
        return keras.Model([x, level], y, name="encoder")
    size = keras.Input((1, 1, 1), name="size")
    both = [size, _written(y, shortest), y]
    return keras.Model(
        [x, level, size],
        Choose([shortest, code], name="code", dtype="float32")(both),
        name="encoder",
    )


def _written(y, count: int):
    """Make short codes of long ones: (N, 1, 1, k) → the same shape, zero after ``count`` values."""
    code, tail = y.shape[-1], f"_{count}"
    h = layers.Flatten(name=f"long{tail}", dtype="float32")(y)
    some = First(min(COORDINATES, code), name=f"some{tail}", dtype="float32")(h)
    features, gain, _ = DivideByGain(name=f"gain{tail}", dtype="float32")(some)
    bent = _bent(features, count, count)
    if count > OF_SMALL:  # one value alone has nothing to begin with: see FREE
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
    features = layers.Concatenate(name=f"both{tail}")([h, length])
    drawn = _bent(features, min(COORDINATES, code), count)
    drawn = Lengthen(code, name=f"guess{tail}", dtype="float32")(drawn)
    if count == OF_SMALL:
        return drawn
    h = Lengthen(code, name=f"kept{tail}", dtype="float32")(h)
    return layers.Add(name=f"sum{tail}", dtype="float32")([h, drawn])


def _bent(features, units: int, count: int):
    return parts.bend(features, units, WIDTH, BLOCKS, f"_{count}", by_chance=count == OF_SMALL)
