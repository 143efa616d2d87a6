"""The images that a person names on the command line: files, and folders of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.errors import UserError
from ae_core.files import own_stems, replacing, writing

if TYPE_CHECKING:
    import numpy as np


def each(paths: list[Path]) -> Iterator[tuple[Path, str, np.ndarray]]:
    """Yield (path, a name of its own without ending, image) of every file that holds an image.

    Of a folder those right inside it, by name. What is left out is said on the terminal.

    Raises:
        UserError: none of them could be read.
    """
    from ae_core.images import files

    listed, read = [], 0
    for path in paths:
        inside = sorted(p for p in path.iterdir() if _is_image(p)) if path.is_dir() else [path]
        if not inside:
            print(f"skipped {path}: there is no image in this folder", file=sys.stderr)
        listed += inside
    for path, stem in zip(listed, own_stems(map(str, listed)), strict=True):
        try:
            x = files.read(path)
        except UserError as error:
            print(f"skipped {path}: {error}", file=sys.stderr)
            continue
        read += 1
        yield path, stem, x
    if not read:
        raise UserError("None of the files could be read as an image; nothing was written.")


def write(folder: Path, name: str, x: np.ndarray) -> str:
    """Write an image, uint8 (H, W, 1 or 3), as ``name``.png; return the file's name."""
    from ae_core.images import files

    with writing(folder, "choose"), replacing(folder / f"{name}.png") as temporary:
        temporary.write_bytes(files.png(x))
    return f"{name}.png"


def _is_image(path: Path) -> bool:
    from ae_core.images import files

    return path.is_file() and path.suffix.lower().removeprefix(".") in files.SUFFIXES
