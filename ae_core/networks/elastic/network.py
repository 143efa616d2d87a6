"""The elastic autoencoder: one network for every code size and every noise level.

Its code is ordered: the first k values are the code of size k, for every k (nested dropout, Rippel,
Gelbart & Adams 2014, "Learning ordered representations with nested dropout"). In training k is drawn
for each image, log-uniformly, so that short codes are trained as much as long ones.

One encoder makes the code. On small pictures several decoders read it, each a band of sizes: what a
picture's four values say is drawn in other ways than what sixty-four do, and a decoder that must do
both does neither well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import keras
import numpy as np
from keras import layers, ops

from ae_core.networks.layers import DepthToSpace, LevelMap, Scale, SpaceToDepth, conv, dense

LONGEST = 256
# On small grey pictures the first value is free of the linear path: a value that bends says far more
# of a letter than one that does not, and training does not find it from there. More free values help
# codes of 4 and hurt those of 16 (validation after eight epochs, with 0, 1, 2 and 4 of them).
FREE = 1


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


def bands(image_shape: tuple[int, int, int], code: int) -> list[Band]:
    """Return the bands of a network to be built; their tops are unlike and the last is ``code``."""
    if not _small(image_shape):
        return [Band(0, code, (256, 256), (40, 64))]
    maps = (48, 66)
    four = [
        Band(0, 4, (256, 320), maps),
        Band(4, 16, (256, 256), maps),
        Band(16, 64, (192, 192), maps),
        Band(64, LONGEST, (192, 192), maps),
    ]
    kept = [band for band in four if band.low < code]
    return [*kept[:-1], replace(kept[-1], top=code)]


def build(image_shape: tuple[int, int, int], code: int = LONGEST) -> keras.Model:
    """Build the network: [x_noisy (N, H, W, C), level (N, 1, 1, 1), size (N, 1, 1, 1)] → x_hat.

    ::

        encoder   x_noisy, level ─┬─ linear ── Wiener ─┬────────────────── + ── y (1×1×code)
                                  └─ convolutions ─────┴── dense layers ───┘

        decoder   y, size ── prefix ─┬────────────────── + ── linear ─┬─────────────── + ── x_hat
                                     └── dense layers ───┘            └─ convolutions ─┘

    ``level`` is the noise level sigma (0 to 255), ``size`` the number of code values to keep (1 to
    ``code``). The decoder's dense layers guess, from the values it has, those that it was not given;
    the convolutions sharpen what is drawn. Each of the :func:`bands` has dense layers and
    convolutions of its own; all share the linear layer. The last layer of each path starts at zero
    and :func:`start_at_pca` sets the linear ones, so that the untrained network is PCA of every
    size, with the Wiener filter's gains for noise. The linear layers stay as they are: their weights
    span three orders of magnitude, and one learning rate for all would destroy them.
    """
    encoder = _encoder(image_shape, code)
    decoder = _decoder(image_shape, code)
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    size = keras.Input((1, 1, 1), name="size")
    x_hat = decoder([encoder([x, level]), size])
    return keras.Model([x, level, size], x_hat, name="elastic")


def _encoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    small = _small(image_shape)
    x, level = keras.Input(image_shape, name="x"), keras.Input((1, 1, 1), name="level")
    y = layers.Dense(code, name="linear", dtype="float32", trainable=False)(
        layers.Flatten(name="pixels", dtype="float32")(x)
    )
    y = Wiener(name="wiener", dtype="float32")(y, level)
    seen = LevelMap(name="level_map")(x, level)
    g = conv(48 if small else 32, 5, 2, name="halve")(seen)
    g = _block(conv(64 if small else 40, 3, 2, name="shrink")(g), "quarter")
    g = layers.Flatten(name="values")(conv(8 if small else 4, 1, activation=None, name="squeeze")(g))
    energy = Scale(name="energy", dtype="float32")(y)
    h = layers.Concatenate(name="both")([energy, g, layers.Flatten(name="told")(level) / 255.0])
    h = dense(256, name="hidden_1")(h)
    h = layers.Concatenate(name="past")([g, h]) if small else dense(256, name="hidden_2")(h)
    h = layers.Dense(code, kernel_initializer="zeros", name="correction", dtype="float32")(h)
    y = layers.Add(name="sum", dtype="float32")([y, h])
    y = layers.Reshape((1, 1, code), name="code", dtype="float32")(y)
    return keras.Model([x, level], y, name="encoder")


def _decoder(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    y, size = keras.Input((1, 1, code), name="y"), keras.Input((1, 1, 1), name="size")
    linear = layers.Dense(math.prod(image_shape), name="linear", dtype="float32", trainable=False)
    parts = bands(image_shape, code)
    drawn = []
    for band in parts:
        # A single decoder's layers are called as if there were no bands.
        tail = f"_{band.top}" if len(parts) > 1 else ""
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
        sharper = _correction(h, own, image_shape[2], band.maps, tail)
        drawn.append(layers.Add(name=f"x_hat{tail}", dtype="float32")([h, sharper]))
    if len(drawn) > 1:
        tops = [band.top for band in parts]
        drawn = [Choose(tops, name="x_hat", dtype="float32")([size, *drawn])]
    return keras.Model([y, size], drawn[0], name="decoder")


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


def decoders(network: keras.Model) -> list[Decoder]:
    """Return the decoders of a network from :func:`build`, from short codes to long ones."""
    whole = network.get_layer("decoder")
    choice = _choice(whole)
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

    A band's shortest codes are the hardest for it: the next shorter band draws better pictures from
    fewer values. So a longer code is never worse than a shorter one by much.

    Args:
        network: trained, from :func:`build`; its choice of bands is changed.
        x: clean validation images, uint8 (N, H, W, C).
    """
    bands = decoders(network)
    if len(bands) == 1:
        return
    unit = x.astype(np.float32) / 255
    level = np.zeros((len(x), 1, 1, 1), np.float32)
    y = network.get_layer("encoder").predict([unit, level], batch_size=256, verbose=0)

    def quality(band: Decoder, size: int) -> float:
        sizes = np.full((len(x), 1, 1, 1), size, np.float32)
        x_hat = band.model.predict([y, sizes], batch_size=256, verbose=0)
        error = np.square(np.clip(x_hat, 0, 1) - unit).mean(axis=(1, 2, 3))
        return -float(np.log(error + 1e-6).mean())

    until = []
    for band, above in zip(bands, bands[1:], strict=False):
        reached, better, worse = quality(band, band.top), above.top, band.top
        while better - worse > 1:
            middle = (better + worse) // 2
            if quality(above, middle) > reached:
                better = middle
            else:
                worse = middle
        until.append(worse)
    _choice(network.get_layer("decoder")).until = [*until, bands[-1].top]


