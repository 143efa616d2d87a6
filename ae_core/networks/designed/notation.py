"""A network of one's own in one line: its layers as short words, read and written.

``conv32:k4:s2:relu > map1:k3:relu > conv64:k3:relu deconv*:k6:s2:sigmoid`` is an encoder, a code
and a decoder. A size of ``*``, in the last layer with weights, is what the image needs. ``mirror``
in place of the decoder is the encoder turned round; see :mod:`ae_core.networks.designed.mirror`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ae_core.errors import UserError

ACTIVATIONS = ("relu", "leaky_relu", "gelu", "elu", "sigmoid", "tanh", "linear")
CODES = ("map", "vector", "fold")  # by a convolution; by a dense layer; and that folded to a map
PENALTIES = ("none", "l1", "kl")
MIRROR = "mirror"
IMAGE = 0  # a size: what the image needs

MOST_LAYERS = 24  # of a half
MOST_SIZE, MOST_KERNEL, MOST_STRIDE = 4096, 15, 4
RATES = (0.01, 0.9)
MOST_WEIGHT = 1000.0


@dataclass(frozen=True)
class Form:
    """What a kind of layer is: its class in Keras, and which fields of a :class:`Layer` it has."""

    keras: str
    fields: tuple[str, ...] = ()


FORMS = {
    "conv": Form("Conv2D", ("size", "kernel", "stride", "activation")),
    "deconv": Form("Conv2DTranspose", ("size", "kernel", "stride", "activation")),
    "dense": Form("Dense", ("size", "activation")),
    "maxpool": Form("MaxPooling2D", ("stride",)),
    "avgpool": Form("AveragePooling2D", ("stride",)),
    "up": Form("UpSampling2D", ("stride",)),
    "shuffle": Form("Permute", ("stride",)),
    "norm": Form("BatchNormalization"),
    "drop": Form("Dropout", ("rate",)),
    "fold": Form("Reshape", ("shape",)),
}


@dataclass(frozen=True)
class Layer:
    """A layer of the encoder or the decoder.

    Attributes:
        kind: a key of :data:`FORMS`.
        size: filters of a convolution or units of a dense layer; :data:`IMAGE`: what the image needs.
        kernel: side of a convolution's window, in places.
        stride: of a convolution; by how much pooling makes a map smaller, and ``up`` larger, or
            ``shuffle``, which lays channels side by side (sub-pixel upsampling, Shi et al. 2016).
        activation: one of :data:`ACTIVATIONS`.
        rate: the share of values that dropout sets to zero.
        shape: (h, w, c) that ``fold`` makes of values in a row.
    """

    kind: str
    size: int = 32
    kernel: int = 3
    stride: int = 1
    activation: str = "linear"
    rate: float = 0.2
    shape: tuple[int, int, int] = (1, 1, 1)

    def __str__(self) -> str:
        fields = FORMS[self.kind].fields
        if self.kind == "fold":
            return f"fold{_sides(self.shape)}"
        if "rate" in fields:
            return f"{self.kind}{self.rate:g}"
        if fields == ("stride",):
            return f"{self.kind}{self.stride}"
        if not fields:
            return self.kind
        words = [f"{self.kind}{self.size or '*'}"]
        words += [f"k{self.kernel}"] if "kernel" in fields else []
        words += [f"s{self.stride}"] if "stride" in fields and self.stride > 1 else []
        words += [self.activation] if self.activation != "linear" else []
        return ":".join(words)


@dataclass(frozen=True)
class Code:
    """The code.

    Attributes:
        kind: one of :data:`CODES`.
        size: channels of a map, values of a vector.
        kernel: of the convolution that makes a map.
        shape: (h, w, c) of a folded code.
        activation: one of :data:`ACTIVATIONS`.
        penalty: "none"; "l1": the sum of the absolute values is added to the loss; "kl": the code is
            drawn from a normal distribution, whose divergence from the standard one is added.
        weight: of the penalty in the loss.
    """

    kind: str = "vector"
    size: int = 32
    kernel: int = 3
    shape: tuple[int, int, int] = (2, 2, 1)
    activation: str = "linear"
    penalty: str = "none"
    weight: float = 0.0

    def __str__(self) -> str:
        words = [f"fold{_sides(self.shape)}" if self.kind == "fold" else f"{self.kind}{self.size}"]
        words += [f"k{self.kernel}"] if self.kind == "map" else []
        words += [self.activation] if self.activation != "linear" else []
        words += [f"{self.penalty}={self.weight:g}"] if self.penalty != "none" else []
        return ":".join(words)


@dataclass(frozen=True)
class Design:
    """A whole network; ``decoder`` None: the encoder mirrored. ``str`` of it is its one line."""

    encoder: tuple[Layer, ...]
    code: Code
    decoder: tuple[Layer, ...] | None = None

    def __str__(self) -> str:
        decoder = MIRROR if self.decoder is None else " ".join(map(str, self.decoder))
        return f"{' '.join(map(str, self.encoder))} > {self.code} > {decoder}".strip()


def parse(text: str) -> Design:
    """Return the design that a line says.

    Raises:
        UserError: a word of it is no layer, or a number is out of range.

    >>> design = parse("conv32:k3:s2:relu > vector32 > mirror")
    >>> design.encoder[0].kind, design.code.kind, str(design)
    ('conv', 'vector', 'conv32:k3:s2:relu > vector32 > mirror')
    >>> parse("conv32 > vector32")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ae_core.errors.UserError: A network is written as its encoder, its code and its decoder, ...
    """
    parts = [part.split() for part in text.split(">")] if len(text) < 4000 else []
    if len(parts) != 3 or len(parts[1]) != 1:
        raise UserError(
            "A network is written as its encoder, its code and its decoder, like "
            "{example!r}, not {text!r}.",
            example="conv32:k3:s2:relu > vector32 > mirror",
            text=text[:200],
        )
    encoder, (code,), decoder = parts
    if max(len(encoder), len(decoder)) > MOST_LAYERS:
        raise UserError("The encoder and the decoder have at most {most} layers.", most=MOST_LAYERS)
    mirrored = decoder == [MIRROR]
    return Design(
        tuple(map(layer, encoder)),
        _code(code),
        None if mirrored else tuple(map(layer, decoder)),
    )


def layer(word: str) -> Layer:
    """Return the layer that a word says.

    Raises:
        UserError: it is no layer, or a number is out of range.

    >>> layer("conv16:k5:s2:relu").size
    16
    """
    head, *options = word.split(":")
    kind, rest = _head(head)
    if kind not in FORMS:
        raise _no_layer(word)
    fields = FORMS[kind].fields
    found: dict = {}
    if "size" in fields:
        found["size"] = IMAGE if rest == "*" else _whole(rest, 1, MOST_SIZE, word)
    elif kind == "fold":
        found["shape"] = _shape(rest, word)
    elif "rate" in fields:
        found["rate"] = _real(rest, *RATES, word)
    elif fields == ("stride",):
        found["stride"] = _whole(rest, 2, MOST_STRIDE, word)
    elif rest:
        raise _no_layer(word)
    for option in options:
        name, value = _option(option, word)
        if name not in fields or name in found:
            raise _no_layer(word)
        found[name] = value
    return Layer(kind, **found)


def _code(word: str) -> Code:
    head, *options = word.split(":")
    kind, rest = _head(head)
    if kind not in CODES:
        raise UserError(
            "{word!r} is no code; codes are like vector32, map8:k3:relu or fold2x2x1.", word=word
        )
    key = "shape" if kind == "fold" else "size"
    found: dict = {key: _shape(rest, word) if kind == "fold" else _whole(rest, 1, MOST_SIZE, word)}
    for option in options:
        penalty, equals, weight = option.partition("=")
        if equals and penalty in PENALTIES[1:] and "penalty" not in found:
            found |= {"penalty": penalty, "weight": _real(weight, 0, MOST_WEIGHT, word)}
            continue
        name, value = _option(option, word)
        if name in found or name == "stride" or (name == "kernel" and kind != "map"):
            raise _no_layer(word)
        found[name] = value
    return Code(kind, **found)


def _head(head: str) -> tuple[str, str]:
    match = re.fullmatch(r"([a-z]+)(\*|[0-9.x]*)", head)
    return match.groups() if match else ("", "")


def _option(option: str, word: str) -> tuple[str, int | str]:
    if option in ACTIVATIONS:
        return "activation", option
    if option[:1] == "k":
        return "kernel", _whole(option[1:], 1, MOST_KERNEL, word)
    if option[:1] == "s":
        return "stride", _whole(option[1:], 1, MOST_STRIDE, word)
    raise _no_layer(word)


def _shape(text: str, word: str) -> tuple[int, int, int]:
    sides = tuple(_whole(side, 1, MOST_SIZE, word) for side in text.split("x"))
    if len(sides) != 3:
        raise _no_layer(word)
    return sides


def _whole(text: str, low: int, high: int, word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise _no_layer(word)
    return int(_inside(int(text), low, high, word))


def _real(text: str, low: float, high: float, word: str) -> float:
    try:
        return float(_inside(float(text), low, high, word))
    except ValueError:
        raise _no_layer(word) from None


def _inside(value: float, low: float, high: float, word: str) -> float:
    if not low <= value <= high:
        raise UserError(
            "In {word!r} {value:g} must be from {low:g} to {high:g}.",
            word=word,
            value=value,
            low=low,
            high=high,
        )
    return value


def _no_layer(word: str) -> UserError:
    return UserError(
        "{word!r} is no layer; layers are like conv32:k3:s2:relu, deconv16:k4:s2, dense100:relu, "
        "maxpool2, avgpool2, up2, shuffle2, norm, drop0.2 or fold7x7x32.",
        word=word[:60],
    )


def _sides(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
