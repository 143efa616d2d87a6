"""The same few validation images after every epoch, so that one scrubber moves them all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.errors import UserError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Samples:
    """Reader of a run's ``samples/``: uint8 arrays (N, H, W, C), N the same in all but filters."""

    folder: Path

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
        return self._read("x.npy")

    @property
    def x_noisy(self) -> np.ndarray:
        """The images as the network sees them."""
        return self._read("x_noisy.npy")

    def at(self, epoch: int) -> np.ndarray:
        """The reconstructions after that epoch."""
        return self._read(f"epoch-{int(epoch):04d}.npy")

    def filters(self, epoch: int) -> np.ndarray | None:
        """The first layer's filters after that epoch, as `ae_core.networks.inner` makes them.

        None where none were kept, as in runs made before, or the network has none to show.
        """
        name = f"filters-{int(epoch):04d}.npy"
        return self._read(name) if (self.folder / name).is_file() else None

    def _read(self, name: str) -> np.ndarray:
        import numpy as np

        try:
            x = np.load(self.folder / name, allow_pickle=False)
        except FileNotFoundError as error:
            raise UserError(
                "The run {run} has no samples {name}.", run=self.folder.parent.name, name=name
            ) from error
        except (OSError, ValueError, EOFError) as error:
            raise UserError(
                "{path} is damaged and cannot be shown.", path=self.folder / name
            ) from error
        if x.dtype != np.uint8 or x.ndim != 4:
            raise UserError("{path} must hold uint8 images (N, H, W, C).", path=self.folder / name)
        return x
