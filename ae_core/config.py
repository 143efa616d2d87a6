"""What a training is asked to do: typed, checked once at the edge, then trusted."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass, field
from typing import Any

from ae_core.errors import Message, UserError

NOISE_KINDS = ("none", "gaussian", "salt-and-pepper", "speckle", "poisson", "masking")
AUGMENTATIONS = ("none", "shapes", "colours")
DEVICES = ("auto", "cpu", "gpu", "gpus")
# One device, or several of a kind that train one network together.
_DEVICE = re.compile(r"auto|gpus?|cpu(\+cpu){0,15}|gpu:\d{1,3}(\+gpu:\d{1,3}){0,15}")
LOSSES = ("mse", "psnr")
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Noise:
    """A corruption of 8-bit images; its formulas are in :mod:`ae_core.images.noise`."""

    kind: str = "none"
    level: float = 0.0  # unit by kind: see noise.KINDS
    low: float | None = None  # in training: level drawn per image from [low, level]
    clean: float = 0.0  # in training: share of the images that get no noise

    def __post_init__(self):
        _choice(Message("noise"), self.kind, NOISE_KINDS)
        most = 100 if self.kind in ("salt-and-pepper", "masking") else 255  # percent, or sigma
        _number(Message("noise level"), self.level, 0, most)
        if self.low is not None:
            _number(Message("lowest noise level"), self.low, 0, self.level)
        _number(Message("share of clean images"), self.clean, 0, 1)


@dataclass(frozen=True)
class TrainConfig:
    """One training, whole: the same config on the same machine gives the same network."""

    data: str = "letters"  # a data set's name; several joined by "+"
    network: str = "conv"  # a key of networks.NETWORKS
    code: int = 64  # values in the code; fixed by the network for situations, 0 for "unet"
    noise: Noise = field(default_factory=Noise)
    epochs: int = 20
    batch: int = 128
    learning_rate: float = 2e-3  # highest; warmed up, then cosine decay to zero over the epochs
    loss: str = "mse"  # "psnr": mean over the images of log MSE, so every image counts alike
    precision: str = "float32"  # "bfloat16": half-width arithmetic where the processor has it
    augment: str = "none"  # "shapes": shift, zoom, shear; "colours": flips, channel order, contrast
    device: str = "auto"
    seed: int = 0
    limit: int | None = None  # use at most so many training images
    start: str | None = None  # the run whose trained network is where this one begins
    side: int | None = None  # own images only
    colour: str | None = None  # own images only

    def __post_init__(self):
        if not isinstance(self.data, str) or not self.data:
            raise UserError("The data set's name must be a word, but it is {data!r}.", data=self.data)
        if not isinstance(self.network, str) or not self.network:
            raise UserError(
                "The network's name must be a word, but it is {network!r}.", network=self.network
            )
        _whole(Message("code size"), self.code, 0, 1024)
        _whole(Message("number of epochs"), self.epochs, 1, 10_000)
        _whole(Message("batch size"), self.batch, 1, 65_536)
        _number(Message("learning rate"), self.learning_rate, 1e-7, 1)
        _choice(Message("loss"), self.loss, LOSSES)
        _choice(Message("precision"), self.precision, PRECISIONS)
        _choice(Message("augmentation"), self.augment, AUGMENTATIONS)
        if not isinstance(self.device, str) or not _DEVICE.fullmatch(self.device):
            raise UserError(
                "The device must be auto, cpu, gpu, gpu:0, gpus (all of them together) or several "
                "joined as gpu:0+gpu:1, but it is {device!r}.",
                device=self.device,
            )
        _whole(Message("seed"), self.seed, 0, 2**31 - 1)
        if self.limit is not None:
            _whole(Message("limit of training images"), self.limit, 1, 10**9)
        if self.start is not None and (not isinstance(self.start, str) or not self.start):
            raise UserError(
                "The run to start from must be a word, but it is {start!r}.", start=self.start
            )
        if self.side is not None:
            _whole(Message("side of the images"), self.side, 8, 128)
        if self.colour is not None:
            _choice(Message("colour mode"), self.colour, ("grey", "colour"))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; :meth:`from_dict` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> TrainConfig:
        """Build from plain JSON types.

        Raises:
            UserError: an unknown key, a wrong type or a value out of range.
        """
        values = _known(Message("training configuration"), values, cls)
        if "noise" in values:
            values["noise"] = Noise(**_known(Message("noise"), values["noise"], Noise))
        return cls(**values)


def _known(what: str, values: Any, cls: type) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise UserError(
            "The {what} must be a JSON object, but it is {kind}.",
            what=what,
            kind=type(values).__name__,
        )
    names = {f.name for f in dataclasses.fields(cls)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise UserError(
            "The {what} has unknown entries {unknown}; known are {known}.",
            what=what,
            unknown=unknown,
            known=sorted(names),
        )
    return dict(values)


def _choice(what: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UserError(
            "The {what} must be one of {choices}, but it is {value!r}.",
            what=what,
            choices=", ".join(choices),
            value=value,
        )


def _whole(what: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UserError(
            "The {what} must be a whole number from {low} to {high}, but it is {value!r}.",
            what=what,
            low=low,
            high=high,
            value=value,
        )


def _number(what: str, value: Any, low: float, high: float) -> None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not low <= value <= high:
        raise UserError(
            "The {what} must be a number from {low} to {high}, but it is {value!r}.",
            what=what,
            low=low,
            high=high,
            value=value,
        )
