"""Which trained network answers a question: pure functions on what the run list knows.

A network fits a data set when their images have the same shape. An elastic network, which has every
code size, comes first where it knows the noise. Of the others with the code size asked for, the one
trained on the same data and the most similar noise does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ae_core.images.noise import Noise

PHOTOGRAPHS = "photos"  # the set that a network for pictures of any kind has learned from
POWERS = tuple(2**k for k in range(11))  # code sizes that can be trained with one click
SHOWN_SIZE = 4  # the code size at which an elastic network is shown first: what is lost is seen
_NEAR = 3  # the slider has every code size as near as this to the one shown
_ALIKE = 10 / 255  # noise levels as near as this are much the same


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
    examples: bool = False  # stored images for a first view without TensorFlow
    longest: int = 0  # an elastic network: the most values its code can have, else 0

    @property
    def code(self) -> int:
        """Number of values in the code, 0 without one."""
        height, width, channels = self.code_shape
        return height * width * channels

    @property
    def shown_code(self) -> int:
        """The code size of its stored examples, with which it is shown first."""
        return min(SHOWN_SIZE, self.longest) if self.longest else self.code

    def at(self, code: int) -> Entry:
        """Return an elastic network as one whose code has ``code`` values, any other as it is."""
        return replace(self, code_shape=(1, 1, code)) if self.longest else self


def positions(entries: Sequence[Entry], shape: Sequence[int], now: int = 0) -> list[int]:
    """Return the code sizes of the slider.

    With an elastic network: every size that is small or near ``now``, and ever fewer of the larger
    ones, so that each octave has as much room. Without: every trained size and the powers of two.
    ``now`` is among them in any case, unless it is 0.
    """
    most = longest(entries, shape)
    places = {s for s in range(1, most + 1) if s % _step(s) == 0 or abs(s - now) <= _NEAR}
    also = {size for size in (now, most) if size}
    return sorted(trained(entries, shape) | also | (places or set(POWERS)))


def _step(size: int) -> int:
    """Return 1 up to 15, 2 up to 31, 4 up to 63: an eighth of the power of two below ``size``."""
    return max(1, (1 << size.bit_length() - 1) // 8)


def longest(entries: Iterable[Entry], shape: Sequence[int]) -> int:
    """Return up to which code size elastic networks answer every one, 0 without such a network."""
    return max((e.longest for e in entries if e.shape == tuple(shape)), default=0)


def top_level(entries: Iterable[Entry], shape: Sequence[int], kind: str) -> float:
    """Return up to which noise level elastic networks know every one, 0 where they know none."""
    known = (e.noise for e in entries if e.longest and e.shape == tuple(shape))
    return max((noise.level for noise in known if noise.kind == kind), default=0.0)


def trained(entries: Iterable[Entry], shape: Sequence[int]) -> set[int]:
    """Return the code sizes that some network of this image shape was made for, and no other."""
    return {e.code for e in entries if e.shape == tuple(shape) and e.code and not e.longest}


def matching(
    entries: Iterable[Entry], data: str, shape: Sequence[int], code: int, noise: Noise
) -> list[Entry]:
    """Return the networks to choose from, best first: those with this code, then those with none.

    An elastic network comes as one of this code size.
    """
    fits = [
        e.at(code)
        for e in entries
        if e.shape == tuple(shape) and (code <= e.longest if e.longest else e.code in (code, 0))
    ]

    def order(e: Entry) -> tuple:
        answers = bool(e.longest) and knows(e, noise)
        return (e.code == 0, not answers, *_distance(e, data, noise))

    return sorted(fits, key=order)


def elsewhere(entries: Iterable[Entry], shape: Sequence[int], code: int) -> list[Entry]:
    """Return the networks made for another code size than ``code``, by their size."""
    fits = [e for e in entries if e.shape == tuple(shape) and not e.longest]
    return sorted((e for e in fits if e.code not in (code, 0)), key=lambda e: e.code)


def own_first(found: Iterable[Entry], listed: Sequence[Entry]) -> list[Entry]:
    """Return ``found`` for a list to choose from: own ones first, the others in their order.

    Args:
        found: networks, best suited first.
        listed: all of them, as :func:`ae_core.runs.list_runs` has them: the own ones newest first.
    """
    places = {entry.id: place for place, entry in enumerate(listed)}
    return sorted(found, key=lambda e: (e.pretrained, 0 if e.pretrained else places[e.id]))


def beside(
    entries: Iterable[Entry], data: str, shape: Sequence[int], code: int, noise: Noise
) -> list[Entry]:
    """Return what an elastic network is compared with: networks made for this code size alone.

    Where there is none, those of the nearest smaller and the nearest larger size. Where none of
    these was made for the kind of noise, also the one most like it.
    """
    fits = [e for e in entries if e.shape == tuple(shape) and e.code and not e.longest]
    fits.sort(key=lambda e: _distance(e, data, noise))
    sizes = {e.code for e in fits}
    wanted = {code} & sizes or {
        *sorted(size for size in sizes if size < code)[-1:],
        *sorted(size for size in sizes if size > code)[:1],
    }
    if wanted == {code}:
        found = [e for e in fits if e.code == code][:3]
    else:
        found = [next(e for e in fits if e.code == size) for size in sorted(wanted)]
    alike = [e for e in fits if e.noise.kind == noise.kind]
    if not any(e in alike for e in found):
        alike.sort(key=lambda e: (noise_distance(e, noise), _ratio(e.code, code)))
        found += alike[:1]
    return found


def for_noise(
    entries: Iterable[Entry], data: str, shape: Sequence[int], code: int, noise: Noise
) -> list[Entry]:
    """Return the networks made for this noise, or nearly, whatever their code: at most three."""
    here = [e for e in entries if e.shape == tuple(shape) and not e.longest]
    fits = [e for e in here if noise_distance(e, noise) <= _ALIKE]
    fits.sort(key=lambda e: (data not in e.data, not e.code, _ratio(e.code or 1, code)))
    return fits[:3]


def nearest(options: Sequence[int], wanted: int) -> int:
    """Return the option whose ratio to ``wanted`` is nearest to one."""
    return min(options, key=lambda o: (_ratio(o, max(1, wanted)), o))


def knows(entry: Entry, noise: Noise) -> bool:
    """Return whether the network was trained with this noise, at this level too."""
    return noise_distance(entry, noise) == 0


def noise_distance(entry: Entry, noise: Noise) -> float:
    """Return 0 when the network was trained with this noise, more the less it was."""
    kind, level = noise.kind, noise.level
    if level == 0 or kind == "none":
        clean = entry.noise.kind == "none" or entry.noise.clean
        return 0.0 if clean else 1.0 + entry.noise.level / 255
    if entry.noise.kind == "none":
        return 3.0
    if entry.noise.kind != kind:
        return 2.0
    low = entry.noise.level if entry.noise.low is None else entry.noise.low
    outside = max(low - level, level - entry.noise.level, 0)
    return min(outside / 255, 1.0)


def _ratio(one: int, other: int) -> float:
    return max(one, other) / min(one, other)


def _distance(entry: Entry, data: str, noise: Noise) -> tuple:
    return (
        data not in entry.data,
        noise_distance(entry, noise),
        not entry.pretrained,
    )  # sorting is stable: of the visitor's own, the newest stays first
