"""What Latent space shows, as one value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ae_core.runs.choose import Entry
from dashboard.components import inference, query

COUNTS = (50, 100, 200, 400)
LAYOUTS = ("plane", "tsne")
TOOLS = ("between", "values", "moves", "grid", "samples", "errors", "classes")
PARTS = ("train", "test")  # of the set that a network was trained on
MOST_ENDS = 4
LONGEST = 1024
MOST_ERROR = 255.0
_NICE = 4  # values in the code of the network shown first, where there is a choice


@dataclass(frozen=True)
class View:
    """The choices on the page.

    ``size`` is the code size of an elastic network, 0 of any other; ``image`` and ``ends`` are
    numbers in the sample, from 0, and from 1 in an address. ``draw`` is the seed of codes drawn at
    random; ``over`` is what errors are looked at of, one of :data:`PARTS` or another set, and
    ``beyond`` their threshold in grey levels, None until one is chosen.
    """

    run: str = query.known()
    data: str = query.known()
    size: int = query.whole(0, 1, LONGEST, brief=True)
    count: int = query.choice(200, COUNTS, name="images")
    image: int = query.whole(0, 0, COUNTS[-1] - 1, first=1)
    ends: tuple[int, ...] = query.several((0, 1), COUNTS[-1] - 1, 2, MOST_ENDS, 1, name="between")
    tool: str = query.choice("between", TOOLS)
    layout: str = query.choice("plane", LAYOUTS, brief=True)
    draw: int = query.whole(0, 0, inference.LAST_DRAW, brief=True)
    over: str = query.known("test", brief=True)
    beyond: float | None = query.real(None, 0, MOST_ERROR, brief=True)


def first(entries: Sequence[Entry]) -> View:
    """Return the landing view: a shipped network with a code short enough to turn by hand."""
    if not entries:
        return View()
    kept = [e for e in entries if e.examples and e.noise.kind == "none"] or list(entries)
    best = min(kept, key=lambda e: (not e.pretrained, bool(e.longest), abs(e.code - _NICE)))
    return View(best.id, best.data[-1])


def from_address(
    parameters: Mapping[str, str], entries: Sequence[Entry], sets: Collection[str]
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense.

    A network comes with the last of its data sets where the address names none.
    """
    start, data = first(entries), {e.id: e.data[-1] for e in entries}
    if "data" not in parameters and parameters.get("run") in data:
        start = replace(start, data=data[parameters["run"]])
    known = {"run": data, "data": sets, "over": {*PARTS, *sets}}
    wanted, ignored = query.from_address(start, parameters, known)
    return wanted, ignored if entries else []


def sizes(longest: int, now: int) -> list[int]:
    """Return the code sizes to choose from: all small ones, ever fewer large ones, and ``now``."""
    round_ones = {high * 2**k for k in range(11) for high in (2, 3)} | set(range(1, 9))
    return sorted({size for size in round_ones if size < longest} | {longest, now})
