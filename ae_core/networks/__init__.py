"""The networks: what each is called, the shape of its code, how to build and how to load one.

Reading this module loads no Keras; :func:`build` and :func:`load` do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.machine import backends

if TYPE_CHECKING:
    import keras

    from ae_core.networks.inference import Network

Shape = tuple[int, int, int]

SHORTEST_RATE_CODE = 16  # on grey pictures some say what a linear code does not


@dataclass(frozen=True)
class NetworkInfo:
    """What can be said of a network before it is built."""

    name: str
    title: str
    code_sizes: tuple[int, ...] | None  # the only sizes it has; None: any from 1 to 1024
    side: int | None  # the only side it takes; None: any multiple of 4
    takes_level: bool = False  # the noise level is an input beside the image
    elastic: bool = False  # a prefix of its code, of any length, is a code
    rate: bool = False  # its code is whole numbers, and a rate level is an input beside the image

    @property
    def has_code(self) -> bool:
        """False for a network with skip connections, which stores nothing."""
        return self.code_sizes != (0,)


NETWORKS: dict[str, NetworkInfo] = {
    info.name: info
    for info in (
        NetworkInfo("situation-1", "Situation 1: code 14×14", (196,), 28),
        NetworkInfo("situation-2", "Situation 2: code 7×7", (49,), 28),
        NetworkInfo("situation-3", "Situation 3: code 2×2", (4,), 28),
        NetworkInfo("situation-4", "Situation 4: code 1×1", (1,), 28),
        NetworkInfo("conv", "Convolutional autoencoder", None, None),
        NetworkInfo(
            "elastic",
            "Elastic autoencoder: every code size and noise level",
            None,
            None,
            takes_level=True,
            elastic=True,
        ),
        NetworkInfo("rate", "Rate network: every number of bytes", None, None, rate=True),
        NetworkInfo("unet", "Denoiser with skip connections", (0,), None, takes_level=True),
    )
}


def info(name: str) -> NetworkInfo:
    """Return the network called ``name``.

    Raises:
        UserError: there is none.
    """
    if name not in NETWORKS:
        raise UserError(
            "There is no network {name!r}; known are {known}.", name=name, known=", ".join(NETWORKS)
        )
    return NETWORKS[name]


def code_shape(network: str, code: int, image_shape: Shape) -> Shape:
    """Return (h, w, c) of the code; (0, 0, 0) for a network without one.

    The situations have the lecture's maps. The convolutional autoencoder's code is a vector of
    ``code`` values, 1×1×code: each value may speak of the whole picture.

    Raises:
        UserError: the network has no code of that size, or does not take such images.
    """
    _check(network, code, image_shape)
    if not info(network).has_code:
        return 0, 0, 0
    if network in ("conv", "elastic", "rate"):
        return 1, 1, code
    grid = math.isqrt(code)
    return grid, grid, 1


def code_values(network: str, code: int, image_shape: Shape) -> int:
    """Return how many numbers the code holds."""
    return math.prod(code_shape(network, code, image_shape))


def default_code(network: str, code: int) -> int:
    """Return ``code`` where the network can have it, else the size it always has."""
    sizes = info(network).code_sizes
    return code if sizes is None or code in sizes else sizes[0]


def build(config: TrainConfig, image_shape: Shape) -> keras.Model:
    """Build the untrained network: x_noisy (N, H, W, C) in [0, 1] → x_hat of the same shape.

    Raises:
        UserError: as :func:`code_shape`.
    """
    _check(config.network, config.code, image_shape)
    backends.load()
    if config.network == "conv":
        from ae_core.networks import conv

        return conv.build(image_shape, config.code)
    if config.network == "elastic":
        from ae_core.networks import elastic

        return elastic.build(image_shape, config.code)
    if config.network == "rate":
        from ae_core.networks import rate

        return rate.build(image_shape, config.code)
    if config.network == "unet":
        from ae_core.networks import unet

        return unet.build(image_shape)
    from ae_core.networks import situations

    return situations.build(int(config.network[-1]), image_shape[2])


def load(path: Path) -> Network:
    """Load a trained network from a ``.keras`` file, in Keras's safe mode.

    Raises:
        UserError: the file is missing, damaged or not one of ours.
    """
    backends.load()
    from ae_core.networks.inference import load as load_network

    return load_network(path)


def _check(network: str, code: int, image_shape: Shape) -> None:
    about, (height, width, channels) = info(network), image_shape
    if about.side is not None and (height, width) != (about.side, about.side):
        raise UserError(
            "{title} takes {side}×{side} images, not {width}×{height}.",
            title=Message(about.title),
            side=about.side,
            width=width,
            height=height,
        )
    if height % 4 or width % 4:
        raise UserError(
            "The sides of the images must be multiples of 4, not {width}×{height}.",
            width=width,
            height=height,
        )
    if channels not in (1, 3):
        raise UserError("Images must have 1 or 3 channels, not {channels}.", channels=channels)
    if about.code_sizes is None and not 1 <= code <= 1024:
        raise UserError("The code size must be from 1 to 1024 values, but it is {code}.", code=code)
    if about.rate and code < SHORTEST_RATE_CODE:
        raise UserError(
            "{title} needs at least {shortest} values, not {code}.",
            title=Message(about.title),
            shortest=SHORTEST_RATE_CODE,
            code=code,
        )
    if about.code_sizes is not None and code not in about.code_sizes:
        raise UserError(
            "{title} has a code of {values} values, not {code}.",
            title=Message(about.title),
            values=about.code_sizes[0],
            code=code,
        )
