"""The elastic autoencoder: one network for every code size and every noise level.

Its code is ordered: the first k values are the code of size k, for every k (nested dropout, Rippel,
Gelbart & Adams 2014, "Learning ordered representations with nested dropout"). In training k is drawn
for each image, log-uniformly, so that short codes are trained as much as long ones.

One encoder makes the code, but for the shortest, which are no beginnings of it: see
:mod:`ae_core.networks.elastic.short`. On small images several decoders read it, each a band of
sizes: what an image's four values say is drawn in other ways than what sixty-four do, and a decoder
that must do both does neither well. Larger images are nearer to what PCA says of them at every size:
their network has dense layers in PCA's coordinates, and one decoder, which is told the size.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from ae_core.networks.elastic import short, single
from ae_core.networks.elastic.bands import LONGEST, bands, is_small
from ae_core.networks.elastic.layers import (
    AtMost,
    Choose,
    First,
    LogSize,
    Prefix,
    SizeMap,
    Wiener,
)
from ae_core.networks.layers import (
    LINEAR_PIXELS,
    LevelMap,
    Scale,
    averaging,
    conv,
    dense,
    residual_block,
    two_scale_correction,
)

# On small grey images the first value is free of the linear path: a value that bends says far more
# of a letter than one that does not, and training does not find it from there. More free values help
# codes of 4 and hurt those of 16 (validation after eight epochs, with 0, 1, 2 and 4 of them).
FREE = 1


def build(image_shape: tuple[int, int, int], code: int = LONGEST) -> keras.Model:
    """Build the network: [x_noisy (N, H, W, C), level (N, 1, 1, 1), size (N, 1, 1, 1)] → x_hat.

    ::

        encoder   x_noisy, level ─┬─ linear ── Wiener ─┬────────────────── + ── y (1×1×code)
                                  └─ convolutions ─────┴── dense layers ───┘

        decoder   y, size ── prefix ─┬────────────────── + ── linear ─┬─────────────── + ── x_hat
                                     └── dense layers ───┘            └─ convolutions ─┘

    ``level`` is the noise level sigma (0 to 255), ``size`` the number of code values to keep (1 to
    ``code``). The decoder's dense layers guess, from the values it has, those that it was not given;
    the convolutions sharpen what is drawn. Each of the :func:`bands` of small images has dense layers
    and convolutions of its own; all share the linear layer. The encoder of larger images has no
    convolutions. The last layer of each path starts at zero and :func:`start_at_pca` sets the linear
    ones, so that the untrained network is PCA of every size, with the Wiener filter's gains for
    noise. The linear layers stay as they are: their weights span three orders of magnitude, and one
    learning rate for all would destroy them.
    """
    small = is_small(image_shape)
    encoder = (_encoder if small else single.encoder)(image_shape, code)
    decoder = (_decoder if small else single.decoder)(image_shape, code)
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    size = keras.Input((1, 1, 1), name="size")
    y = encoder([x, level, size] if len(encoder.inputs) > 2 else [x, level])
    x_hat = decoder([y, size])
    return keras.Model([x, level, size], x_hat, name="elastic")


def _encoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    y = layers.Dense(code, name="linear", dtype="float32", trainable=False)(
        layers.Flatten(name="pixels", dtype="float32")(x)
    )
    y = Wiener(name="wiener", dtype="float32")(y, level)
    seen = LevelMap(name="level_map")(x, level)
    g = conv(48, 5, 2, name="halve")(seen)
    g = residual_block(conv(64, 3, 2, name="shrink")(g), "quarter")
    g = layers.Flatten(name="values")(conv(8, 1, activation=None, name="squeeze")(g))
    energy = Scale(name="energy", dtype="float32")(y)
    h = layers.Concatenate(name="both")([energy, g, layers.Flatten(name="told")(level) / 255.0])
    h = dense(256, name="hidden_1")(h)
    h = layers.Concatenate(name="past")([g, h])
    h = layers.Dense(code, kernel_initializer="zeros", name="correction", dtype="float32")(h)
    y = layers.Add(name="sum", dtype="float32")([y, h])
    return short.encoder(x, level, y, short.tops(image_shape, code))


def _decoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    y, size = keras.Input((1, 1, code), name="y"), keras.Input((1, 1, 1), name="size")
    linear = layers.Dense(math.prod(image_shape), name="linear", dtype="float32", trainable=False)
    parts = bands(code)
    drawn, shortest = [], short.tops(image_shape, code)
    tops = [*shortest, *(band.top for band in parts)]
    for top in shortest:
        h = linear(short.read(y, size, top))
        drawn.append(layers.Reshape(image_shape, name=f"x_hat_{top}", dtype="float32")(h))
    for band in parts:
        # A single decoder's layers are called as if there were no bands.
        tail = f"_{band.top}" if len(tops) > 1 else ""
        own = size  # a band may be asked for more than it has learned to use, see settle()
        if band.top < code:
            own = AtMost(band.top, name=f"at_most{tail}", dtype="float32")(size)
        kept = layers.Flatten(name=f"values{tail}", dtype="float32")(
            Prefix(name=f"prefix{tail}", dtype="float32")(y, own)
        )
        length = layers.Flatten(name=f"length{tail}")(LogSize(name=f"log_size{tail}")(own))
        first = kept
        if band.top < code:
            first = First(band.top, name=f"first{tail}", dtype="float32")(kept)
        kinks = keras.initializers.RandomUniform(-2, 2)
        h = layers.Concatenate(name=f"both{tail}")([first, length])
        h = dense(band.hidden[0], bias_initializer=kinks, name=f"hidden_1{tail}")(h)
        h = dense(band.hidden[1], name=f"hidden_2{tail}")(h)
        h = layers.Dense(code, kernel_initializer="zeros", name=f"guess{tail}", dtype="float32")(h)
        h = linear(layers.Add(name=f"sum{tail}", dtype="float32")([kept, h]))
        h = layers.Reshape(image_shape, name=f"picture{tail}", dtype="float32")(h)
        beside = SizeMap(name=f"size_map{tail}"), own
        sharper = two_scale_correction(h, image_shape[2], band.maps, tail, beside)
        drawn.append(layers.Add(name=f"x_hat{tail}", dtype="float32")([h, sharper]))
    if len(drawn) > 1:
        drawn = [Choose(tops, name="x_hat", dtype="float32")([size, *drawn])]
    return keras.Model([y, size], drawn[0], name="decoder")


def start_at_pca(network: keras.Model, mean, components, variances) -> None:
    """Set the linear path to PCA with codes of variance one, and the Wiener filter's gains.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C / factor², of images averaged to ``LINEAR_PIXELS``.
        components: float (k, D), orthonormal rows, k ≤ code; values beyond k start at zero.
        variances: float (k,), of the components' coefficients.
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    code, image_shape = encoder.output_shape[-1], network.inputs[0].shape[1:]
    small = is_small(image_shape)
    free = min(FREE, code) if small else 0
    components, variances = components[: code - free], variances[: code - free]
    linear = slice(free, free + len(components))
    spread = np.sqrt(np.maximum(variances, 1e-6))[:, None]
    down, up = np.zeros((2, code, len(mean)), np.float32)
    down[linear], up[linear] = components / spread, components * spread
    encoder.get_layer("linear").set_weights([down.T, -down @ mean])
    whole = np.full(code, 1e-6)
    whole[linear] = np.maximum(variances, 1e-6)
    # The mean of factor² pixels has as much less noise.
    factor = averaging(image_shape, LINEAR_PIXELS)
    encoder.get_layer("wiener").set_weights([np.log(whole * factor**2)])
    if not small:
        decoder.get_layer("linear").set_weights([up])
        decoder.get_layer("mean").set_weights([mean])
        return
    decoder.get_layer("linear").set_weights([up, mean])
    encoder.get_layer("energy").set_weights([np.sqrt(whole / whole.mean())])
    kernel, offset = encoder.get_layer("correction").get_weights()
    kernel[:, :free] = keras.random.normal((len(kernel), free), stddev=0.05)
    encoder.get_layer("correction").set_weights([kernel, offset])
