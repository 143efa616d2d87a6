"""Masks that lie as pictures beside the images they belong to: which files of a source are some.

A name alone tells little, for a class may have it too: what pairs with images by name is a mask if
it looks like one, with few values.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

from ae_core.data.own import naming
from ae_core.errors import Message

_IN_FOLDER = Message("it lies in a folder of masks, and images lie beside it")
_OF_IMAGE = Message("it is the mask of an image beside it")
_FOLDER = re.compile(
    r"(?P<of>.*?)[\W_]*(annot|annotations?|trimaps?|gt|ground[\W_]?truth|(?<=[\W_])(masks?|labels))",
    re.I,
)
_BARE = re.compile(r"(?P<of>)(masks?|labels?)", re.I)  # where images do not look like masks
_SUFFIX = re.compile(r"(?P<of>.+)[_-](masks?|segmentation|seg|L|gt)([_-]?\d+)?")
_BESIDE = re.compile(r"(?P<of>.+)[_-](masks?|segmentation)([_-]?\d+)?", re.I)
_MOST = 0.9  # of the files of two folders, which pair
_LOOKED_AT = 6  # pictures of a folder
_MOST_LOOKS = 120  # pictures of a source; of what is beyond, the name decides
_FEW = 40  # values or colours of a mask
_NEAR = 16  # to black or white are nearly all values of a mask that JPEG has blurred

_Folder = tuple[str, ...]
Look = Callable[[int], np.ndarray | None]


def among(paths: list[PurePosixPath], look: Look = lambda place: None) -> dict[int, Message]:
    """The places of masks among pictures, and why each is one; ``look`` gives a picture, or None."""
    looks = _Looks(paths, look)
    roles = [{naming.role_of(name) for name in path.parts[:-1]} for path in paths]
    if any("image" in each for each in roles):
        named = [n for n, each in enumerate(roles) if "mask" in each]
        images = {path.stem for path, each in zip(paths, roles, strict=True) if "mask" not in each}
        folders = {paths[n].parts[:-1] for n in named}
        some = {folder for folder in sorted(folders) if looks.are_masks(folder, images)}
        found = {n: _IN_FOLDER for n in named if paths[n].parts[:-1] in some}
    else:
        found = {}
    there = {path.with_suffix("") for path in paths}
    for place, path in enumerate(paths):
        match = _BESIDE.fullmatch(path.stem)
        if match and path.with_name(match["of"]) in there:
            found.setdefault(place, _OF_IMAGE)
    rest = [place for place in range(len(paths)) if place not in found]
    paired = _paired([paths[place] for place in rest], looks)
    return found | {rest[place]: _IN_FOLDER for place in paired}


class _Looks:
    """Whether the pictures of a folder look like masks, of few values; None where it is not known."""

    def __init__(self, paths: list[PurePosixPath], look: Look):
        self._paths, self._look, self._left, self._known = paths, look, _MOST_LOOKS, {}
        self._places: dict[_Folder, list[int]] = {}
        for place, path in enumerate(paths):
            self._places.setdefault(path.parts[:-1], []).append(place)

    def like_masks(self, folder: _Folder) -> bool | None:
        if folder not in self._known:
            places = self._places[folder]
            some = places[:: max(1, len(places) // _LOOKED_AT)][:_LOOKED_AT]
            some = some[: self._left]
            self._left -= len(some)
            seen = [_is_mask(x) for place in some if (x := self._look(place)) is not None]
            self._known[folder] = sum(seen) > len(seen) / 2 if seen else None
        return self._known[folder]

    def are_masks(self, folder: _Folder, images: set[str]) -> bool:
        """Whether the pictures of a folder that is named as one of masks are some: soft ones too,
        where images have their names; photographs of people who wear one have not."""
        stems = [self._paths[place].stem for place in self._places[folder]]
        bare = [match["of"] if (match := _SUFFIX.fullmatch(stem)) else stem for stem in stems]
        pair = sum(a in images or b in images for a, b in zip(stems, bare, strict=True))
        return pair >= _MOST * len(stems) or self.like_masks(folder) is not False


def _is_mask(x: np.ndarray) -> bool:
    if len(np.unique(x.reshape(-1, x.shape[-1]), axis=0)) <= _FEW:
        return True
    ends = (x <= _NEAR) | (x >= 255 - _NEAR)
    return bool(ends.mean() >= _MOST)


def _paired(paths: list[PurePosixPath], looks: _Looks) -> list[int]:
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
    pairs = {
        folder
        for folder, stems in masks.items()
        if (of := _pairs(folder, marked[folder], stems, images, within))
        and _are(folder, folder[marked[folder]], of, looks)
    }
    return [place for place, folder in enumerate(folders) if folder in pairs]


def _mark(folder: _Folder, common: int) -> int | None:
    """The level at which a folder is named as one of masks; above ``common`` all files lie."""
    levels = range(common, len(folder))
    return next(
        (n for n in levels if _FOLDER.fullmatch(folder[n]) or _BARE.fullmatch(folder[n])), None
    )


def _are(folder: _Folder, name: str, images: list[_Folder], looks: _Looks) -> bool:
    """Whether the pictures of a folder that pairs with one of images look like masks."""
    if not _FOLDER.fullmatch(name):  # so may a class be called
        return looks.like_masks(folder) is True and not any(map(looks.like_masks, images))
    return looks.like_masks(folder) is not False


def _pairs(
    folder: _Folder,
    level: int,
    stems: set[str],
    images: dict[_Folder, set[str]],
    within: dict[str, list[_Folder]],
) -> list[_Folder]:
    """The folders of images with whose files those of a folder pair; [] where it is not clear."""
    bare = {stem: match["of"] for stem in stems if (match := _SUFFIX.fullmatch(stem))}
    counts: Counter[_Folder] = Counter()
    for stem in stems:
        counts.update({*within.get(stem, ()), *within.get(bare.get(stem, ""), ())})
    fit = [other for other, count in counts.items() if count >= _MOST * len(stems)]
    if len(bare) == len(stems):  # no class has such names, whose others lie in another folder
        return fit
    fit = [other for other in fit if len(stems) >= _MOST * len(images[other])]
    above, name, below = folder[:level], folder[level], folder[level + 1 :]
    named = (*above, (_FOLDER.fullmatch(name) or _BARE.fullmatch(name))["of"], *below)
    if named in fit:
        return [named]
    beside = [o for o in fit if (o[:level], o[level + 1 :]) == (above, below)]
    fit = beside or fit
    return fit if len(fit) == 1 else []
