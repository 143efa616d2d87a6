"""The lecture's four situations: 28×28 letters through codes of 14×14, 7×7, 2×2 and 1×1 values.

ReLU in every layer, the code's included, and a sigmoid in the decoder's last. A ReLU code can die:
once a value is zero for every image no gradient reaches it, and the decoder learns the mean image.
Four things keep it alive: the code starts near one for every image (small weights, bias 1), the
network begins with the mean image, the learning rate is warmed up, and upsampling is done by
sub-pixel convolutions.

A code that is a small image is made by convolutions, each value from its neighbourhood; the few
values of the last two speak of the whole letter, so their layers are dense.
"""

from __future__ import annotations

import keras

from ae_core.networks.designed import network, templates
from ae_core.networks.designed.network import start
from ae_core.networks.designed.planner import lay_out

__all__ = ["build", "start"]


def build(image_shape: tuple[int, int, int], code: int) -> keras.Model:
    """Build the situation with that code: x (N, 28, 28, C) in [0, 1] → x_hat of the same shape.

    Its layers are those of its template in :mod:`ae_core.networks.designed.templates`.
    """
    name = {196: "situation-1", 49: "situation-2", 4: "situation-3", 1: "situation-4"}[code]
    return network.of(lay_out(templates.TEMPLATES[name].design, tuple(image_shape)), name)
