"""The images that a person names on the command line: files, and folders of them."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.cli import outputs
from ae_core.errors import Message, UserError
from ae_core.files import own_stems, replacing, writing

if TYPE_CHECKING:
    import numpy as np


_LIKEWISE = {  # kinds of changes, as of several images
    "values": "values of more than 8 bits, or with a sign, kept in 8, each in its own range",
    "colours": "colours of 16 bits, of which the upper 8 are kept",
    "clear": "transparent parts, shown on white, or on black where all that is drawn is white",
    "pages": "further pages or moments, which are left out",
}


class Changed:
    """What opening images changed of their pixels: said of the first of a kind, then counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._seen: set[str] = set()

    def say(self, path: Path | str, notes: dict[str, Message]) -> None:
        """Say what was changed of an image, as :func:`ae_core.images.files.read` gives it."""
        if str(path) in self._seen:  # it was read twice
            return
        self._seen.add(str(path))
        for kind, said in notes.items():
            if not self.counts[kind]:
                print(f"{path}: {said}", file=sys.stderr)
            self.counts[kind] += 1

    def say_others(self) -> None:
        """Say how many more there were of each kind."""
        for kind, count in self.counts.items():
            if count > 1:
                print(f"{count - 1:,} more with this: {_LIKEWISE[kind]}", file=sys.stderr)


def each(
    paths: list[Path],
    folder: Path | None = None,
    endings: Sequence[str] = (),
    replace: bool = False,
) -> Iterator[tuple[Path, str, np.ndarray]]:
    """Return what yields (path, a name of its own without ending, image) of every image's file.

    Of a folder those right inside it, by name. What is left out is said on the terminal.

    Args:
        paths: files and folders.
        folder: where PNG files of these names will be written, if any are.
        endings: what follows their names there.
        replace: whether files of these names there may be written over.

    Raises:
        UserError: at once: what will be written is one of the images, or is there; in the end:
            none of them could be read.
    """
    from ae_core.images import folders

    listed = []
    for path in paths:
        inside = folders.images_in(path) if path.is_dir() else [path]
        if not inside:
            print(f"skipped {path}: there is no image in this folder", file=sys.stderr)
        listed += inside
    stems = own_stems(map(str, listed))
    if folder is not None:
        written = [f"{stem}{end}.png" for stem in stems for end in endings]
        outputs.check_folder(folder, written, replace, listed)
    return _read(list(zip(listed, stems, strict=True)))


def _read(named: list[tuple[Path, str]]) -> Iterator[tuple[Path, str, np.ndarray]]:
    from ae_core.images import files

    read, changed = 0, Changed()
    for path, stem in named:
        try:
            x = files.read(path, notes=(notes := {}))
        except UserError as error:
            print(f"skipped {path}: {error}", file=sys.stderr)
            continue
        read += 1
        changed.say(path, notes)
        yield path, stem, x
    changed.say_others()
    if not read:
        raise UserError("None of the files could be read as an image; nothing was written.")


def fitted(path: Path, x: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return an image as one for a network, and say what that changed."""
    from ae_core.images import files

    made = files.fit(x, shape)
    if made.shape[:2] != x.shape[:2]:
        before, after = (f"{size[1]}x{size[0]}" for size in (x.shape, shape))
        print(f"{path}: cut and resized from {before} to {after}")
    if files.loses_colour(x, shape[2]):
        print(f"{path}: its colours became grey, which this network takes")
    return made


def of_test(name: str, count: int | None) -> np.ndarray:
    """Return the first ``count`` test images of a data set, or all; UserError for more than all."""
    from ae_core import data

    x = data.load(name).test.x
    if count is not None and count > len(x):
        raise UserError(
            "{data} has {count:,} test images, not {images:,}.",
            data=name,
            count=len(x),
            images=count,
        )
    return x[:count]


def check_count(count: int | None, data: str | None) -> None:
    """Refuse a number of test images that is not of a data set."""
    if count is not None and data is None:
        raise UserError("--images goes with --data.")


def check_level(level: float | None, run) -> None:
    """Refuse a noise level that is told to a network which takes none."""
    from ae_core import networks

    if level is not None and not networks.kind(run.config.network).takes_level:
        raise UserError("The network of {run} takes no noise level: leave out --level.", run=run.id)


def write_all(folder: Path, pictures: dict[str, np.ndarray]) -> None:
    """Write images as PNG: all of them, or none."""
    from ae_core.images import files

    hidden = folder / f".new-{secrets.token_hex(4)}"
    try:
        with writing(folder, "choose"):
            hidden.mkdir(parents=True)
            for name, x in pictures.items():
                (hidden / name).write_bytes(files.png(x))
            for name in pictures:
                os.replace(hidden / name, folder / name)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def write(folder: Path, name: str, x: np.ndarray) -> str:
    """Write an image, uint8 (H, W, 1 or 3), as ``name``.png; return the file's name."""
    from ae_core.images import files

    with writing(folder, "choose"), replacing(folder / f"{name}.png") as temporary:
        temporary.write_bytes(files.png(x))
    return f"{name}.png"