def _choice(decoder: keras.Model):
    return next((layer for layer in decoder.layers if isinstance(layer, Choose)), None)


def start_at_pca(network: keras.Model, mean, components, variances) -> None:
    """Set the linear path to PCA with codes of variance one, and the Wiener filter's gains.

    Args:
        network: from :func:`build`.
        mean: float (D,) in [0, 1], D = H W C.
        components: float (k, D), orthonormal rows, k ≤ code; values beyond k start at zero.
        variances: float (k,), of the components' coefficients.
    """
    encoder, decoder = network.get_layer("encoder"), network.get_layer("decoder")
    code = encoder.output_shape[-1]
    free = min(FREE, code) if _small(network.inputs[0].shape[1:]) else 0
    components, variances = components[: code - free], variances[: code - free]
    linear = slice(free, free + len(components))
    spread = np.sqrt(np.maximum(variances, 1e-6))[:, None]
    down, up = np.zeros((2, code, len(mean)), np.float32)
    down[linear], up[linear] = components / spread, components * spread
    encoder.get_layer("linear").set_weights([down.T, -down @ mean])
    decoder.get_layer("linear").set_weights([up, mean])
    padded = np.full(code, 1e-6)
    padded[linear] = np.maximum(variances, 1e-6)
    encoder.get_layer("wiener").set_weights([np.log(padded)])
    encoder.get_layer("energy").set_weights([np.sqrt(padded / padded.mean())])
    kernel, offset = encoder.get_layer("correction").get_weights()
    kernel[:, :free] = keras.random.normal((len(kernel), free), stddev=0.05)
    encoder.get_layer("correction").set_weights([kernel, offset])


def _small(image_shape) -> bool:
    return math.prod(image_shape) <= 1024


def _correction(x, size, channels: int, maps: tuple[int, int], tail: str):
    """What the linear decoder cannot draw: edges kept sharp, ringing removed."""
    wide, deep = maps
    h = SizeMap(name=f"size_map{tail}")(SpaceToDepth(2, name=f"to_half{tail}")(x), size)
    h = top = _block(conv(wide, 3, name=f"half{tail}")(h), f"half_in{tail}")
    h = _block(conv(deep, 2, 2, name=f"down{tail}")(h), f"small{tail}")
    h = conv(4 * wide, 1, activation=None, name=f"to_up{tail}")(h)
    h = DepthToSpace(2, name=f"up{tail}")(h)
    h = _block(layers.Add(name=f"join{tail}")([top, h]), f"half_out{tail}")
    h = conv(
        4 * channels,
        3,
        activation=None,
        kernel_initializer="zeros",
        name=f"last{tail}",
        dtype="float32",
    )(h)
    return DepthToSpace(2, name=f"to_full{tail}", dtype="float32")(h)


