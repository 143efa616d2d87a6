"""What Denoise shows, as one value: from an address, in the widgets, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from ae_core.config import Noise
from dashboard.app_pages.explore import view

COUNTS = (4, 6, 8)
LEVELS = tuple(float(sigma) for sigma in range(5, 80, 5))
KINDS = ("clipped", "unclipped")  # how the noise of the measured curve was added


@dataclass(frozen=True)
class View:
    """The choices on the page; the level is sigma on the 0-255 scale."""

    data: str = "letters"
    level: float = 25.0
    count: int = 8
    draw: int = 0
    curve: str = "clipped"
    slow: bool = False  # show BM3D too, where it is installed

    @property
    def noise(self) -> Noise:
        """The noise shown."""
        return Noise("gaussian", self.level)

    def address(self) -> dict[str, str]:
        """Return the view as address parameters."""
        found = {
            "data": self.data,
            "level": f"{self.level:g}",
            "images": str(self.count),
            "draw": str(self.draw),
            "curve": self.curve,
        }
        return found | ({"slow": "1"} if self.slow else {})


def from_address(
    parameters: Mapping[str, str], sets: Collection[str], start: View
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    own = {k: v for k, v in parameters.items() if k in ("images", "curve", "slow")}
    common = view.View(start.data, level=start.level, draw=start.draw)
    read, ignored = view.from_address(
        {k: v for k, v in parameters.items() if k not in own}, sets, (), common
    )
    if not 0 < read.level <= LEVELS[-1]:
        ignored = [*ignored, "level"]
        read = replace(read, level=start.level)
    found = replace(start, data=read.data, level=read.level, draw=read.draw)
    count = next((c for c in COUNTS if str(c) == own.get("images")), None)
    curve = next((k for k in KINDS if k == own.get("curve")), None)
    slow = own.get("slow")
    read_ones = (("images", count), ("curve", curve), ("slow", slow == "1" or None))
    ignored += [name for name, value in read_ones if name in own and value is None]
    found = replace(found, count=count or start.count, curve=curve or start.curve)
    return replace(found, slow=slow == "1"), ignored


def put(wanted: View) -> None:
    """Set the widgets to a view; before they are drawn."""
    for name, value in vars(wanted).items():
        st.session_state[f"denoise_{name}"] = value


def get() -> View:
    """Return what the widgets say."""
    start = vars(View())
    return View(**{n: st.session_state.get(f"denoise_{n}", v) for n, v in start.items()})
