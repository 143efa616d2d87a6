"""What makes a kind of network: what is known before it is built, and where the rest of it is."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.images.noise import KINDS as NOISES
from ae_core.images.noise import Noise
from ae_core.runs.choose import POWERS

if TYPE_CHECKING:
    import keras
    import numpy as np

Shape = tuple[int, int, int]

LONGEST = 1024  # values of any code but a designed one
# Where another optimiser than the usual is asked for, and no learning rate.
LEARNING_RATES = {"sgd": 0.1, "rmsprop": 1e-3}


@dataclass(frozen=True)
class Kind:
    """A kind of network.

    Attributes:
        name: its key in :data:`ae_core.networks.KINDS`.
        title: in English.
        module: has ``build(image_shape, code)``, which gives the untrained Keras network, and where
            the usual does not do: ``start(network, x, weights)``, the weights that a training begins
            with; ``inherit(network, old)``, where networks once had fewer layers: take the weights of
            one; ``stored(network, x)``, a network in training as it is stored; ``finish(model,
            x_train, x_val)``, what is done to the best one at the end; ``Objective``, see
            :class:`ae_core.networks.objective.Objective`.
        code_sizes: the only sizes that its code has; None: any.
        side: the only side of the images that it takes; None: any.
        shortest: the smallest code that it can have.
        steps: code sizes on offer.
        usual_code: of images of a shape.
        longest_code: that a training may ask for, of images of a shape.
        noise: "any"; "needed", where it has nothing to learn without; "own", where its training
            spreads the noise itself; "never".
        removes: the noise that it removes better than others that need some, unless one is chosen.
        noise_parts: of a noise that is asked for, what is not given.
        defaults: what a training of it has where nothing is given, unlike :class:`TrainConfig`.
        takes_level: the noise level is an input beside the image.
        reach: of a network of convolutions alone, which takes pictures of any size: how many pixels
            away another one can be that a pixel of its result hangs on; 0 for any other.
        every_size: it has a code of any length, up to the longest.
        bits: its code is whole numbers, for any number of bits.
        losses: that it can be trained with.
        by_chance: a training of it begins with weights drawn by chance, at nothing like PCA, and
            needs so many steps where there are as many images; 0 for any other.
        starts_at_pca: all that it learns is beyond PCA, so it is measured against the best linear
            code, and with codes searched for.
    """

    name: str
    title: str
    module: str
    code_sizes: tuple[int, ...] | None = None
    side: int | None = None
    shortest: int = 1
    steps: tuple[int, ...] = POWERS
    usual_code: Callable[[Shape], int] = lambda shape: TrainConfig.code
    longest_code: Callable[[Shape], int] = lambda shape: LONGEST
    noise: str = "any"
    removes: str = ""
    noise_parts: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    takes_level: bool = False
    reach: int = 0
    every_size: bool = False
    bits: bool = False
    losses: tuple[str, ...] = ("mse", "psnr")
    by_chance: int = 0
    starts_at_pca: bool = False

    designed = False
    trainable = True

    @property
    def has_code(self) -> bool:
        """False for a network with skip connections, which stores nothing."""
        return self.code_sizes != (0,)

    @property
    def one_size(self) -> bool:
        """Whether its code has one size, whatever is asked for: that of its situation."""
        return self.has_code and self.code_sizes is not None

    @property
    def asks_noise(self) -> bool:
        """Whether a training of it leaves a choice of noise."""
        return self.noise in ("any", "needed")

    @property
    def default_noise(self) -> Noise:
        """The noise of a training that asks for none."""
        return Noise(**self.defaults.get("noise", {}))

    @property
    def one_task(self) -> bool:
        """False where one network is trained for many code sizes or numbers of bits at once."""
        return not (self.every_size or self.bits)

    def minimised(self, config: TrainConfig) -> str:
        """Return the name of what a training of it makes small."""
        return "rate" if self.bits else config.loss

    def badness(self, val_loss: float, val_psnr: float) -> float:
        """Return how bad a network is on validation images, the smaller the better.

        Where the loss counts bits too, PSNR in dB may fall as the network gets better.
        """
        return val_loss if self.bits else -val_psnr

    def sizes(self, config: TrainConfig) -> range:
        """Return the sizes of the codes that a trained one gives: one, or each up to the longest."""
        return range(1 if self.every_size else config.code, config.code + 1)

    # Its trainings

    def takes(self, shape: Shape) -> bool:
        """Return whether it takes images of this shape, (H, W, C)."""
        return self.side is None or shape[:2] == (self.side, self.side)

    def offered_codes(self, shape: Shape) -> list[int]:
        """Return the code sizes on offer for images of this shape."""
        steps = self.steps if self.code_sizes is None else self.code_sizes
        return [size for size in steps if size <= self.longest_code(shape)]

    def default_code(self, code: int) -> int:
        """Return ``code`` where the network can have it, else the size it always has."""
        return code if self.code_sizes is None or code in self.code_sizes else self.code_sizes[0]

    def own(self, photographs: bool) -> dict[str, Any]:
        """Return its :attr:`defaults`; crops are cut again only where there are ``photographs``."""
        return {name: v for name, v in self.defaults.items() if photographs or name != "augment"}

    def complete(
        self, given: Mapping[str, Any], shape: Shape, photographs: bool = False
    ) -> dict[str, Any]:
        """Return the entries of a :class:`TrainConfig`: those given, and what goes with them.

        Args:
            given: entries as plain JSON types.
            shape: of the images.
            photographs: they come with the images, which are crops of them.
        """
        code = self.default_code(self.usual_code(shape))
        whole = {"network": self.name, "code": code, **self.own(photographs), **given}
        usual = LEARNING_RATES.get(str(given.get("optimizer")))
        if usual is not None and "learning_rate" not in given:
            whole["learning_rate"] = usual
        if "noise" in given:
            whole["noise"] = self.complete_noise(given["noise"])
        return whole

    def complete_noise(self, asked: Any) -> Any:
        """Return the parts of a noise that is asked for, and what goes with them; level 0 is none.

        What is no noise comes back as it is: the configuration says what is wrong with it.
        """
        kind = asked.get("kind") if isinstance(asked, Mapping) else None
        if not isinstance(kind, str) or kind not in NOISES or kind == "none":
            return asked
        whole = {"level": float(NOISES[kind].default), **self.noise_parts, **asked}
        return {"kind": "none"} if whole["level"] == 0 else whole

    def check(self, config: TrainConfig, shape: Shape) -> None:
        """Refuse a training that cannot be, or that would learn nothing.

        Raises:
            UserError: it says which entry is wrong.
        """
        self.code_shape(config, shape)
        if config.loss not in self.losses:
            raise UserError(
                "{title} is trained with the loss {losses}, not {loss}.",
                title=Message(self.title),
                losses=", ".join(self.losses),
                loss=config.loss,
            )
        if config.design and not self.designed:
            raise UserError(
                "{title} has layers of its own; a design belongs to the network 'designed'.",
                title=Message(self.title),
            )
        longest = self.longest_code(shape)
        if self.code_sizes is None and config.code > longest:
            raise UserError(
                "{title} has at most {longest} values on these images, not {code}.",
                title=Message(self.title),
                longest=longest,
                code=config.code,
            )
        noisy = config.noise.kind != "none" and config.noise.level > 0
        if self.noise == "never" and noisy:
            raise UserError(
                "{title}: it learns clean images, so it takes no noise.", title=Message(self.title)
            )
        if self.noise == "needed" and not noisy:
            raise UserError(
                "{title}: without noise it has nothing to remove.", title=Message(self.title)
            )

    def test_noise(self, trained: Noise) -> Noise:
        """Return the noise of the test images of a network that was trained with ``trained``.

        One that is made for every level is tested without; `denoising` measures it with noise.
        """
        return (
            Noise() if self.noise == "own" else replace(trained, low=None, clean=0.0, unclipped=0.0)
        )

    def code_shape(self, config: TrainConfig, shape: Shape) -> Shape:
        """Return (h, w, c) of the code; see :func:`ae_core.networks.code_shape`.

        Raises:
            UserError: the network has no code of that size, or does not take such images.
        """
        height, width, channels = shape
        code = config.code
        if not self.takes(shape):
            raise UserError(
                "{title} takes {side}×{side} images, not {width}×{height}.",
                title=Message(self.title),
                side=self.side,
                width=width,
                height=height,
            )
        if channels not in (1, 3):
            raise UserError("Images must have 1 or 3 channels, not {channels}.", channels=channels)
        if self.code_sizes is None:
            if not 1 <= code <= LONGEST:
                raise UserError(
                    "The code size must be from 1 to 1024 values, but it is {code}.",
                    code=code,
                )
            if code < self.shortest:
                raise UserError(
                    "{title} needs at least {shortest} values, not {code}.",
                    title=Message(self.title),
                    shortest=self.shortest,
                    code=code,
                )
            return 1, 1, code
        if code not in self.code_sizes:
            raise UserError(
                "{title} has a code of size {values}, not {code}.",
                title=Message(self.title),
                values=self.code_sizes[0],
                code=code,
            )
        grid = math.isqrt(code)
        return (grid, grid, 1) if code else (0, 0, 0)

    def has_prior(self, config: TrainConfig) -> bool:
        """Return whether its codes were trained towards N(0, I), so that draws from it are codes."""
        return False

    # Its Keras side

    def build(self, shape: Shape, config: TrainConfig) -> keras.Model:
        """Build the untrained network."""
        return self._own("build")(shape, config.code)

    def start(self, network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
        """Give a network the weights that its training begins with.

        Args:
            network: as built.
            x: training images, uint8 (N, H, W, C).
            weights: how often each counts, (N,).
        """
        if begin := self._own("start"):
            begin(network, x, weights)

    @property
    def stored_otherwise(self) -> bool:
        """Whether a stored network is another than that in training, which its checkpoint has."""
        return self._own("stored") is not None

    def stored(self, network: keras.Model, x: np.ndarray) -> keras.Model:
        """Return a network in training as it is stored; ``x`` are training images."""
        convert = self._own("stored")
        return convert(network, x) if convert else network

    @property
    def inherit(self) -> Callable[[keras.Model, keras.Model], bool] | None:
        """What gives a built network the weights of one with fewer layers, if that can be."""
        return self._own("inherit")

    @property
    def finish(self) -> Callable[[keras.Model, np.ndarray, np.ndarray], None] | None:
        """What is done in place to the best stored network, with training and validation images."""
        return self._own("finish")

    def objective(self, network: keras.Model, config: TrainConfig):
        """Return what its training minimises, an :class:`ae_core.networks.objective.Objective`."""
        from ae_core.networks.objective import Objective

        return (self._own("Objective") or Objective)(network, config)

    def _own(self, name: str):
        return getattr(importlib.import_module(self.module), name, None)
