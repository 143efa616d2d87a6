"""Designs to start from."""

from __future__ import annotations

from dataclasses import dataclass

from ae_core.networks.designed import notation
from ae_core.networks.designed.notation import Design


@dataclass(frozen=True)
class Template:
    """A design as its line, the loss that goes with it, and the side that it needs, if it does."""

    line: str
    loss: str = "mse"
    side: int | None = None

    @property
    def design(self) -> Design:
        return notation.parse(self.line)


_DENSE_END = "dense256:relu dense512:relu dense*:sigmoid"
TEMPLATES = {
    "situation-1": Template(
        "conv32:k4:s2:relu > map1:k3:relu > conv64:k3:relu conv*:k3:sigmoid shuffle2", side=28
    ),
    "situation-2": Template(
        "conv32:k4:s2:relu conv64:k4:s2:relu > map1:k3:relu > "
        "conv128:k3:relu conv128:k3:relu shuffle2 conv*:k3:sigmoid shuffle2",
        side=28,
    ),
    "situation-3": Template(f"dense400:relu dense200:relu > fold2x2x1:relu > {_DENSE_END}", side=28),
    "situation-4": Template(f"dense400:relu dense200:relu > fold1x1x1:relu > {_DENSE_END}", side=28),
    "dense": Template("> vector32 > mirror"),
    "deep-dense": Template("dense512:relu dense128:relu > vector32 > mirror"),
    "convolutional": Template("conv32:k3:s2:relu conv64:k3:s2:relu > vector32 > mirror"),
    "sparse": Template("dense256:relu > vector128:relu:l1=0.0001 > mirror"),
    "variational": Template("conv32:k3:s2:relu conv64:k3:s2:relu > vector16:kl=1 > mirror", "bce"),
}
USUAL = TEMPLATES["convolutional"].line
