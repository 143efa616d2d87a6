"""Masks that lie as pictures beside the images they belong to: which files of a source are some.

A name alone tells little, for a class may have it too: what pairs with images by name is a mask.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import PurePosixPath

from ae_core.data.own import naming
from ae_core.errors import Message

_IN_FOLDER = Message("it lies in a folder of masks, and images lie beside it")
_OF_IMAGE = Message("it is the mask of an image beside it")
_FOLDER = re.compile(
    r"(?P<of>.*?)[\W_]*(annot|annotations?|trimaps?|gt|ground[\W_]?truth|(?<=[\W_])(masks?|labels))",
    re.I,
)
_SUFFIX = re.compile(r"(?P<of>.+)[_-](masks?|segmentation|seg|L|gt)([_-]?\d+)?")
_BESIDE = re.compile(r"(?P<of>.+)[_-](masks?|segmentation)([_-]?\d+)?", re.I)
_MOST = 0.9  # of the files of two folders, which pair

_Folder = tuple[str, ...]


def among(paths: list[PurePosixPath]) -> dict[int, Message]:
    """The places of masks among pictures, and why each is one."""
    roles = [{naming.role_of(name) for name in path.parts[:-1]} for path in paths]
    if any("image" in each for each in roles):
        found = {n: _IN_FOLDER for n, each in enumerate(roles) if "mask" in each}
    else:
        found = {}
    there = {path.with_suffix("") for path in paths}
    for place, path in enumerate(paths):
        match = _BESIDE.fullmatch(path.stem)
        if match and path.with_name(match["of"]) in there:
            found.setdefault(place, _OF_IMAGE)
    rest = [place for place in range(len(paths)) if place not in found]
    paired = _paired([paths[place] for place in rest])
    return found | {rest[place]: _IN_FOLDER for place in paired}


def _paired(paths: list[PurePosixPath]) -> list[int]:
    """The places of files in folders that are named as of masks and pair with a folder of images."""
    folders = [path.parts[:-1] for path in paths]
    common = len(os.path.commonprefix(folders))
    marked = {folder: _mark(folder, common) for folder in set(folders)}
    if all(mark is None for mark in marked.values()):
        return []
    images: dict[_Folder, set[str]] = {}
    masks: dict[_Folder, set[str]] = {}
    for folder, path in zip(folders, paths, strict=True):
        kind = images if marked[folder] is None else masks
        kind.setdefault(folder, set()).add(path.stem)
    within: dict[str, list[_Folder]] = {}
    for folder, stems in images.items():
        for stem in stems:
            within.setdefault(stem, []).append(folder)
    pairs = {f for f, stems in masks.items() if _pairs(f, marked[f], stems, images, within)}
    return [place for place, folder in enumerate(folders) if folder in pairs]


def _mark(folder: _Folder, common: int) -> int | None:
    """The level at which a folder is named as one of masks; above ``common`` all files lie."""
    levels = range(common, len(folder))
    return next((n for n in levels if _FOLDER.fullmatch(folder[n])), None)


def _pairs(
    folder: _Folder,
    level: int,
    stems: set[str],
    images: dict[_Folder, set[str]],
    within: dict[str, list[_Folder]],
) -> bool:
    """Whether a folder's files pair with those of one folder of images, and with no other's."""
    bare = {stem: match["of"] for stem in stems if (match := _SUFFIX.fullmatch(stem))}
    counts: Counter[_Folder] = Counter()
    for stem in stems:
        counts.update({*within.get(stem, ()), *within.get(bare.get(stem, ""), ())})
    fit = [other for other, count in counts.items() if count >= _MOST * len(stems)]
    if len(bare) == len(stems):  # no class has such names, whose others lie in another folder
        return bool(fit)
    fit = [other for other in fit if len(stems) >= _MOST * len(images[other])]
    above, name, below = folder[:level], folder[level], folder[level + 1 :]
    if (*above, _FOLDER.fullmatch(name)["of"], *below) in fit:
        return True
    beside = [o for o in fit if (o[:level], o[level + 1 :]) == (above, below)]
    return len(beside or fit) == 1
