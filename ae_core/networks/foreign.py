"""Autoencoders made elsewhere: a ``.keras`` or ``.h5`` file of Keras's own layers, made one of ours.

The file is read in Keras's safe mode, its layers are laid out as one graph, and the code is the
tensor between its halves: what a sub-model called "encoder" gives, else the smallest tensor that is
on every path from the input to the output. What comes out has two parts, "encoder" and "decoder",
and takes images in [0, 1] whatever the file took.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ae_core.errors import Message, UserError
from ae_core.networks import foreign_files

if TYPE_CHECKING:
    import keras

MOST_VALUES = 256 * 256 * 3  # of an image
USUAL = ("0..1", "0..1")  # what a network takes and gives, where no other pair is clearly better
RANGES = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Choices:
    """What may be said of a file instead of being found out; None: it is found out.

    Attributes:
        side: (height, width, channels) of the images.
        given: the range of what the network takes, a key of :data:`RANGES`.
        gives: likewise of what it gives.
        code: the name of the layer that gives the code.
    """

    side: Shape | None = None
    given: str | None = None
    gives: str | None = None
    code: str | None = None


NOTHING_SAID = Choices()


@dataclass(frozen=True)
class Found:
    """A network from elsewhere, as one of ours.

    Attributes:
        model: x (N, H, W, C) in [0, 1] → x_hat, with the parts "encoder" and "decoder".
        image_shape: (H, W, C).
        code_shape: (h, w, c).
        layer: name of the layer that gives the code.
        given, gives: the ranges, keys of :data:`RANGES`.
        errors: mean squared error on [0, 1] of the images tried, by the pair of ranges.
        said: what was found, a sentence each.
    """

    model: keras.Model
    image_shape: Shape
    code_shape: Shape
    layer: str
    given: str
    gives: str
    errors: dict[tuple[str, str], float]
    said: tuple[Message, ...] = ()


def read(
    path: Path,
    images,
    choices: Choices = NOTHING_SAID,
    called: str = "",
    usual: Shape | None = None,
) -> Found:
    """Read a file and find its code, its range of values and the size of its images.

    Args:
        path: the file.
        images: gives images uint8 (N, H, W, C) of a shape (H, W, C), to try the ranges with.
        choices: what is known already.
        called: the name for the file in sentences; "": its own.
        usual: (H, W, C), taken where the file leaves the size of its images open.

    Raises:
        UserError: the file is none, is damaged, has layers that Keras does not have or that run code
            of their own, has no weights, or is no autoencoder; or a choice does not fit.
    """
    path = Path(path)
    called = called or path.name
    model = foreign_files.load(path, called)
    shape, said = _image_shape(model, choices.side, usual)
    x, tensors = _graph(model, shape)
    layer, y = _code(x, tensors, choices.code)
    output = tensors[-1][1]
    code_shape = _as_map(tuple(y.shape[1:]))
    if math.prod(code_shape) >= math.prod(shape):
        raise UserError(
            "The code of {name} would have {values:,} values ({layer}), no fewer than the image's "
            "{image:,}: it compresses nothing.",
            name=called,
            values=math.prod(code_shape),
            layer=layer,
            image=math.prod(shape),
        )
    halves = _halves(x, y, output)
    tried = images(shape)
    pairs = [
        (a, b)
        for a in ([choices.given] if choices.given else RANGES)
        for b in ([choices.gives] if choices.gives else RANGES)
    ]
    errors = {pair: _error(halves, tried, shape, *pair) for pair in pairs}
    given, gives = min(errors, key=lambda pair: errors[pair] * (1 if pair == USUAL else 1.1))
    tried_out = len(pairs) > 1
    said += (
        Message(
            "Code: {n:,} values as {shape}, what layer {layer} gives.",
            n=math.prod(code_shape),
            shape="×".join(map(str, code_shape)),
            layer=layer,
        ),
        Message("Takes values {given} and gives {gives}, found by trying.", given=given, gives=gives)
        if tried_out
        else Message("Takes values {given} and gives {gives}, as you say.", given=given, gives=gives),
    )
    joined = _joined(halves, shape, code_shape, given, gives)
    return Found(joined, shape, code_shape, layer, given, gives, errors, said)


# The images, the graph and the code


def _image_shape(
    model: keras.Model, asked: Shape | None, usual: Shape | None
) -> tuple[Shape, tuple[Message, ...]]:
    sides = tuple(model.inputs[0].shape[1:])
    free = len(sides) == 3 and None in sides[:2]
    if usual and asked is None and (free or sides == (math.prod(usual),)):
        asked = usual
    if free and asked is None:
        raise UserError(
            "The network takes images of any size: say which one, such as 32×32×3, or choose the "
            "data set that it is tried on."
        )
    values = math.prod(asked) if free else math.prod(side or 0 for side in sides)
    if asked is not None:
        shape = asked
        if math.prod(asked) != values or (free and sides[2] != asked[2]):
            raise UserError(
                "The network takes {values:,} values, and {w}×{h}×{c} images have {asked:,}.",
                values=values,
                w=asked[1],
                h=asked[0],
                c=asked[2],
                asked=math.prod(asked),
            )
    elif len(sides) == 3 and sides[2] in (1, 3):
        shape = sides
    elif len(sides) == 2:
        shape = (*sides, 1)
    elif len(sides) == 1 and _square(values):
        shape = _square(values)
    else:
        raise UserError(
            "The network takes {shape}, which is no image with 1 or 3 channels in its last place.",
            shape="×".join(map(str, sides)),
        )
    output = tuple(model.outputs[0].shape[1:])
    if not free and math.prod(side or 0 for side in output) != values:
        raise UserError(
            "The network gives {gives}, not {takes} as it takes: it is no autoencoder.",
            gives="×".join(map(str, output)),
            takes="×".join(map(str, sides)),
        )
    if values > MOST_VALUES or not 8 <= min(shape[:2]):
        raise UserError("Images are from 8×8 to 256×256, not {w}×{h}.", w=shape[1], h=shape[0])
    h, w, c = shape
    if sides == shape or asked is not None:
        return shape, (Message("Images: {w}×{h}×{c}.", w=w, h=h, c=c),)
    said = Message(
        "Images: {w}×{h}×{c}, a guess from {values:,} values.", w=w, h=h, c=c, values=values
    )
    return shape, (said,)


def _square(values: int) -> Shape | None:
    for channels in (1, 3):
        side = math.isqrt(values // channels)
        if side * side * channels == values:
            return side, side, channels
    return None


def _graph(model: keras.Model, shape: tuple[int, ...], name: str = "x"):
    """Return the input, and (name, tensor) of each step in order, nested models laid out flat.

    Layers are called anew, so that every tensor belongs to one graph.
    """
    import keras

    sides = tuple(model.inputs[0].shape[1:])
    x = keras.Input(shape if None in sides else sides, name=name)
    found: list[tuple[str, Any]] = []
    layers = _Unlike({"x", "y"})

    def lay_out(operation, prefix: str = ""):
        inner = getattr(operation, "_functional", operation)
        if isinstance(inner, keras.src.models.functional.Functional):
            return lambda *given, **_: inner._run_through_graph(
                given, lambda op: lay_out(op, f"{prefix}{operation.name}/")
            )

        def call(*given, **options):
            y = layers.called(operation, *given, **options)
            found.append((prefix + operation.name, y))
            return y

        return call

    lay_out(model)(x)
    return x, [(name.partition("/")[2] or name, y) for name, y in found]


class _Unlike:
    """Calls layers of one graph; one whose name another has is copied under a name of its own."""

    def __init__(self, taken: set[str]):
        self.taken, self.copies = {name: None for name in taken}, {}

    def called(self, operation, *given, **options):
        if id(operation) in self.copies:
            return self.copies[id(operation)](*given, **options)
        if self.taken.setdefault(operation.name, operation) is operation:
            return operation(*given, **options)
        number = next(n for n in range(2, 10**6) if f"{operation.name}_{n}" not in self.taken)
        config = {**operation.get_config(), "name": f"{operation.name}_{number}"}
        copy = type(operation).from_config(config)
        self.taken[copy.name] = self.copies[id(operation)] = copy
        y = copy(*given, **options)
        copy.set_weights(operation.get_weights())
        return y


def _code(x, tensors: list, wanted: str | None) -> tuple[str, Any]:
    """Return the layer that gives the code, and its tensor."""
    passages = _passages(x, tensors)
    if wanted is not None:
        chosen = [(name, y) for name, y in tensors if name == wanted]
        if not chosen:
            raise UserError(
                "There is no layer {layer}; layers are {names}.",
                layer=wanted,
                names=", ".join(name for name, _ in tensors[:30]),
            )
        if id(chosen[-1][1]) not in passages:
            raise _beside(chosen[-1][0])
        return chosen[-1]
    inside = tensors[:-1]
    if not inside:
        raise UserError("The network has one layer: there is no code between encoder and decoder.")
    encoders = [n for n, _ in inside if n.partition("/")[0].lower().endswith("encoder") and "/" in n]
    if encoders:
        part = encoders[0].partition("/")[0]
        ending = [(n, y) for n, y in inside if n.startswith(part + "/")][-1]
        if id(ending[1]) not in passages:
            raise _beside(ending[0])
        return ending
    sizes = [(math.prod(d or 1 for d in y.shape[1:]), place) for place, (_, y) in enumerate(inside)]
    smallest = min(size for size, _ in sizes)
    places = [place for size, place in sizes if size == smallest and id(inside[place][1]) in passages]
    if not places:
        raise _beside(inside[min(sizes)[1]][0])
    return inside[places[-1]] if _is_activation(inside, places) else inside[places[0]]


def _is_activation(inside: list, places: list[int]) -> bool:
    """Whether what follows the first smallest tensor only bends or reshapes it."""
    bending = ("activation", "re_lu", "leaky", "reshape", "flatten", "batch_norm", "dropout", "elu")
    return len(places) > 1 and all(
        any(word in inside[place][0].rpartition("/")[2] for word in bending) for place in places[1:]
    )


def _beside(layer: str) -> UserError:
    return UserError(
        "There are connections past the smallest layer, {layer}, so its values are not all that the "
        "decoder gets: it is no code.",
        layer=layer,
    )


def _passages(x, tensors: list) -> set[int]:
    """Return the tensors that every path from the input to the output goes through."""
    place = {id(x): 0} | {id(y): n for n, (_, y) in enumerate(tensors, start=1)}
    reach = list(range(len(tensors) + 1))  # the last place that reads each tensor
    used = {id(tensors[-1][1])}
    for n, (_, y) in reversed(list(enumerate(tensors, start=1))):
        if id(y) not in used:
            continue  # leads nowhere
        for source in y._keras_history.operation._inbound_nodes[-1].input_tensors:
            used.add(id(source))
            reach[place[id(source)]] = max(reach[place[id(source)]], n)
    found, last = set(), 0
    for n, (_, y) in enumerate(tensors, start=1):
        last = max([last, *(reach[m] for m in range(n))])
        if last <= n and id(y) in used:
            found.add(id(y))
    return found


# The two halves


def _halves(x, y, output) -> tuple[keras.Model, keras.Model]:
    import keras

    return keras.Model(x, y), keras.Model(y, output)


def _as_map(shape: tuple[int, ...]) -> Shape:
    """Return a code's shape as (h, w, c)."""
    if None in shape or len(shape) > 3:
        raise UserError("The code has no fixed shape: say the size of the images.")
    return (1,) * (3 - len(shape)) + tuple(shape)


