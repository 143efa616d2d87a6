"""The same few validation images after every epoch, so that one scrubber moves them all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.errors import Message, UserError
from ae_core.files.reading import Damaged, array

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Samples:
    """Reader of a run's ``samples/``: uint8 arrays (N, H, W, C), N the same in all but filters."""

    folder: Path

    @property
    def begun(self) -> bool:
        """Whether the images are there, which is before any reconstruction."""
        return (self.folder / "x_noisy.npy").is_file()

    @property
    def epochs(self) -> list[int]:
        """The epochs that have samples, rising; empty before the first."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError:
            return []
        found = (re.fullmatch(r"epoch-(\d{1,9})\.npy", name) for name in names)
        return sorted(int(match[1]) for match in found if match)

    @property
    def x(self) -> np.ndarray:
        """The images as they are."""
        return self._images("x.npy")

    @property
    def x_noisy(self) -> np.ndarray:
        """The images as the network sees them."""
        return self._alike("x_noisy.npy")

    def at(self, epoch: int) -> np.ndarray:
        """The reconstructions after that epoch."""
        return self._alike(f"epoch-{int(epoch):04d}.npy")

    def filters(self, epoch: int) -> np.ndarray | None:
        """The first layer's filters after that epoch, as `ae_core.networks.inner` makes them.

        None where none were kept, as in runs made before, or the network has none to show.
        """
        name = f"filters-{int(epoch):04d}.npy"
        return self._images(name) if (self.folder / name).is_file() else None

    def _alike(self, name: str) -> np.ndarray:
        """Return images that stand beside ``x``, one for one."""
        images = self._images(name)
        if images.shape != self.x.shape:
            raise Damaged.of(self.folder / name, Message("its images are not those of x.npy"))
        return images

    def _images(self, name: str) -> np.ndarray:
        import numpy as np

        try:
            x = array(self.folder / name)
        except FileNotFoundError as error:
            raise UserError(
                "The run {run} has no samples {name}.", run=self.folder.parent.name, name=name
            ) from error
        if x.dtype != np.uint8 or x.ndim != 4 or not x.size or x.shape[3] not in (1, 3):
            raise Damaged.of(self.folder / name, Message("it must hold uint8 images (N, H, W, C)"))
        return x
