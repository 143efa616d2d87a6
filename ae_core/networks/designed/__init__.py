"""Networks of one's own: a line of layers, what it comes to, and the kind that trains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.networks.designed import notation, templates
from ae_core.networks.designed.notation import Design
from ae_core.networks.designed.plan import Plan
from ae_core.networks.designed.planner import lay_out
from ae_core.networks.kinds import Kind, Shape


class DesignedKind(Kind):
    """The kind whose layers are a line of the configuration."""

    designed = True

    def complete(
        self, given: Mapping[str, Any], shape: Shape, photographs: bool = False
    ) -> dict[str, Any]:
        """Return the entries of a :class:`TrainConfig`; a code size given resizes the code."""
        whole = super().complete(given, shape, photographs)
        text = whole.get("design") or templates.USUAL
        if not isinstance(text, str):
            return whole  # the configuration says what is wrong with it
        design = notation.parse(text)
        if isinstance(given.get("code"), int):
            design = with_code(design, given["code"], shape)
        return whole | {"design": str(design), "code": lay_out(design, shape).code_values}

    def code_shape(self, config: TrainConfig, shape: Shape) -> Shape:
        return planned(config, shape).require().code_shape

    def has_prior(self, config: TrainConfig) -> bool:
        return notation.parse(config.design).code.penalty == "kl"

    def takes(self, shape: Shape) -> bool:
        return True

    def build(self, shape: Shape, config: TrainConfig):
        return self._own("build")(shape, config)


def design(config: TrainConfig) -> Design | None:
    """Return the design of a training: its own, the lecture's for a situation, None for the others.

    Raises:
        UserError: it cannot be read.
    """
    if config.network in templates.TEMPLATES:
        return templates.TEMPLATES[config.network].design
    return notation.parse(config.design) if config.network == "designed" else None


def planned(config: TrainConfig, shape: Shape) -> Plan:
    """Return the design of a training worked out for images of a shape, problems and all.

    Raises:
        UserError: it has none, or it cannot be read.
    """
    found = design(config)
    if found is None:
        raise UserError("The network {network} has no design.", network=config.network)
    return lay_out(found, tuple(shape), config.loss)


def with_code(design: Design, values: int, shape: Shape) -> Design:
    """Return a design with a code of so many values.

    Raises:
        UserError: its code is a map, of which every channel has more, or is folded.

    >>> str(with_code(notation.parse("conv8:s2 > vector4 > mirror"), 16, (28, 28, 1)))
    'conv8:k3:s2 > vector16 > mirror'
    """
    height, width, channels = lay_out(design, shape).code_shape
    now = height * width * channels
    if values == now or values < 1:
        return design
    if design.code.kind == "fold" or (design.code.kind == "map" and values % (height * width)):
        raise UserError(
            "The code of this design is a map of {height}×{width}, so it can have {multiple}, "
            "{twice}… values, not {values}.",
            height=height,
            width=width,
            multiple=height * width,
            twice=2 * height * width,
            values=values,
        )
    size = values if design.code.kind == "vector" else values // (height * width)
    return replace(design, code=replace(design.code, size=size))
