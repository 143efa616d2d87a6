"""What Denoise shows, as one value, and which networks that brings to work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ae_core.images.noise import KINDS as NOISE_KINDS
from ae_core.images.noise import Noise
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.components import controls, library, query
from dashboard.components.inference import LAST_DRAW

SOURCES = ("set", "own")
COUNTS = (4, 6, 8)
NOISES = tuple(kind for kind in NOISE_KINDS if kind != "none")
_GAUSSIAN = tuple(float(sigma) for sigma in range(5, 80, 5))
KINDS = ("clipped", "unclipped")  # how the noise of the measured curve was added


def levels(kind: str, also: float) -> list[float]:
    """Return the positions of the level's slider; ``also`` is one of them."""
    places = _GAUSSIAN if kind == "gaussian" else controls.noise_levels(kind)[1:]
    return sorted({*places, also})


def _level(text: str, values: query.Values) -> float | None:
    return query.as_real(text, 0, levels(values["kind"], 5.0)[-1]) or None


@dataclass(frozen=True)
class View:
    """The choices on the page; ``run`` is "" for the best suited network."""

    data: str = query.known("letters")
    kind: str = query.choice("gaussian", NOISES, name="noise")
    level: float = query.parameter(25.0, _level, "{:g}".format)
    run: str = query.known(brief=True)
    count: int = query.choice(8, COUNTS, name="images")
    draw: int = query.whole(0, 0, LAST_DRAW)
    curve: str = query.choice("clipped", KINDS)
    slow: bool = query.flag()  # show BM3D too, where it is installed
    source: str = query.choice("set", SOURCES, brief=True)  # images of a set, or an own picture

    @property
    def noise(self) -> Noise:
        """The noise shown."""
        return Noise(self.kind, self.level)


def from_address(
    parameters: Mapping[str, str], start: View, known: Sequence[Entry], sets: Collection[str]
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense.

    A network comes with the images and the noise that it was made for, where the address names none.
    """
    named = next((e for e in known if e.id == parameters.get("run")), None)
    if named is not None:
        start = following(start, named)
    choices = {"data": sets, "run": [e.id for e in known]}
    view, ignored = query.from_address(start, parameters, choices)
    if view.run and not _fits(named, view.kind, library.shape_of(view.data)):
        return replace(view, run=""), [*ignored, "run"]
    return view, ignored


def _fits(found: Entry, kind: str, shape: Sequence[int]) -> bool:
    return found.shape == tuple(shape) and found.noise.kind == kind


def following(now: View, named: Entry) -> View:
    """Return the view in which a network is at work: on its kind of noise and its size of images."""
    if named.noise.kind != now.kind:
        now = replace(now, kind=named.noise.kind, level=level_of(named))
    return replace(now, run=named.id, data=named.data[-1])


def level_of(found: Entry) -> float:
    """Return the level at which a network is shown: the highest that it was trained with."""
    return float(min(found.noise.level, levels(found.noise.kind, 5.0)[-1]))


def denoisers(entries: Sequence[Entry]) -> list[Entry]:
    """Return the networks that remove noise, in the order of ``entries``."""
    return [e for e in entries if e.noise.kind != "none" and e.noise.level]


def at_work(
    known: Sequence[Entry], now: View, shape: Sequence[int], usual: Sequence[str]
) -> list[Entry]:
    """Return the networks shown, the chosen one first, else the best suited of each usual kind.

    Args:
        known: the networks that remove noise.
        now: the view; its ``run`` may be one of them.
        shape: (H, W, C) of its images.
        usual: kinds of networks, of each of which the best suited is shown; where there is none of
            them, the best suited of all is.
    """
    fits = [e for e in known if _fits(e, now.kind, shape)]
    chosen = [e for e in fits if e.id == now.run]

    def order(e: Entry) -> tuple:
        return now.data not in e.data, choose.noise_distance(e, now.noise), not e.pretrained

    fits.sort(key=order)
    best = [next((e for e in fits if e.network == kind), None) for kind in usual]
    best = [e for e in best if e is not None and e not in chosen]
    return [*chosen, *best] or fits[:1]
