"""Which trained network answers a question: pure functions on what the run list knows.

A network fits a data set when their images have the same shape. Among those with the code size
asked for, the one trained on the same data and the most similar noise comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ae_core.config import Noise

POWERS = tuple(2**k for k in range(11))  # code sizes that can be trained with one click


@dataclass(frozen=True)
class Entry:
    """What is needed of a run to choose it, without loading its network."""

    id: str
    title: str
    data: tuple[str, ...]  # the joined sets, apart
    network: str
    shape: tuple[int, int, int]  # of the images
    code_shape: tuple[int, int, int]  # (0, 0, 0): a network without a code
    noise: Noise
    pretrained: bool = False
    examples: bool = False  # stored pictures for a first view without TensorFlow

    @property
    def code(self) -> int:
        """Number of values in the code, 0 without one."""
        height, width, channels = self.code_shape
        return height * width * channels


def positions(entries: Iterable[Entry], shape: Sequence[int]) -> list[int]:
    """Return the code sizes of the slider: every trained one and the powers of two."""
    trained = {e.code for e in entries if e.shape == tuple(shape) and e.code}
    return sorted(trained | set(POWERS))


def trained(entries: Iterable[Entry], shape: Sequence[int]) -> set[int]:
    """Return the code sizes that some network of this image shape has."""
    return {e.code for e in entries if e.shape == tuple(shape) and e.code}


def matching(
    entries: Iterable[Entry], data: str, shape: Sequence[int], code: int, noise: Noise
) -> list[Entry]:
    """Return the networks to choose from, best first: those with this code, then those with none."""
    fits = [e for e in entries if e.shape == tuple(shape) and e.code in (code, 0)]
    return sorted(fits, key=lambda e: (e.code == 0, *_distance(e, data, noise)))


def nearest(options: Sequence[int], wanted: int) -> int:
    """Return the option whose ratio to ``wanted`` is nearest to one."""
    wanted = max(1, wanted)
    return min(options, key=lambda o: (max(o, wanted) / min(o, wanted), o))


def noise_distance(entry: Entry, noise: Noise) -> float:
    """Return 0 when the network was trained with this noise, more the less it was."""
    kind, level = noise.kind, noise.level
    if level == 0 or kind == "none":
        return 0.0 if entry.noise.kind == "none" else 1.0 + entry.noise.level / 255
    if entry.noise.kind == "none":
        return 3.0
    if entry.noise.kind != kind:
        return 2.0
    low = entry.noise.level if entry.noise.low is None else entry.noise.low
    outside = max(low - level, level - entry.noise.level, 0)
    return min(outside / 255, 1.0)


def _distance(entry: Entry, data: str, noise: Noise) -> tuple:
    return (
        data not in entry.data,
        noise_distance(entry, noise),
        not entry.pretrained,
    )  # sorting is stable: of the visitor's own, the newest stays first