def _block(h, name: str):
    r = conv(h.shape[-1], 3, name=f"{name}_a")(h)
    r = conv(h.shape[-1], 3, activation=None, name=f"{name}_b")(r)
    return layers.Add(name=name)([h, r])


@keras.saving.register_keras_serializable(package="ae_core")
class Wiener(layers.Layer):
    """Shrink each value by v / (v + sigma²): what noise of that level leaves certain of it.

    Inputs: y (N, k) and level (N, 1, 1, 1) on the 0-255 scale. The variances v are learned. Wiener
    (1949), "Extrapolation, interpolation, and smoothing of stationary time series".
    """

    def build(self, y_shape, level_shape):
        self.log_variance = self.add_weight(
            shape=(y_shape[-1],), initializer="zeros", name="log_variance"
        )

    def call(self, y, level):
        noise = ops.square(ops.reshape(level, (-1, 1)) / 255.0)
        variance = ops.exp(self.log_variance)
        return y * variance / (variance + ops.cast(noise, y.dtype))

    def compute_output_shape(self, y_shape, level_shape):
        return y_shape


@keras.saving.register_keras_serializable(package="ae_core")
class Prefix(layers.Layer):
    """Set all but the first ``size`` values to zero: y (N, 1, 1, k), size (N, 1, 1, 1) → y."""

    def call(self, y, size):
        place = ops.cast(ops.arange(y.shape[-1]), "float32")
        return y * ops.cast(place < ops.cast(size, "float32"), y.dtype)

    def compute_output_shape(self, y_shape, size_shape):
        return y_shape


@keras.saving.register_keras_serializable(package="ae_core")
class AtMost(layers.Layer):
    """The smaller of a code size and a limit: size (N, 1, 1, 1) → (N, 1, 1, 1)."""

    def __init__(self, limit: int, **options):
        super().__init__(**options)
        self.limit = limit

    def call(self, size):
        return ops.minimum(size, float(self.limit))

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "limit": self.limit}


@keras.saving.register_keras_serializable(package="ae_core")
class First(layers.Layer):
    """The first values of a code: (N, k) → (N, count)."""

    def __init__(self, count: int, **options):
        super().__init__(**options)
        self.count = count

    def call(self, y):
        return y[:, : self.count]

    def compute_output_shape(self, shape):
        return shape[0], self.count

    def get_config(self):
        return {**super().get_config(), "count": self.count}


@keras.saving.register_keras_serializable(package="ae_core")
class Choose(layers.Layer):
    """Take for each image the picture of the band that answers its size.

    Inputs: size (N, 1, 1, 1), and for each of ``tops``, which rise, a picture (N, H, W, C). A band
    answers the sizes up to its place in ``until``, at first its top.
    """

    def __init__(self, tops: list[int], until: list[int] | None = None, **options):
        super().__init__(**options)
        self.tops = list(tops)
        self.until = list(until or tops)

    def call(self, inputs):
        size, *pictures = inputs
        chosen = pictures[-1]
        for last, picture in zip(self.until[-2::-1], pictures[-2::-1], strict=True):
            chosen = ops.where(ops.cast(size, "float32") <= last, picture, chosen)
        return chosen

    def compute_output_shape(self, shapes):
        return shapes[-1]

    def get_config(self):
        return {**super().get_config(), "tops": self.tops, "until": self.until}


@keras.saving.register_keras_serializable(package="ae_core")
class LogSize(layers.Layer):
    """size (N, 1, 1, 1) → eight smooth steps over log2 of it, (N, 1, 1, 8), each in [0, 1]."""

    def call(self, size):
        place = ops.arange(8, dtype="float32") + 0.5
        octave = ops.log(ops.maximum(ops.cast(size, "float32"), 1.0)) / math.log(2.0)
        return ops.cast(ops.sigmoid(4.0 * (octave - place)), self.compute_dtype)

    def compute_output_shape(self, shape):
        return *shape[:-1], 8


@keras.saving.register_keras_serializable(package="ae_core")
class SizeMap(layers.Layer):
    """Append log2(size) / 8 as a constant channel: x (N, H, W, C), size → (N, H, W, C + 1)."""

    def call(self, x, size):
        octave = ops.log(ops.maximum(ops.cast(size, "float32"), 1.0)) / (8.0 * math.log(2.0))
        return ops.concatenate([x, ops.zeros_like(x[..., :1]) + ops.cast(octave, x.dtype)], -1)

    def compute_output_shape(self, x_shape, size_shape):
        return *x_shape[:-1], x_shape[-1] + 1