def _error(halves, tried: np.ndarray, shape: Shape, given: str, gives: str) -> float:
    """Return the mean squared error on [0, 1] with these ranges."""
    encoder, decoder = halves
    (low, high), (first, last) = RANGES[given], RANGES[gives]
    x = tried.astype(np.float32) / 255
    taken = (low + x * (high - low)).reshape(len(x), *_sides(encoder.input_shape, shape))
    y = np.asarray(decoder(encoder(taken, training=False), training=False))
    x_hat = np.clip((y.reshape(x.shape) - first) / (last - first), 0, 1)
    error = float(np.square(x_hat - x).mean())
    return error if math.isfinite(error) else math.inf


def _sides(stored: tuple, shape: Shape) -> tuple[int, ...]:
    return shape if None in stored[1:] else tuple(stored[1:])


def _joined(halves, shape: Shape, code_shape: Shape, given: str, gives: str) -> keras.Model:
    """Return both halves as one of our networks."""
    import keras
    from keras import layers

    from ae_core.networks.layers import autoencoder

    encoder, decoder = halves
    (low, high), (first, last) = RANGES[given], RANGES[gives]
    x = keras.Input(shape, name="x")
    h = layers.Rescaling(high - low, low, name="to_range")(x)
    h = layers.Reshape(_sides(encoder.input_shape, shape), name="as_taken")(h)
    h = layers.Reshape(code_shape, name="code")(encoder(h))
    y = keras.Input(code_shape, name="y")
    inner = _sides(decoder.input_shape, code_shape)
    x_hat = decoder(layers.Reshape(inner, name="as_given")(y))
    x_hat = layers.Reshape(shape, name="as_image")(x_hat)
    scale = 1.0 / (last - first)
    x_hat = layers.Rescaling(scale, -first * scale, name="x_hat")(x_hat)
    return autoencoder(
        _flat(keras.Model(x, h), "encoder"), _flat(keras.Model(y, x_hat), "decoder"), "imported"
    )


def _flat(model: keras.Model, name: str) -> keras.Model:
    """Return a model without models in it."""
    import keras

    x, tensors = _graph(model, model.input_shape[1:], "y" if name == "decoder" else "x")
    return keras.Model(x, tensors[-1][1], name=name)
