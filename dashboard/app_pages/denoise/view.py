"""What Denoise shows, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from ae_core.images.noise import Noise
from dashboard.components import query
from dashboard.components.inference import LAST_DRAW

COUNTS = (4, 6, 8)
LEVELS = tuple(float(sigma) for sigma in range(5, 80, 5))
KINDS = ("clipped", "unclipped")  # how the noise of the measured curve was added


@dataclass(frozen=True)
class View:
    """The choices on the page; the level is sigma on the 0-255 scale."""

    data: str = query.known("letters")
    level: float = query.parameter(
        25.0, lambda text, _: query.as_real(text, 0, LEVELS[-1]) or None, "{:g}".format
    )
    count: int = query.choice(8, COUNTS, name="images")
    draw: int = query.whole(0, 0, LAST_DRAW)
    curve: str = query.choice("clipped", KINDS)
    slow: bool = query.flag()  # show BM3D too, where it is installed

    @property
    def noise(self) -> Noise:
        """The noise shown."""
        return Noise("gaussian", self.level)
