"""A folder of images that a person names: which they are, and reading each so that faults name it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae_core.errors import UserError
from ae_core.images import files

Changed = Callable[[Path, files.Notes], None]  # is told what reading changed of a file's pixels


def images_in(folder: Path) -> list[Path]:
    """Return the files right inside a folder that are named like images, sorted; perhaps none.

    Raises:
        UserError: the folder is not there, or cannot be read.
    """
    try:
        found = [path for path in folder.iterdir() if path.is_file() and _is_named(path)]
    except OSError as error:
        raise UserError(
            "{file} cannot be read: {reason}.", file=folder, reason=error.strerror or error
        ) from error
    return sorted(found)


def read(path: Path, changed: Changed | None = None) -> np.ndarray:
    """Return an image as :func:`ae_core.images.files.read`, uint8 (H, W, 1 or 3).

    Raises:
        UserError: as there, behind the name of the file.
    """
    notes: files.Notes = {}
    try:
        x = files.read(path, notes=notes)
    except UserError as error:
        raise UserError("{path}: {reason}", path=path, reason=error) from error
    if notes and changed is not None:
        changed(path, notes)
    return x


def in_colour(x: np.ndarray) -> np.ndarray:
    """Return an image, uint8 (H, W, 1 or 3), as uint8 (H, W, 3).

    >>> in_colour(np.zeros((4, 6, 1), np.uint8)).shape
    (4, 6, 3)
    """
    return x if x.shape[2] == 3 else x.repeat(3, axis=2)


def _is_named(path: Path) -> bool:
    return path.suffix.lower().removeprefix(".") in files.SUFFIXES
