"""What Explore shows, as one value: read from an address, kept in the widgets, written back."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from ae_core.config import Noise
from ae_core.images.noise import KINDS
from dashboard.app_pages.explore import lesson

COUNTS = (4, 8, 16)
NOISES = tuple(kind for kind in KINDS if kind != "none")
LAST_DRAW = LAST_PLACE = 999_999


@dataclass(frozen=True)
class View:
    """The choices on Explore; ``run`` is "" for the best network, ``level`` 0 for no noise."""

    data: str = "letters"
    code: int = 49
    kind: str = "gaussian"
    level: float = 0.0
    count: int = 8
    draw: int = 0
    run: str = ""
    beside: bool = False  # the pictures of the networks compared are shown too
    places: tuple[int, ...] = ()  # these test images rather than those of a draw
    apart: bool = False  # the chosen picture's versions side by side, not one over the other
    lesson: tuple[str, ...] = ()  # controls that a teacher's link hides

    @property
    def noise(self) -> Noise:
        """The noise shown."""
        return Noise(self.kind, self.level) if self.level else Noise()

    def address(self) -> dict[str, str]:
        """Return the view as address parameters; all of them, so that a link stays the same."""
        found = {
            "data": self.data,
            "code": str(self.code),
            "noise": self.kind,
            "level": f"{self.level:g}",
            "images": str(self.count),
            "draw": str(self.draw),
        }
        found |= {"run": self.run} if self.run else {}
        found |= {"beside": "1"} if self.beside else {}
        found |= {"pictures": "-".join(map(str, self.places))} if self.places else {}
        found |= {"apart": "1"} if self.apart else {}
        return found | ({"lesson": ",".join(self.lesson)} if self.lesson else {})


def from_address(
    parameters: Mapping[str, str], sets: Collection[str], runs: Collection[str], start: View
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense.

    What is absent or senseless is taken from ``start``.
    """
    ignored: list[str] = []

    def take(name: str, read, otherwise):
        if name not in parameters:
            return otherwise
        value = read(parameters[name])
        if value is None:
            ignored.append(name)
            return otherwise
        return value

    data = take("data", lambda text: text if text in sets else None, start.data)
    kind = take("noise", lambda text: text if text in NOISES else None, start.kind)
    view = View(
        data=data,
        code=take("code", lambda text: _whole(text, 1, 1024), start.code),
        kind=kind,
        level=take("level", lambda text: _real(text, 0, KINDS[kind].maximum), start.level),
        count=take("images", lambda text: _one_of(text, COUNTS), start.count),
        draw=take("draw", lambda text: _whole(text, 0, LAST_DRAW), start.draw),
        run=take("run", lambda text: text if text in runs else None, start.run),
        beside=take("beside", {"0": False, "1": True}.get, start.beside),
        places=take("pictures", _numbers, start.places),
        apart=take("apart", {"0": False, "1": True}.get, start.apart),
        lesson=lesson.parse(parameters.get("lesson", ""))[0],
    )
    known = {*view.address(), "run", "beside", "pictures", "apart", "lesson", "lang"}
    unknown = [n for n in parameters if n not in known and not n.startswith("embed")]
    return view, ignored + unknown


def levels(kind: str, also: float = 0.0, fine_to: float = 0.0) -> list[float]:
    """Return the noise slider's positions for a kind; ``also`` is one of them in any case.

    Up to ``fine_to``, where one network knows them all, every whole level is.
    """
    step = 10 if KINDS[kind].maximum > 100 else 5
    places = {float(v) for v in range(0, int(KINDS[kind].maximum) + 1, step)}
    places |= {float(v) for v in range(int(min(fine_to, KINDS[kind].maximum)) + 1)}
    return sorted(places | {float(also)})


def kind_of(view: View) -> Noise:
    """Return the view's kind of noise at its highest level, whatever level is shown."""
    return Noise(view.kind, KINDS[view.kind].maximum)


def put(view: View) -> None:
    """Set the widgets to ``view``; before they are drawn."""
    for name in View.__dataclass_fields__:
        st.session_state[f"explore_{name}"] = getattr(view, name)


def get() -> View:
    """Return what the widgets say."""
    return View(**{n: st.session_state[f"explore_{n}"] for n in View.__dataclass_fields__})


def _whole(text: str, low: int, high: int) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return value if value is not None and low <= value <= high else None


def _numbers(text: str) -> tuple[int, ...] | None:
    """Return places among the test images, "3-17-200": no more than a page shows, each once."""
    found = [_whole(part, 0, LAST_PLACE) for part in text.split("-")]
    fits = None not in found and len(set(found)) == len(found) <= COUNTS[-1]
    return tuple(found) if fits else None


def _real(text: str, low: float, high: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and low <= value <= high else None


def _one_of(text: str, choices: Sequence[int]) -> int | None:
    return next((c for c in choices if str(c) == text), None)
