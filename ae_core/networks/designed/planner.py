"""Works a design out for images of one shape, layer by layer, and says what cannot be.

No Keras is loaded, so that a page can do it at every edit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ae_core.errors import Message
from ae_core.networks.designed.mirror import mirror
from ae_core.networks.designed.notation import FORMS, IMAGE, Code, Design, Layer
from ae_core.networks.designed.plan import (
    CODE,
    DECODER,
    ENCODER,
    Call,
    Plan,
    Problem,
    Shape,
    Step,
)

MOST_PARAMETERS = 30_000_000
LARGEST = 4  # times the image's side: a map beyond it is a mistake
SIDES = 4  # sides of which this is no divisor are filled up where a design needs it
FEW = 8  # values of a code: the kinks of the layer that reads so few are spread over their range


@lru_cache(maxsize=256)
def lay_out(design: Design, image_shape: tuple[int, int, int], loss: str = "mse") -> Plan:
    """Return a design worked out for images (H, W, C); what is wrong is in its ``problems``.

    Where sides that are no multiples of 4 do not come back, it is laid out for larger images: zeros
    are put around the image first, and cut off at the end.

    >>> from ae_core.networks.designed import notation
    >>> plan = lay_out(notation.parse("conv8:s2:relu > vector4 > mirror"), (28, 28, 1))
    >>> plan.code_shape, plan.parameters, plan.problems
    ((1, 1, 4), 14269, [])
    """
    first = _Planner(design, image_shape, loss, image_shape)
    inside = (*(side + -side % SIDES for side in image_shape[:2]), image_shape[2])
    if first.misses and inside != image_shape:
        second = _Planner(design, image_shape, loss, inside)
        return first.plan if second.misses else second.plan
    return first.plan


class _Planner:
    """Goes through a design from the image to the image; ``shape`` is what the next layer reads.

    ``inside`` is the shape of the image for its layers; ``misses``: its sides do not come back.
    """

    def __init__(self, design: Design, image_shape: Shape, loss: str, inside: Shape):
        self.plan, self.inside, self.misses = Plan(design, image_shape), inside, False
        self.part, self.shape, self.before = ENCODER, tuple(image_shape), "x"
        self.row = (ENCODER, 0) if design.encoder else (CODE, 0)
        more = tuple((0, a - b) for a, b in zip(inside[:2], image_shape[:2], strict=True))
        if inside != image_shape:
            self._add("pad", "ZeroPadding2D", inside, padding=more)
        shapes = []
        for place, layer in enumerate(design.encoder):
            shapes.append(self.shape)
            self.row = (ENCODER, place)
            self._layer(layer, "enc")
        shapes.append(self.shape)
        self.row = (CODE, 0)
        self._code(design.code)
        mirrored = design.decoder is None
        decoder = mirror(design.encoder, design.code, shapes) if mirrored else design.decoder
        self.plan.decoder = decoder
        self.part, self.before, self.shape = DECODER, "y", self.plan.code_shape
        shuffle = decoder[-1].stride if decoder and decoder[-1].kind == "shuffle" else 0
        self.ending = len(decoder) - (2 if shuffle else 1)
        for place, layer in enumerate(decoder):
            self.row = (DECODER, place)
            self._layer(layer, "dec", last=place == self.ending, shuffle=shuffle or 1)
        self._end(decoder, mirrored, shapes, loss)
        if inside != image_shape and not self.misses:
            self._add("cut", "Cropping2D", image_shape, cropping=more)

    def _problem(self, template: str, **values) -> None:
        self.plan.problems.append(Problem(self.row, Message(template, **values)))

    def _warn(self, template: str, **values) -> None:
        self.plan.problems.append(Problem(self.row, Message(template, **values), error=False))

    def _add(self, name: str, keras: str, shape: Shape, inputs=None, counts=(0, 0), **options) -> str:
        parameters, operations = counts
        self.plan.steps.append(
            Step(
                name,
                keras,
                options,
                inputs or (self.before,),
                tuple(shape),
                self.part,
                self.row,
                parameters,
                operations,
            )
        )
        self.before, self.shape = name, tuple(shape)
        return name

    # One layer

    def _layer(self, layer: Layer, half: str, last: bool = False, shuffle: int = 1) -> None:
        name = f"{half}{self.row[1] + 1}_{layer.kind}"
        if last and shuffle > 1 and layer.size == IMAGE:  # it gives the image after the shuffle
            layer = replace(layer, size=self.plan.image_shape[2] * shuffle**2)
        if layer.size == IMAGE and not last:
            self._problem("* stands in the last layer of the decoder only; give it a size.")
            layer = replace(layer, size=1)
        if layer.kind == "dense":
            self._dense(name, layer)
        elif layer.kind == "fold":
            self._fold(name, layer)
        elif layer.kind in ("norm", "drop"):
            options = {"rate": layer.rate} if layer.kind == "drop" else {}
            counts = (4 * self.shape[-1], math.prod(self.shape)) if layer.kind == "norm" else (0, 0)
            self._add(name, FORMS[layer.kind].keras, self.shape, counts=counts, **options)
        elif len(self.shape) != 3:
            self._problem(
                "This layer needs a map, but it gets {n} values in a row: put a fold before it.",
                n=self.shape[0],
            )
        else:
            self._on_map(name, layer)

    def _dense(self, name: str, layer: Layer, **options) -> None:
        """Add a dense layer, behind one that puts a map into a row."""
        read = math.prod(self.shape)
        if len(self.shape) == 3:
            self._add(f"{name}_flatten", "Flatten", (read,))
        size = layer.size or math.prod(self.inside)
        if self.part == DECODER and self.row[1] == 0 and layer.size != IMAGE and read < FEW:
            spread = 8.0 if read == 1 else 2.0
            options["bias_initializer"] = Call("RandomUniform", {"minval": -spread, "maxval": spread})
        counts = (read * size + size, read * size)
        options = {"activation": layer.activation, **_start(layer.activation), **options}
        self._add(name, "Dense", (size,), counts=counts, units=size, **options)
        if layer.size == IMAGE:
            self._add("x_hat", "Reshape", self.inside, target_shape=self.inside)

    def _fold(self, name: str, layer: Layer) -> None:
        if math.prod(self.shape) != math.prod(layer.shape):
            h, w, c = layer.shape
            self._problem(
                "{n} values cannot be folded to {h}×{w}×{c}, which are {product}: change the layer "
                "before it to {product}.",
                n=math.prod(self.shape),
                h=h,
                w=w,
                c=c,
                product=math.prod(layer.shape),
            )
        self._add(name, "Reshape", layer.shape, target_shape=layer.shape)

    def _on_map(self, name: str, layer: Layer, **options) -> None:
        """Add a convolution, a pooling or an upsampling; all keep the sides but for the stride."""
        h, w, c = self.shape
        s = layer.stride
        if layer.kind == "shuffle":
            self._shuffle(name, s)
            return
        smaller = layer.kind in ("conv", "maxpool", "avgpool")
        if smaller and s > 1 and max(h, w) == 1:
            self._problem("A 1×1 map cannot be made smaller: take this layer out.")
        sides = (-(-h // s), -(-w // s)) if smaller else (h * s, w * s)
        if max(sides) > LARGEST * max(self.plan.image_shape[:2]):
            self._problem(
                "A map of {h}×{w} is far larger than the image: take a smaller stride.",
                h=sides[0],
                w=sides[1],
            )
            sides = h, w
        if layer.kind == "up":
            self._add(name, "UpSampling2D", (*sides, c), size=s)
        elif "size" not in FORMS[layer.kind].fields:
            keras = FORMS[layer.kind].keras
            self._add(name, keras, (*sides, c), pool_size=s, strides=s, padding="same")
        else:
            filters = layer.size or self.plan.image_shape[2]
            weights = layer.kernel**2 * c * filters
            places = sides[0] * sides[1] if layer.kind == "conv" else h * w
            self._add(
                "x_hat" if layer.size == IMAGE else name,
                FORMS[layer.kind].keras,
                (*sides, filters),
                counts=(weights + filters, weights * places),
                filters=filters,
                kernel_size=layer.kernel,
                **({"strides": s} if s > 1 else {}),
                padding="same",
                activation=layer.activation,
                **{**_start(layer.activation), **options},
            )

    def _shuffle(self, name: str, s: int) -> None:
        h, w, c = self.shape
        if c % s**2:
            self._problem(
                "{c} channels cannot be laid out {s}×{s}: give the layer before it a multiple of "
                "{multiple}.",
                c=c,
                s=s,
                multiple=s**2,
            )
            return
        last = self.row == (DECODER, self.ending + 1) if self.part == DECODER else False
        apart, order = (h, w, s, s, c // s**2), (1, 3, 2, 4, 5)
        shape = (h * s, w * s, c // s**2)
        self._add(f"{name}_apart", "Reshape", apart, target_shape=apart)
        self._add(f"{name}_order", "Permute", (h, s, w, s, c // s**2), dims=order)
        self._add("x_hat" if last else name, "Reshape", shape, target_shape=shape)

    # The code, and the end

    def _code(self, code: Code) -> None:
        if code.penalty == "kl" and code.activation != "linear":
            self._problem("A variational code is drawn around a mean of any sign: make it linear.")
        read = self.shape
        if code.kind == "map" and len(read) != 3:
            self._problem(
                "This code is a map, but the encoder ends in {n} values in a row: take a vector.",
                n=read[0],
            )
            code = replace(code, kind="vector")
        # A ReLU code dies where it begins at zero: it begins near one for every image instead.
        alive = {
            "kernel_initializer": Call("RandomNormal", {"stddev": 0.02}),
            "bias_initializer": "ones",
        }
        options = alive if code.activation == "relu" else {}
        if code.penalty == "l1":
            options["activity_regularizer"] = Call("L1", {"l1": code.weight}, "regularizers")
        if code.penalty == "kl":
            self._variational(code)
        elif code.kind == "map":
            self._on_map("code", _made_by(code), **options)
        else:
            self._dense("code_values", _made_by(code), **options)
        if code.kind != "map":
            shape = code.shape if code.kind == "fold" else (1, 1, code.size)
            self._add("code", "Reshape", shape, target_shape=shape)
        self.plan.code_shape = self.shape
        if code.activation == "relu":
            self._warn(
                "A ReLU code can die: a value that is 0 for every image learns nothing more. A "
                "linear code cannot.",
            )
        values, image = math.prod(self.shape), math.prod(self.plan.image_shape)
        if values >= image:
            self._problem(
                "The code has {n:,} values and the image {image:,}: nothing would be compressed. "
                "Take fewer channels or a smaller map.",
                n=values,
                image=image,
            )

    def _variational(self, code: Code) -> None:
        """Add a code drawn as mean + deviation · noise; outside training there is no noise.

        All of it are standard layers: the noise is that of ``GaussianNoise`` on zeros.
        """
        ending = "" if code.kind == "map" else "_values"
        start, shape = self.before, self.shape
        if code.kind != "map" and len(shape) == 3:
            start = self._add("code_flatten", "Flatten", (math.prod(shape),))
            shape = self.shape
        made = _made_by(code)

        def head(name: str, **options) -> str:
            self.before, self.shape = start, shape
            if code.kind == "map":
                self._on_map(name, made, **options)
            else:
                self._dense(name, made, **options)
            return name

        log_variance = head("log_variance", kernel_initializer="zeros")  # begins at a deviation of 1
        half = self._add("half", "Rescaling", self.shape, (log_variance,), scale=0.5)
        deviation = self._add(
            "deviation", "Activation", self.shape, (half,), activation="exponential"
        )
        mean = head("mean")
        zeros = self._add("zeros", "Rescaling", self.shape, (mean,), scale=0.0)
        drawn = self._add("noise", "GaussianNoise", self.shape, (zeros,), stddev=1.0)
        spread = self._add("spread", "Multiply", self.shape, (deviation, drawn))
        self._add(f"code{ending}", "Add", self.shape, (mean, spread))

    def _end(self, decoder: Sequence[Layer], mirrored: bool, shapes: Sequence[Shape], loss: str):
        self.row = (DECODER, max(0, self.ending))
        ending = decoder[self.ending] if decoder and self.ending >= 0 else None
        if ending is None or ending.kind not in ("conv", "deconv", "dense") or ending.size != IMAGE:
            self._problem("The last layer gives the image: a conv, deconv or dense whose size is *.")
        elif self.shape != self.inside:
            self.misses = True
            self._wrong_sides(mirrored, shapes)
        elif ending.activation not in ("sigmoid", "linear"):
            self._warn(
                "Images are from 0 to 1: sigmoid gives just that, {activation} does not.",
                activation=ending.activation,
            )
        if loss == "bce" and ending is not None and ending.activation != "sigmoid":
            self._problem(
                "Binary cross-entropy needs values between 0 and 1: make the last layer sigmoid, or "
                "take another loss."
            )
        if self.plan.parameters > MOST_PARAMETERS:
            largest = max(self.plan.steps, key=lambda step: step.parameters)
            self.row = largest.row
            self._problem(
                "The network has {n:,} parameters, {own:,} of them here; at most {most:,} are "
                "trained. Take fewer units, or a stride before them.",
                n=self.plan.parameters,
                own=largest.parameters,
                most=MOST_PARAMETERS,
            )

    def _wrong_sides(self, mirrored: bool, shapes: Sequence[Shape]) -> None:
        """Say it where the sides do not halve evenly, if the decoder only undoes that."""
        for place, layer in enumerate(self.plan.design.encoder if mirrored else ()):
            s = layer.stride
            odd = len(shapes[place]) == 3 and any(side % s for side in shapes[place][:2])
            if odd and layer.kind in ("conv", "maxpool", "avgpool"):
                h, w = shapes[place][:2]
                a, b = -(-h // s), -(-w // s)
                self.row = (ENCODER, place)
                self._problem(
                    "{h}×{w} becomes {a}×{b} here and comes back as {c}×{d}: take stride 1, or end "
                    "the encoder before this layer.",
                    h=h,
                    w=w,
                    a=a,
                    b=b,
                    c=a * s,
                    d=b * s,
                )
                return
        got, wanted = ("×".join(map(str, shape)) for shape in (self.shape, self.inside))
        self._problem(
            "The decoder gives {got}, but the image is {wanted}: change its strides, or end in "
            "dense*.",
            got=got,
            wanted=wanted,
        )


def _made_by(code: Code) -> Layer:
    """Return the layer that computes the code's values."""
    size = math.prod(code.shape) if code.kind == "fold" else code.size
    kind = "conv" if code.kind == "map" else "dense"
    return Layer(kind, size=size, kernel=code.kernel, activation=code.activation)


def _start(activation: str) -> dict:
    """Return the initialiser of a layer with weights (He et al. 2015 for the kinked ones)."""
    kinked = activation in ("relu", "leaky_relu", "gelu", "elu")
    return {"kernel_initializer": "he_normal"} if kinked else {}
