"""What is to be seen in the drawing, in one sentence, from the layers drawn alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ae_core.drawing.layers import LayerInfo
from dashboard.i18n import as_text, number, t


def sentence(layers: Sequence[LayerInfo], top: int | None = None) -> str:
    """Return where most parameters are, and how few values the image passes through.

    Args:
        layers: of the network.
        top: how many values of an elastic network's code its decoder uses; None: all.
    """
    total = sum(i.parameters for i in layers)
    image = math.prod(layers[0].shape)
    if not total:
        return ""
    heaviest = max(layers, key=lambda i: i.parameters)
    percent = number(100 * heaviest.parameters / total, 0)
    about = {"percent": percent, "layer": heaviest.number, "name": as_text(heaviest.path)}
    code = next((i for i in reversed(layers) if i.code), None)
    least = code or min(layers[1:], key=lambda i: math.prod(i.shape))
    about |= {"narrow": least.number, "image": number(image, 0)}
    values = top if code and top else math.prod(least.shape)
    about["values"] = t("unit.values", n=values)
    return t("architecture.seen_code" if code else "architecture.seen", **about)
