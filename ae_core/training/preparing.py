"""What a training does before its first step, one thing after another, as its status tells it."""

from __future__ import annotations

from typing import Any

from ae_core.errors import Message

READING = Message("reading the images")
LOADING = Message("loading the libraries")
BUILDING = Message("building the network")
BEGINNING = Message("finding the weights to begin with")
LOOKING = Message("looking at the validation images")
COMPILING = Message("compiling the training step")
ALL = (READING, LOADING, BUILDING, BEGINNING, LOOKING, COMPILING)


def told(what: Message) -> dict[str, Any]:
    """Return the entries of a status that say what is done now, as which of how many."""
    return {"doing": what, "stage": ALL.index(what) + 1, "stages": len(ALL)}
