"""What a training is asked to do: typed, checked once at the edge, then trusted."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import Any

from ae_core.errors import Message, UserError, check_choice, check_number, check_whole
from ae_core.images.noise import Noise

RECUT = ("recut", "recut-colours")  # augmentations of sets whose photographs are there
AUGMENTATIONS = ("none", "flips", "shapes", "colours", "both", *RECUT, "auto")
DEVICES = ("auto", "cpu", "gpu", "gpus")
# One device, or several of a kind that train one network together.
_DEVICE = re.compile(r"auto|gpus?|cpu(\+cpu){0,15}|gpu:\d{1,3}(\+gpu:\d{1,3}){0,15}")
_GONE = ("side", "colour")  # entries of runs made before, which nobody read
LOSSES = ("mse", "psnr", "mae", "bce")
SEARCH_STEPS = 30  # of a search for better codes where one is asked for; see networks.search
MOMENTUM = 0.9  # of "sgd"
OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")
PRECISIONS = ("float32", "bfloat16")


def _choose(default: str, choices: tuple[str, ...], help: str, **about: Any) -> Any:
    return field(default=default, metadata={"choices": choices, "help": help, **about})


def _between(default: Any, low: float, high: float, help: str, **about: Any) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "help": help, **about})


@dataclass(frozen=True)
class TrainConfig:
    """One training, whole: the same config on the same machine gives the same network.

    An entry's metadata is what the command line and the form of the dashboard ask for it with:

    - ``choices``, or ``low`` and ``high``: what is allowed; ``of``: what a refusal calls it;
    - ``help``: what the command line says of it; the form has ``train.NAME`` of the catalogue;
    - ``form``: "shown", "more" (in the fold) or absent; ``steps``: the values that it offers there;
    - ``auto``: the form lets the machine choose, and then nothing is asked for.
    """

    data: str = field(
        default="letters",  # a data set's name; several joined by "+"
        metadata={
            "help": "letters, numbers (drawn by the program), notmnist, svhn (see `data`), own-NAME, "
            "or several joined by +",
            "of": Message("data set's name"),
        },
    )
    network: str = field(  # a key of networks.KINDS
        default="conv",
        metadata={
            "help": "the kind of network",
            "of": Message("network's name"),
        },
    )
    code: int = _between(
        64, 0, 4096, "values in the code, where the network leaves a choice", of=Message("code size")
    )
    design: str = field(  # a line of networks.designed.notation; "" for the other networks
        default="",
        metadata={
            "help": "layers of a network of your own, such as 'conv32:k3:s2:relu > vector32 > "
            "mirror' (see `design`)",
            "of": Message("design"),
        },
    )
    noise: Noise = field(default_factory=Noise)
    start: str | None = field(
        default=None,
        metadata={
            "help": "begin with the trained network of this run",
            "of": Message("run to start from"),
        },
    )
    limit: int | None = _between(
        None,
        1,
        10**9,
        "use only so many training images",
        of=Message("limit of training images"),
        form="more",
        step=1000,
    )
    epochs: int = _between(
        20, 1, 10_000, "passes over the data", of=Message("number of epochs"), form="shown"
    )
    batch: int = _between(
        128,
        1,
        65_536,
        "images per step",
        of=Message("batch size"),
        form="more",
        steps=(16, 32, 64, 128, 256, 512),
    )
    learning_rate: float = _between(  # warmed up, then cosine decay to zero over the epochs
        2e-3,
        1e-7,
        1,
        "highest learning rate",
        of=Message("learning rate"),
        form="more",
        steps=(1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1),
    )
    warm_up: float = _between(
        0.03,
        0,
        0.9,
        "share of all steps in which the learning rate rises",
        of=Message("warm-up"),
        form="more",
        steps=(0.0, 0.03, 0.1, 0.2, 0.3),
    )
    validate_every: int = _between(
        1,
        1,
        10_000,
        "passes over the data between two looks at the validation images",
        of=Message("number of epochs between validations"),
        form="more",
    )
    patience: int = _between(
        0,
        0,
        10_000,
        "validations without a gain after which it ends by itself; 0: never",
        of=Message("patience"),
        form="more",
    )
    augment: str = _choose(
        "none",
        AUGMENTATIONS,
        "flips: mirrored and transposed; shapes: shift, zoom, shear; colours: flips, channel order, "
        "contrast; both; recut: crops cut again with jitter, where the set has their photographs; "
        "recut-colours: these with colours; auto: what suits the images",
        of=Message("augmentation"),
        form="more",
    )
    loss: str = _choose(
        "mse",
        LOSSES,
        "psnr: the mean of log MSE, so that every image counts alike; mae: absolute error; bce: "
        "binary cross-entropy, after a sigmoid",
        of=Message("loss"),
        form="more",
    )
    optimizer: str = _choose(
        "adam",
        OPTIMIZERS,
        "sgd: with momentum 0.9; each has its usual learning rate",
        of=Message("optimiser"),
        form="more",
    )
    precision: str = _choose(
        "float32",
        PRECISIONS,
        "bfloat16: half-width arithmetic where the processor has it",
        of=Message("precision"),
        form="more",
        auto=True,
    )
    seed: int = _between(0, 0, 2**31 - 1, "same seed, same history", of=Message("seed"), form="more")
    device: str = field(
        default="auto",
        metadata={
            "help": "auto, cpu, gpu or gpu:1; gpus (all) or gpu:0+gpu:1 share each batch",
            "form": "more",
            "steps": DEVICES,
        },
    )

    def __post_init__(self):
        for entry in dataclasses.fields(self):
            _check(entry, getattr(self, entry.name))

    def changes(self) -> dict[str, Any]:
        """Return as plain JSON types what is not as usual; it is enough to build it again."""
        usual = TrainConfig().to_dict()
        return {name: value for name, value in self.to_dict().items() if value != usual[name]}

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
    values = {name: value for name, value in values.items() if name not in _GONE}
    unknown = sorted(set(values) - names)
    if unknown:
        raise UserError(
            "The {what} has unknown entries {unknown}; known are {known}.",
            what=what,
            unknown=unknown,
            known=sorted(names),
        )
    return values


def _check(entry: dataclasses.Field, value: Any) -> None:
    about, kind = entry.metadata, str(entry.type).partition(" ")[0]
    what = about.get("of", entry.name)
    if entry.name == "device":
        if not isinstance(value, str) or not _DEVICE.fullmatch(value):
            raise UserError(
                "The device must be auto, cpu, gpu, gpu:0, gpus (all of them together) or several "
                "joined as gpu:0+gpu:1, but it is {device!r}.",
                device=value,
            )
    elif value is None and entry.default is None:
        return
    elif "choices" in about:
        check_choice(what, value, about["choices"])
    elif kind == "int":
        check_whole(what, value, about["low"], about["high"])
    elif kind == "float":
        check_number(what, value, about["low"], about["high"])
    elif kind == "str" and (not isinstance(value, str) or (not value and entry.default)):
        raise UserError("The {what} must be a word, but it is {value!r}.", what=what, value=value)
