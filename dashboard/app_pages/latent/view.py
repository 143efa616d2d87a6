"""What Latent space shows, as one value: from an address, in the widgets, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from ae_core.runs.choose import Entry

COUNTS = (50, 100, 200, 400)
LAYOUTS = ("plane", "tsne")
TOOLS = ("between", "values", "moves", "grid")
MOST_ENDS = 4
LONGEST = 1024
_NICE = 4  # values in the code of the network shown first, where there is a choice


@dataclass(frozen=True)
class View:
    """The choices on the page.

    ``size`` is the code size of an elastic network, 0 of any other; ``image`` and ``ends`` are
    numbers in the sample, from 0.
    """

    run: str = ""
    data: str = ""
    size: int = 0
    count: int = 200
    image: int = 0
    ends: tuple[int, ...] = (0, 1)
    tool: str = "between"
    layout: str = "plane"

    def address(self) -> dict[str, str]:
        """Return the view as address parameters; pictures are numbered from 1 there."""
        found = {"run": self.run, "data": self.data}
        if self.size:
            found["size"] = str(self.size)
        found |= {"images": str(self.count), "image": str(self.image + 1), "tool": self.tool}
        if self.layout != "plane":
            found["layout"] = self.layout
        if len(self.ends) > 1:
            found["between"] = "-".join(str(i + 1) for i in self.ends)
        return found


def first(entries: Sequence[Entry]) -> View:
    """Return the landing view: a shipped network with a code short enough to turn by hand."""
    if not entries:
        return View()
    kept = [e for e in entries if e.examples and e.noise.kind == "none"] or list(entries)
    best = min(kept, key=lambda e: (not e.pretrained, bool(e.longest), abs(e.code - _NICE)))
    return View(best.id, best.data[-1])


def from_address(
    parameters: Mapping[str, str], entries: Sequence[Entry], sets: Collection[str], start: View
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    view, ignored = start, []
    readers = {
        "run": lambda text: text if text in {e.id for e in entries} else None,
        "data": lambda text: text if text in sets else None,
        "size": lambda text: _whole(text, LONGEST),
        "images": lambda text: next((c for c in COUNTS if str(c) == text), None),
        "image": lambda text: _place(text),
        "between": _ends,
        "tool": lambda text: text if text in TOOLS else None,
        "layout": lambda text: text if text in LAYOUTS else None,
    }
    fields = {"images": "count", "between": "ends"}
    for name, read in readers.items():
        if name not in parameters:
            continue
        value = read(parameters[name])
        if value is None:
            ignored.append(name)
            continue
        if name == "run" and "data" not in parameters:
            view = replace(view, data=next(e for e in entries if e.id == value).data[-1])
        view = replace(view, **{fields.get(name, name): value})
    known = {*readers, "lang"}
    return view, ignored + [n for n in parameters if n not in known and not n.startswith("embed")]


def put(view: View) -> None:
    """Set the widgets to a view; before they are drawn."""
    for name, value in vars(view).items():
        st.session_state[f"latent_{name}"] = list(value) if name == "ends" else value


def get() -> View:
    """Return what the widgets say."""
    start = vars(View())
    kept = {n: st.session_state.get(f"latent_{n}", v) for n, v in start.items()}
    return View(**kept | {"ends": tuple(kept["ends"])})


def sizes(longest: int, now: int) -> list[int]:
    """Return the code sizes to choose from: all small ones, ever fewer large ones, and ``now``."""
    round_ones = {high * 2**k for k in range(11) for high in (2, 3)} | set(range(1, 9))
    return sorted({size for size in round_ones if size < longest} | {longest, now})


def _whole(text: str, most: int) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return value if value is not None and 1 <= value <= most else None


def _place(text: str) -> int | None:
    value = _whole(text, COUNTS[-1])
    return None if value is None else value - 1


def _ends(text: str) -> tuple[int, ...] | None:
    found = [_place(part) for part in text.split("-")]
    sound = None not in found and 2 <= len(found) <= MOST_ENDS and len(set(found)) == len(found)
    return tuple(found) if sound else None
