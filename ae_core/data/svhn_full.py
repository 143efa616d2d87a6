"""SVHN's full numbers: photographs with a box around each digit (Netzer et al., 2011, format 1).

The crops are those of `svhn`, cut here: so they can be cut again with jitter, which is what a network
needs that would else learn them by heart. The test images are the official test crops.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ae_core.data import official, photographs, svhn
from ae_core.data.sets import DIGITS, SETS, Dataset
from ae_core.data.splits import assemble, split_rows

NAME = "svhn-full"
ARCHIVE, TEST = SETS[NAME].download.files


def load() -> Dataset:
    """Cut the crops, and split them by photograph; DataMissing or DataError where there are none."""
    archive, test = official.there(NAME, [ARCHIVE, TEST])
    boxes = photographs.read(archive)
    x = photographs.crops(boxes, np.arange(len(boxes.names)))
    test_images = svhn.read_mat(test)[:2]
    origin = official.origin([archive, test], len(x), len(test_images[0]))
    parts = (x, boxes.labels), test_images
    whole = assemble(NAME, SETS[NAME].title, *parts, DIGITS, origin, photographs=boxes.names)
    trained, _ = split_rows(len(x), photographs=boxes.names)

    def recut(count: int, rounds: int, seed: int) -> np.ndarray:
        return photographs.crops(boxes, trained[:count], rounds, seed)

    return replace(whole, recut=recut)


def check(path: Path) -> None:
    """Read one of the files; DataError when it is bad."""
    svhn.check(path) if path.suffix == ".mat" else photographs.read(path)
