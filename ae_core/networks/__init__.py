"""The networks: what each is called, what its trainings are, how to build and how to load one.

Reading this module loads no Keras; :func:`build` and :func:`load` do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae_core import data, runs
from ae_core.config import LOSSES, TrainConfig
from ae_core.errors import UserError
from ae_core.machine import backends, devices
from ae_core.networks import recipe
from ae_core.networks.designed import DesignedKind
from ae_core.networks.imported import ImportedKind
from ae_core.networks.kinds import Kind, Shape

if TYPE_CHECKING:
    import keras

    from ae_core.networks.network import Network
    from ae_core.networks.rate.inference import RateNetwork


def _in_rate_code(shape: Shape) -> int:
    """Return the most values of a rate network's code: brightness has one a pixel at the most.

    Two thirds of a colour code speak of brightness.
    """
    height, width, channels = shape
    return min(1024, height * width if channels == 1 else height * width * 3 // 2)


def _in_elastic_code(shape: Shape) -> int:
    """Return the most values of an elastic code: its decoder is told no more than 256."""
    return min(256, math.prod(shape))


_HERE = "ae_core.networks"
_SITUATION = {
    "side": 28,
    "losses": LOSSES,
    "by_chance": 3_000,
    "defaults": {"learning_rate": 4e-3},
}
# Of many values none is lost to steps that grow sooner.
_MANY_VALUES = _SITUATION | {"defaults": _SITUATION["defaults"] | {"warm_up": 0.1}}
# One value must bend through all letters: that takes twice as long, and smaller steps.
_ONE_VALUE = _SITUATION | {"by_chance": 6_400, "defaults": {"learning_rate": 2e-3}}
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("situation-1", "Situation 1: code 14×14", f"{_HERE}.situations", (196,), **_MANY_VALUES),
        Kind("situation-2", "Situation 2: code 7×7", f"{_HERE}.situations", (49,), **_MANY_VALUES),
        Kind("situation-3", "Situation 3: code 2×2", f"{_HERE}.situations", (4,), **_SITUATION),
        Kind("situation-4", "Situation 4: code 1×1", f"{_HERE}.situations", (1,), **_ONE_VALUE),
        Kind(
            "conv",
            "Convolutional autoencoder",
            f"{_HERE}.conv",
            losses=("mse", "psnr", "mae"),
        ),
        Kind(
            "dense",
            "Dense autoencoder: starts at PCA",
            f"{_HERE}.dense.training",
            longest_code=lambda shape: min(512, math.prod(shape) - 1),
            defaults={
                "loss": "psnr",
                "optimizer": "adamw",
                "learning_rate": 1e-3,
                "augment": "recut-colours",
            },
            starts_at_pca=True,
        ),
        Kind(
            "elastic",
            "Elastic autoencoder: every code size and noise level",
            f"{_HERE}.elastic.training",
            usual_code=_in_elastic_code,
            longest_code=_in_elastic_code,
            noise="own",
            noise_parts={"low": 0.0, "clean": 0.5},
            # It learns every level up to the highest, and PSNR weighs them alike.
            defaults={
                "loss": "psnr",
                "noise": {"kind": "gaussian", "level": 75.0, "low": 0.0, "clean": 0.5},
            },
            takes_level=True,
            every_size=True,
        ),
        Kind(
            "rate",
            "Rate network: every number of bytes",
            f"{_HERE}.rate.training",
            shortest=16,  # on grey images some values say what a linear code does not
            steps=(100, 200, 288, 400, 624),
            usual_code=lambda shape: min(288 if shape[2] == 1 else 624, _in_rate_code(shape)),
            longest_code=_in_rate_code,
            noise="never",
            bits=True,
        ),
        Kind(
            "unet",
            "Denoiser with skip connections",
            f"{_HERE}.unet",
            (0,),
            noise="needed",
            noise_parts={"low": 0.0},
            defaults={"noise": {"kind": "gaussian", "level": 50.0, "low": 0.0}},
            takes_level=True,
            reach=56,
        ),
        Kind(
            "unet-pca",
            "Denoiser that starts at PCA",
            f"{_HERE}.unet_pca",
            (0,),
            noise="needed",
            # What it does to coordinates of PCA is known, as of no other noise.
            removes="gaussian",
            noise_parts={"low": 0.0},
            # PSNR weighs all levels alike, so that the faint ones are learned too; larger steps are
            # too large for them.
            defaults={
                "loss": "psnr",
                "learning_rate": 8e-4,
                "augment": "recut-colours",
                "noise": {"kind": "gaussian", "level": 75.0, "low": 0.0},
            },
            takes_level=True,
        ),
        Kind(
            "unet-wide",
            "Wide denoiser with skip connections",
            f"{_HERE}.unet_wide",
            (0,),
            noise="needed",
            noise_parts={"low": 0.0},
            defaults={"noise": {"kind": "gaussian", "level": 75.0, "low": 0.0}},
            takes_level=True,
            reach=56,
        ),
        DesignedKind(
            "designed",
            "Your own design",
            f"{_HERE}.designed.network",
            longest_code=lambda shape: math.prod(shape) - 1,
            losses=LOSSES,
            by_chance=3_000,
        ),
        ImportedKind("imported", "Made elsewhere", ""),
    )
}


def _refuse(config: TrainConfig) -> None:
    data.members(config.data)
    if config.network not in KINDS:
        raise UserError(
            "Its network is {network!r}, which this program does not have.", network=config.network
        )


runs.know(_refuse)


def kind(name: str) -> Kind:
    """Return the kind of network called ``name``.

    Raises:
        UserError: there is none.

    >>> kind("elastic").every_size
    True
    """
    if name not in KINDS:
        raise UserError(
            "There is no network {name!r}; known are {known}.", name=name, known=", ".join(KINDS)
        )
    return KINDS[name]


def denoiser(noise: str) -> Kind:
    """Return the kind of network to train where a noise shall be removed, by the noise's name.

    >>> denoiser("gaussian").name, denoiser("speckle").name
    ('unet-pca', 'unet')
    """
    found = [one for one in KINDS.values() if one.noise == "needed"]
    return next((one for one in found if one.removes == noise), found[0])


def configure(given: Mapping[str, Any]) -> TrainConfig:
    """Return the training that is asked for, checked: the one place that says what it is.

    Args:
        given: entries of a :class:`TrainConfig` as plain JSON types. What is not among them is what
            goes with the network, the data and the number of images (see
            :mod:`ae_core.networks.recipe`); of a noise, also its level and range.

    Raises:
        UserError: an entry is unknown or wrong, or they do not go together.

    >>> config = configure({"data": "letters", "network": "situation-3", "epochs": 5})
    >>> config.epochs, config.loss, config.code
    (5, 'mse', 4)
    >>> configure({"data": "letters", "network": "transformer"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ae_core.errors.UserError: There is no network 'transformer'; known are ...
    """
    named = ("data", "network", "device", "limit", "batch", "epochs")
    names = {name: given[name] for name in named if name in given}
    first = TrainConfig.from_dict(names)  # they are words, before they are looked up
    about = kind(first.network)
    shapes = [data.info(name).shape for name in data.members(first.data)]
    if len(set(shapes)) > 1:
        sizes = zip(data.members(first.data), shapes, strict=True)
        raise UserError(
            "Sets that are joined need images of one size, and all grey or all in colour; these have "
            "width×height×channels of {sizes}.",
            sizes=", ".join(f"{w}×{h}×{c} ({name})" for name, (h, w, c) in sizes),
        )
    images = data.training_images(first.data, first.limit)
    asked = {name: given[name] for name in ("batch", "epochs") if name in given}
    usual = recipe.of(images, about.by_chance, **asked)
    whole = usual | about.complete(given, shapes[0], data.have_photographs(first.data))
    if "precision" not in given:
        whole["precision"] = devices.precision(first.device)
    config = TrainConfig.from_dict(whole)
    for shape in shapes:
        about.check(config, shape)
    return config


def code_shape(config: TrainConfig, image_shape: Shape) -> Shape:
    """Return (h, w, c) of the code; (0, 0, 0) for a network without one.

    The situations have the lecture's maps, a designed network has its own. The convolutional
    autoencoder's code is a vector, 1×1×code: each value may speak of the whole image.

    Raises:
        UserError: the network has no code of that size, or does not take such images.

    >>> code_shape(configure({"data": "letters", "network": "situation-2"}), (28, 28, 1))
    (7, 7, 1)
    """
    return kind(config.network).code_shape(config, image_shape)


def code_values(config: TrainConfig, image_shape: Shape) -> int:
    """Return how many numbers the code holds.

    >>> code_values(configure({"data": "letters", "network": "situation-2"}), (28, 28, 1))
    49
    """
    return math.prod(code_shape(config, image_shape))


def build(config: TrainConfig, image_shape: Shape) -> keras.Model:
    """Build the untrained network: x_noisy (N, H, W, C) in [0, 1] → x_hat of the same shape.

    Raises:
        UserError: as :func:`code_shape`.

    >>> network = build(configure({"data": "letters", "network": "situation-4"}), (28, 28, 1))
    >>> network.output_shape
    (None, 28, 28, 1)
    """
    about = kind(config.network)
    about.code_shape(config, image_shape)
    backends.load()
    return about.build(image_shape, config)


def load(path: Path) -> Network:
    """Load a trained network from a ``.keras`` file, in Keras's safe mode.

    Raises:
        UserError: the file is missing, damaged or not one of ours.

    >>> network = load(runs.get("letters-situation-2").model_path)
    >>> network.image_shape, network.code_shape
    ((28, 28, 1), (7, 7, 1))
    """
    backends.load()
    from ae_core.networks import inference

    return inference.load(path)


def load_codec(path: Path) -> RateNetwork:
    """Load a trained network whose codes are bits; see :func:`load`.

    Raises:
        UserError: the file is missing, damaged, or holds another kind of network.

    >>> load_codec(runs.get("letters-codec").model_path).bits
    True
    """
    network = load(path)
    if not network.bits:
        raise UserError("{path} holds no rate network, so it cannot write or read bytes.", path=path)
    return network
