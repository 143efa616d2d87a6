"""What shows inside a network how it learns: its first layer's filters, and dead values of its code.

No kind of network is asked for: a layer is known by its weights, a value of the code by what it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

FILTERS = 16  # at most so many are kept of a layer
STILL = 1e-6  # a value that moves less than this share of the greatest code value is constant
UNUSED = 0.01  # variance of a mean under which a drawn value tells the decoder nothing
_ZERO = 127.5  # a weight of zero is mid-grey


def dead(y: np.ndarray, prior: bool = False) -> np.ndarray:
    """Return which values are zero or otherwise the same in every code, float (N, K): bool (K,).

    A ReLU that has fallen below zero for every image gives that, and no gradient reaches it any
    more (Lu et al. 2020, "Dying ReLU and initialization: theory and numerical examples"). Where codes
    are drawn around these with a deviation of about 1, as training towards a ``prior`` of N(0, I)
    leaves a value that it does not use, its variance over the images says so (Burda et al. 2016,
    "Importance weighted autoencoders", section 5).
    """
    same = np.ptp(y, axis=0) <= STILL * float(np.abs(y).max())
    return same | (y.var(axis=0) < UNUSED) if prior else same


def filters(network: keras.Model) -> np.ndarray | None:
    """Return the first filters of the layer that reads the image, uint8 (n, h, w, C), n at most 16.

    Of a convolution its windows; of a dense layer that reads every pixel the weights of each unit,
    as an image of the shape that it reads: the network's, or that of the image made smaller by
    pooling. Mid-grey is zero, black and white the weight of greatest
    size in that filter, below and above zero. What is read beside the image, such as a noise level,
    is left out.

    Returns:
        None where the first layer with weights reads something else than pixels.
    """
    shape = network.inputs[0].shape[1:]
    names = [layer.name for layer in network.layers]
    half = network.get_layer("encoder") if "encoder" in names else network
    first = next((layer for layer in half.layers if hasattr(layer, "kernel")), None)
    if first is None:
        return None
    from keras import layers, ops

    for layer in half.layers[: half.layers.index(first)]:
        if isinstance(layer, layers.Flatten):
            shape = layer.input.shape[1:]
    kernel = np.asarray(ops.convert_to_numpy(first.kernel), np.float32)
    if isinstance(first, layers.Conv2DTranspose):
        kernel = kernel.swapaxes(2, 3)  # (h, w, out, in) there
    channels = network.inputs[0].shape[-1]
    if kernel.ndim == 2 and shape[-1] == channels and len(kernel) == math.prod(shape):
        kernel = kernel.reshape(*shape, -1)
    elif kernel.ndim != 4 or kernel.shape[2] not in (channels, channels + 1):
        return None
    found = np.moveaxis(kernel[:, :, :channels, :FILTERS], -1, 0)
    largest = np.abs(found).max(axis=(1, 2, 3), keepdims=True)
    scaled = found / np.where(largest > 0, largest, 1)
    return np.rint(_ZERO + _ZERO * scaled).astype(np.uint8)
