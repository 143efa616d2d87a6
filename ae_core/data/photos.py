"""Photographs of a person's, of any size, cut into tiles: what a denoiser of pictures learns from.

They lie as JPEG or PNG files in the folder ``photos/train`` of the data folder. All tiles of one are
in one part. Nine of ten photographs are trained on: denoisers are measured on other sets, Kodak24 and
CBSD68, and the few that are left say when to end.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ae_core.data.folders import data_dir
from ae_core.data.sets import SETS, Dataset
from ae_core.errors import DataMissing, Message

NAME = "photos"
TRAINED_ON = 90  # percent of the tiles
_TILE = re.compile(r"\[\d+\]$")  # which of a photograph's tiles, behind its name


def folder() -> Path:
    """Where the photographs belong; it may not exist."""
    return data_dir() / NAME / "train"


def paths() -> list[Path]:
    """The files in the folder, sorted; none where it is not there."""
    return sorted(path for path in folder().glob("*") if path.is_file())


def load() -> Dataset:
    """Read the photographs as tiles; DataMissing without any, DataError where they are too few."""
    from ae_core.data.own import convert
    from ae_core.data.splits import finish, frozen, split_of_few

    files = paths()
    if not files:
        raise DataMissing(
            "Photographs were expected in {folder}, but there are none; put JPEG or PNG files there.",
            folder=folder(),
        )
    about = SETS[NAME]
    made = convert.prepare(folder(), about.shape[0], "colour", fit="tiles")
    cut_from = np.array([_TILE.sub("", name) for name in made.names])
    train, rest = split_of_few(len(made.x), percent=TRAINED_ON, photographs=cut_from)
    halves = split_of_few(len(rest), percent=50, photographs=cut_from[rest])
    parts = train, *(rest[half] for half in halves)
    return finish(
        NAME,
        about.title,
        *(frozen(made.x[rows], made.labels[rows]) for rows in parts),
        tuple(made.classes),
        Message(
            "photographs: {photographs:,}, in tiles: {count:,}",
            photographs=len(files),
            count=len(made.x),
        ),
    )
