"""What Architecture shows: the network, one of its layers, one picture; and what is read for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from ae_core import networks, runs
from ae_core.config import Noise
from ae_core.drawing import architecture
from ae_core.drawing import layers as reading
from ae_core.drawing.layers import Drawn
from ae_core.errors import UserError
from ae_core.images.noise import KINDS
from ae_core.runs.choose import Entry
from dashboard import i18n
from dashboard.components import inference, library
from dashboard.i18n import t

FIRST = "situation-2"  # the landing view: small enough to be seen whole, with maps of all sizes
NOISE = 25.0  # the level at which denoisers are shown, on the 0-255 scale


@dataclass(frozen=True)
class View:
    """The choices; ``layer`` 0: none yet, ``image`` from 1; ``size`` 0: the longest code."""

    run: str = ""
    layer: int = 0
    image: int = 1
    size: int = 0

    def address(self) -> dict[str, str]:
        """Return the view as address parameters."""
        chosen = {"layer": str(self.layer), "image": str(self.image)} if self.layer else {}
        size = {"size": str(self.size)} if self.size else {}
        return {"run": self.run} | size | chosen


def entries() -> list[Entry]:
    """Return every run with a network that can be drawn, rate networks among them."""
    found = []
    for run in runs.list_runs():
        try:
            if library.usable(run):
                found.append(library.entry(run))
        except (UserError, OSError, KeyError, ValueError):
            continue
    return found


def from_address(parameters: Mapping[str, str], known: Sequence[Entry]) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    ids = [e.id for e in known]
    small = [e.id for e in known if e.network == FIRST]
    read = {"run": (small or ids or [""])[0], "layer": 0, "image": 1, "size": 0}
    ignored = [n for n in parameters if n not in read and not n.startswith("embed")]
    for name, text in parameters.items():
        if name == "run" and text in ids:
            read["run"] = text
        elif name in read and name != "run" and text.isascii() and text.isdigit() and len(text) < 5:
            read[name] = int(text)
        elif name in read:
            ignored.append(name)
    return View(**read), ignored


def put(wanted: View) -> None:
    """Set the widgets to a view; before they are drawn."""
    for name, value in vars(wanted).items():
        st.session_state[f"architecture_{name}"] = value


def get(drawn: Drawn) -> View:
    """Return what the widgets say; what the network does not have is corrected."""
    state, start = st.session_state, View()
    state["architecture_layer"] = min(state.get("architecture_layer", start.layer), len(drawn.layers))
    state["architecture_image"] = min(max(state.get("architecture_image", 1), 1), inference.STORED)
    size = drawn.top if drawn.tops and drawn.top != drawn.tops[-1] else 0
    return View(
        state.get("architecture_run", start.run),
        state["architecture_layer"],
        state["architecture_image"],
        size,
    )


def drawn(run_id: str) -> Drawn:
    """Return the layers of a run's network, read from its file without TensorFlow.

    Of an elastic network with several decoders: those at the code size that is chosen.

    Raises:
        UserError: the file is missing or damaged.
    """
    return _drawn(run_id, inference.stamp(run_id), st.session_state.get("architecture_size") or 0)


@st.cache_data(max_entries=32, show_spinner=False)
def _drawn(run_id: str, stamp: int, size: int) -> Drawn:
    return reading.drawn(inference.found_model(run_id), size or None)


def words() -> dict[str, str]:
    """Return the drawing's words in the visitor's language, their placeholders left in."""
    kept = {name: f"{{{name}}}" for name in ("n", "h", "w", "name")}
    return {name: t(f"architecture.word_{name.lower()}", **kept) for name in architecture.WORDS}


def svg(found: Entry, chosen: int | None, standalone: bool = False) -> str:
    """Return the drawing of a run's network."""
    return _svg(
        found.id,
        inference.stamp(found.id),
        found.title,
        found.network,
        chosen,
        standalone,
        i18n.language(),
        drawn(found.id).top,
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _svg(run_id, stamp, title, network, chosen, standalone, language, top) -> str:
    note = t("architecture.whole_numbers") if networks.kind(network).bits else None
    return architecture.svg(
        drawn(run_id).layers,
        title or run_id,
        words(),
        note,
        chosen,
        standalone,
        number=lambda value: i18n.number(value, 0),
    )


def noise_of(found: Entry) -> Noise:
    """Return the noise under which a network is shown: its own kind, at a moderate level."""
    kind = found.noise.kind
    if kind == "none" or found.longest or KINDS[kind].unit != "sigma":
        return found.noise if kind != "none" and not found.longest else Noise()
    return Noise(kind, min(NOISE, found.noise.level))
