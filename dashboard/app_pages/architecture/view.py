"""What Architecture shows: the network, one of its layers, one image; and what is read for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from ae_core import networks, runs
from ae_core.drawing import architecture, layers
from ae_core.drawing.layers import Drawn
from ae_core.images.noise import KINDS, Noise
from ae_core.runs.choose import Entry
from dashboard import i18n
from dashboard.components import inference, query
from dashboard.components.web import drawing
from dashboard.i18n import t

FIRST = 49  # code size of the landing view: small enough to be seen whole, with maps of all sizes
NOISE = 25.0  # the level at which denoisers are shown, on the 0-255 scale


@dataclass(frozen=True)
class View:
    """The choices; ``layer`` 0: none yet, ``image`` from 1; ``size`` 0: the longest code."""

    run: str = query.known()
    size: int = query.whole(0, 0, 9999, brief=True)
    layer: int = query.whole(0, 0, 9999, brief=True)
    image: int = query.whole(1, 0, 9999, brief=True)


def from_address(parameters: Mapping[str, str], known: Sequence[Entry]) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense."""
    ids = [e.id for e in known]
    small = [e.id for e in known if e.code == FIRST and networks.kind(e.network).one_size]
    start = View((small or ids or [""])[0])
    wanted, ignored = query.from_address(start, parameters, {"run": ids})
    return wanted, ignored if known else []


def get(drawn: Drawn) -> View:
    """Return what the widgets say; what the network does not have is corrected."""
    now = query.get("architecture", View)
    layer = min(now.layer, len(drawn.layers))
    image = min(max(now.image, 1), inference.STORED)
    st.session_state["architecture_layer"], st.session_state["architecture_image"] = layer, image
    size = drawn.top if drawn.tops and drawn.top != drawn.tops[-1] else 0
    return View(now.run, size, layer, image if layer else View.image)  # seen with a layer only


def drawn(run_id: str) -> Drawn:
    """Return the layers of a run's network, read from its file without TensorFlow.

    Of an elastic network with several decoders: those at the code size that is chosen.

    Raises:
        UserError: the file is missing or damaged.
    """
    return _drawn(run_id, inference.stamp(run_id), st.session_state.get("architecture_size") or 0)


def shape_of(run: runs.Run) -> tuple[int, int, int]:
    """Return the shape of the images that a run's network takes, read from its file.

    Raises:
        UserError: the file is missing or damaged, or takes no images.
    """
    height, width, channels = drawn(run.id).layers[0].shape
    return height, width, channels


@st.cache_data(max_entries=32, show_spinner=False)
def _drawn(run_id: str, stamp: int, size: int) -> Drawn:
    return layers.drawn(inference.found_model(run_id), size or None)


def svg(found: Entry, chosen: int | None, standalone: bool = False) -> str:
    """Return the drawing of a run's network."""
    known = (inference.stamp(found.id), i18n.language(), drawn(found.id).top)
    return _svg(found, chosen, standalone, known)


@st.cache_data(max_entries=64, show_spinner=False)
def _svg(found: Entry, chosen: int | None, standalone: bool, known: tuple) -> str:
    note = t("architecture.whole_numbers") if networks.kind(found.network).bits else None
    name, layers = found.title or found.id, drawn(found.id).layers
    whole = partial(i18n.number, digits=0)
    return architecture.svg(layers, name, drawing.words(), note, chosen, standalone, number=whole)


def noise_of(found: Entry) -> Noise:
    """Return the noise under which a network is shown: its own kind, at a moderate level."""
    kind = found.noise.kind
    if kind == "none" or found.longest or KINDS[kind].unit != "sigma":
        return found.noise if kind != "none" and not found.longest else Noise()
    return Noise(kind, min(NOISE, found.noise.level))
