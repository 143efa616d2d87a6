"""What a design is once it is worked out: its Keras layers one by one, and what cannot be.

:mod:`.planner` works it out, :mod:`.network` builds what stands here, :mod:`.keras_code` writes it
down as a program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ae_core.errors import Message, UserError
from ae_core.networks.designed.notation import Design, Layer

ENCODER, CODE, DECODER = "encoder", "code", "decoder"

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """A constructor of Keras: ``keras.MODULE.NAME(**options)``."""

    name: str
    options: dict
    module: str = "initializers"


@dataclass(frozen=True)
class Step:
    """One Keras layer.

    Attributes:
        name: of the layer in its half of the network.
        keras: its class in ``keras.layers``.
        options: of its constructor, but for the name; an initialiser is a word or a :class:`Call`.
        inputs: names of the layers that it reads; "x" is the image, "y" the code.
        shape: of its output.
        part: "encoder" or "decoder": the half that it is in.
        row: (part of the design, place in it) of the layer that it is there for.
        parameters: its weights, those that are not trained by gradients among them.
        operations: multiply-adds for one image.
    """

    name: str
    keras: str
    options: dict
    inputs: tuple[str, ...]
    shape: Shape
    part: str
    row: tuple[str, int]
    parameters: int = 0
    operations: int = 0


@dataclass(frozen=True)
class Problem:
    """What is wrong with a layer, and what to do; ``error``: nothing can be trained with it."""

    row: tuple[str, int]
    message: Message
    error: bool = True


@dataclass
class Plan:
    """A design for images of ``image_shape``.

    Attributes:
        design: what is planned.
        decoder: its layers, written out.
        steps: the Keras layers in their order, the encoder's first.
        code_shape: (h, w, c); (1, 1, n) for a vector.
        problems: by row.
    """

    design: Design
    image_shape: tuple[int, int, int]
    decoder: tuple[Layer, ...] = ()
    steps: list[Step] = field(default_factory=list)
    code_shape: tuple[int, int, int] = (0, 0, 0)
    problems: list[Problem] = field(default_factory=list)

    @property
    def code_values(self) -> int:
        """How many numbers the code holds."""
        return math.prod(self.code_shape)

    @property
    def parameters(self) -> int:
        """Weights of the whole network."""
        return sum(step.parameters for step in self.steps)

    @property
    def operations(self) -> int:
        """Multiply-adds for one image."""
        return sum(step.operations for step in self.steps)

    def of_row(self, part: str, place: int) -> list[Step]:
        """Return the Keras layers that one layer of the design became."""
        return [step for step in self.steps if step.row == (part, place)]

    def require(self) -> Plan:
        """Return the plan itself.

        Raises:
            UserError: something in it cannot be; it says the first such thing and where.
        """
        for problem in self.problems:
            if problem.error:
                part, place = problem.row
                if part == CODE:
                    raise UserError("The code: {reason}", reason=problem.message)
                raise UserError(
                    "{part} {n}: {reason}", part=_WHERE[part], n=place + 1, reason=problem.message
                )
        return self


_WHERE = {ENCODER: Message("Encoder, layer"), DECODER: Message("Decoder, layer")}
