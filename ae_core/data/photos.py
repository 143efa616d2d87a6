"""Photographs of a person's, of any size, cut into tiles: what a denoiser of pictures learns from.

They lie as JPEG or PNG files in the folder ``photos/train`` of the data folder. All tiles of one are
in one part, training, validation or test, exactly as an import of the folder as tiles splits them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ae_core.data.folders import data_dir
from ae_core.data.sets import SETS, Dataset
from ae_core.errors import DataMissing, Message

NAME = "photos"


def folder() -> Path:
    """Where the photographs belong; it may not exist."""
    return data_dir() / NAME / "train"


def paths() -> list[Path]:
    """The files in the folder, sorted; none where it is not there."""
    return sorted(path for path in folder().glob("*") if path.is_file())


def load() -> Dataset:
    """Read the photographs as tiles; DataMissing without any, DataError where they are too few."""
    from ae_core.data.own import convert, store
    from ae_core.data.splits import finish, frozen

    files = paths()
    if not files:
        raise DataMissing(
            "Photographs were expected in {folder}, but there are none; put JPEG or PNG files there.",
            folder=folder(),
        )
    about = SETS[NAME]
    made = convert.prepare(folder(), about.shape[0], "colour", fit="tiles")
    each_apart = np.zeros(len(made.x), np.int8)  # a tile a photograph: none are to be kept together
    told = each_apart if made.parts is None else made.parts
    parts = store.rows_of_parts(told, made.photographs)
    return finish(
        NAME,
        about.title,
        *(frozen(made.x[rows], made.labels[rows]) for rows in parts),
        tuple(made.classes),
        Message(
            "{photographs:,} photographs in tiles: {count:,}",
            photographs=len(files),
            count=len(made.x),
        ),
    )
