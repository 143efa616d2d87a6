"""The denoiser with more maps, for photographs: they differ more from each other than digits do."""

from __future__ import annotations

import keras

from ae_core.networks import unet

WIDTHS, BLOCKS = (96, 144), (2, 4, 2)


def build(image_shape: tuple[int, int, int], code: int = 0) -> keras.Model:
    """Build the network of :func:`ae_core.networks.unet.build` with four times its weights."""
    return unet.build(image_shape, code, WIDTHS, BLOCKS)
