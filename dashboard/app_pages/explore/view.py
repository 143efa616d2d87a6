"""What Explore shows, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from ae_core.images.noise import KINDS, Noise
from dashboard.components import query
from dashboard.components.inference import LAST_DRAW

COUNTS = (4, 8, 16)
NOISES = tuple(kind for kind in KINDS if kind != "none")
LAST_PLACE = 999_999


@dataclass(frozen=True)
class View:
    """The choices on Explore; ``run`` is "" for the best network, ``level`` 0 for no noise."""

    data: str = query.known("letters")
    code: int = query.whole(49, 1, 1024)
    kind: str = query.choice("gaussian", NOISES, name="noise")
    level: float = query.real(0.0, 0, lambda values: KINDS[values["kind"]].maximum)
    count: int = query.choice(8, COUNTS, name="images")
    draw: int = query.whole(0, 0, LAST_DRAW)
    run: str = query.known()
    beside: bool = query.flag()  # the images of the networks compared are shown too
    # These test images rather than those of a draw:
    places: tuple[int, ...] = query.several((), LAST_PLACE, 1, COUNTS[-1], name="pictures")
    apart: bool = query.flag()  # the chosen image's versions side by side, not one over the other

    @property
    def noise(self) -> Noise:
        """The noise shown."""
        return Noise(self.kind, self.level) if self.level else Noise()

    @property
    def most_noise(self) -> Noise:
        """The kind of noise shown at its highest level, whatever level is shown."""
        return Noise(self.kind, KINDS[self.kind].maximum)
