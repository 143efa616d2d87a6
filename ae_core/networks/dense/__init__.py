"""The dense autoencoder: a network in the coordinates of PCA, which starts there and improves on it.

``network.py`` builds it, ``layers.py`` has its layers, ``training.py`` how a training of it begins.
"""

from __future__ import annotations

import math

from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.networks.kinds import Kind, Shape

LARGEST = 4096  # values of an image: every one has a row in each of its largest matrices


class DenseKind(Kind):
    """The kind whose images are no larger than its matrices allow."""

    def takes(self, shape: Shape) -> bool:
        return math.prod(shape) <= LARGEST

    def code_shape(self, config: TrainConfig, shape: Shape) -> Shape:
        if not self.takes(shape):
            raise UserError(
                "{title} takes images of at most {largest:,} values, not {values:,}.",
                title=Message(self.title),
                largest=LARGEST,
                values=math.prod(shape),
            )
        return super().code_shape(config, shape)
