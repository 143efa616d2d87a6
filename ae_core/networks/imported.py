"""Networks made elsewhere, read by :mod:`ae_core.networks.foreign`: a kind that is not trained."""

from __future__ import annotations

import re

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.networks.kinds import Kind, Shape


class ImportedKind(Kind):
    """The kind of a network from a file; its run's ``design`` is the code's shape, "7x7x2"."""

    trainable = False

    def takes(self, shape: Shape) -> bool:
        return True

    def check(self, config: TrainConfig, shape: Shape) -> None:
        raise UserError(
            "A network made elsewhere is not trained here; `design` makes one of the same layers."
        )

    def code_shape(self, config: TrainConfig, shape: Shape) -> Shape:
        if not re.fullmatch(r"[0-9]{1,4}(x[0-9]{1,4}){2}", config.design):
            raise UserError("The run does not say the shape of its code.")
        height, width, channels = (int(side) for side in config.design.split("x"))
        return height, width, channels

    def build(self, shape: Shape, config: TrainConfig):
        self.check(config, shape)
