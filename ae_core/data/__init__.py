"""The data sets: read once, shared, uint8 (N, H, W, C), with a fingerprint and duplicate counts.

`load(name)` gives a `Dataset` of train, validation and test images. Two sets are drawn by the
program ("letters", "numbers"), others are downloaded or put into the data folder by hand
("notmnist", "svhn"; "svhn-extra" and "svhn-full" when their files are there), and own images become
"own-<slug>" (`own.convert.import_images`). Names joined by + train on both and test on the first. A
set to download is a module and its entry in `sets.SETS`.
This module imports neither NumPy nor a reader until something is loaded.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ae_core.data.folders import cache_dir, data_dir, places, stamp
from ae_core.data.sets import SETS, SVHN_EXTRA, Dataset, SetInfo, Split, members, shape_in_words
from ae_core.errors import DataMissing, UserError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

__all__ = [
    "SETS",
    "Dataset",
    "SetInfo",
    "Split",
    "available",
    "cache_dir",
    "data_dir",
    "download",
    "duplicates_of_train",
    "files",
    "info",
    "load",
    "members",
    "shape_in_words",
    "training_images",
]

_loaded: dict[str, tuple[tuple, Dataset]] = {}
_locks: dict[str, threading.Lock] = {}


def load(name: str, progress: Callable[[int, int, str], None] | None = None) -> Dataset:
    """The data set `name`, or sets joined by +; read once and shared until its files change.

    progress(done, total, title) is called while a set is drawn. Raises DataMissing when files are
    absent, DataError when one is bad, UserError for an unknown name or sets that do not fit.

    >>> letters = load("letters")
    >>> letters.test.x.shape[1:], letters.test.x.dtype
    ((28, 28, 1), dtype('uint8'))
    >>> load("svhn+numbers").train.x.shape  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ae_core.errors.DataMissing: ...
    """
    parts = members(name)
    sets = [_load_one(part, progress) for part in parts]
    return sets[0] if len(sets) == 1 else _load_joined(sets)


def available() -> list[tuple[SetInfo, str]]:
    """Every set with its state, "ready", "drawn on demand" or "missing"; reads no images.

    >>> [entry.name for entry, state in available() if state != "missing"][:2]
    ['letters', 'numbers']
    """
    from ae_core.data import drawn_sets
    from ae_core.data.own import store

    listed = []
    for entry in SETS.values():
        if entry.kind == "drawn":
            state = "ready" if drawn_sets.is_kept(entry.name) else "drawn on demand"
        elif entry.kind == "folder":
            if not _files(entry):
                continue
            state = "ready"
        else:
            state = "ready" if _all_there(entry.name) else "missing"
            if state == "missing" and entry.download.folder:
                continue  # another form of a set, listed once it is there
        listed.append((entry, state))
    if _all_there(SVHN_EXTRA.name):
        listed.append((SVHN_EXTRA, "ready"))
    return listed + [(entry, "ready") for entry in store.list_infos()]


def info(name: str) -> SetInfo:
    """What is known about one set (not a join) without reading it; UserError if unknown.

    >>> info("numbers").shape
    (32, 32, 3)
    """
    if name in SETS:
        return SETS[name]
    if name == SVHN_EXTRA.name:
        return SVHN_EXTRA
    from ae_core.data.own import store

    own = {entry.name: entry for entry in store.list_infos()}
    if name in own:
        return own[name]
    names = ", ".join([*SETS, *own])
    if isinstance(name, str) and name.startswith("own-"):
        raise DataMissing(
            "The own images {name!r} are not in {folders}; import them again, or choose one of "
            "{names}.",
            name=name,
            folders=store.places_in_words(),
            names=names,
        )
    raise UserError(
        "A data set's name was expected, but got {name!r}; the sets are {names}.",
        name=name,
        names=names,
    )


def training_images(name: str, limit: int | None = None) -> int:
    """About how many training images a set or sets joined by + have; see `ae_core.data.counts`.

    >>> training_images("letters", limit=100)
    100
    """
    from ae_core.data import counts

    return counts.training_images(name, limit)


def have_photographs(name: str) -> bool:
    """Whether a set, or one of sets joined by +, comes with the photographs it was cut from.

    >>> have_photographs("svhn-full+letters"), have_photographs("letters")
    (True, False)
    """
    return any(info(part).photographs for part in members(name))


def files(name: str) -> list[Path]:
    """Where the files of one set (not a join) lie, or would lie: all of them, there or not."""
    entry = info(name)
    if entry.kind == "drawn":
        from ae_core.data import drawn_sets

        found = [folder / drawn_sets.file_name(name) for folder in places("drawn")]
    else:
        found = _files(entry)
    if entry.kind == "download":
        return found
    return [path for path in found if path.is_file()][:1] or found[:1]


def download(
    name: str,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    extra: bool = False,
) -> None:
    """Download a set's official files into the data folder; see `ae_core.data.downloads`."""
    from ae_core.data.downloads import download as fetch

    fetch(name, progress, cancelled, extra)


def duplicates_of_train(dataset: Dataset) -> np.ndarray:
    """bool (N_test,): the test images that occur byte for byte in train or validation."""
    from ae_core.data import splits

    return splits.duplicates_of_train(dataset)


def _load_one(name: str, progress) -> Dataset:
    entry = info(name)
    state = (str(data_dir()), tuple(stamp(path) for path in _files(entry)))
    return _shared(name, state, lambda: _read(entry, progress))


def _load_joined(sets: list[Dataset]) -> Dataset:
    from ae_core.data import splits

    name = "+".join(dataset.name for dataset in sets)
    state = tuple(dataset.fingerprint for dataset in sets)
    return _shared(name, state, lambda: splits.join(sets))


def _shared(name: str, state: tuple, read: Callable[[], Dataset]) -> Dataset:
    """What was read for this state of the files; a second reader waits for the first one."""
    with _locks.setdefault(name, threading.Lock()):
        kept = _loaded.get(name)
        if not kept or kept[0] != state:
            _loaded.pop(name, None)  # free the old images before the new ones are read
            kept = _loaded[name] = (state, read())
        return kept[1]


def _read(entry: SetInfo, progress) -> Dataset:
    if entry.kind == "drawn":
        from ae_core.data import drawn_sets

        return drawn_sets.load(entry.name, progress)
    if entry.kind == "own":
        from ae_core.data.own import store

        return store.load(entry.name)
    if entry.kind == "folder":
        from ae_core.data import photos

        return photos.load()
    if entry.name == SVHN_EXTRA.name:
        return importlib.import_module(SETS["svhn"].download.module).load(extra=True)
    return importlib.import_module(entry.download.module).load()


def _files(entry: SetInfo) -> list:
    """The files whose change means that a set must be read again."""
    if entry.kind == "own":
        return [folder / entry.name.removeprefix("own-") / "images.npz" for folder in places("own")]
    if entry.kind == "folder":
        from ae_core.data import photos

        return photos.paths()
    if entry.kind == "download":
        from ae_core.data.downloads import paths

        return paths(entry.name)
    return []


def _all_there(name: str) -> bool:
    from ae_core.data.downloads import paths

    return all(path.is_file() for path in paths(name))
