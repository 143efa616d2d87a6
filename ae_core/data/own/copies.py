"""Smaller copies of images beside them, as sets for super-resolution have them: which files are some.

Names alone tell nothing, for classes have the same names too: the pictures are compared.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from ae_core.errors import Message
from ae_core.images import files

_COPY = Message("it is a smaller copy of an image beside it")
_SCALE = re.compile(r"(?P<of>.+?)[_-]?x(?P<times>[2-8])", re.I)  # 0001x4, as DIV2K names them
_MOST = 0.9  # of the files of a folder, which have one of the same name in another
_FEWEST = 4  # files of a folder
_FOLDERS = 40  # that are compared
_LOOKED_AT = 5  # pairs of two folders
_MOST_LOOKS = 300  # pictures that are read for it
_SIDE = 32  # to which they are brought
_LEAST = 1.4  # how much larger an image is than its copy
_LIKE = 0.3  # of the spread of a picture's values, how much its copy differs

Look = Callable[[int], np.ndarray | None]
_Seen = tuple[tuple[int, int], np.ndarray]
_Group = tuple[tuple[str, ...], str]


def among(paths: list[PurePosixPath], look: Look) -> dict[int, Message]:
    """The places of smaller copies, and why each is left out; ``look`` gives a picture, or None."""
    groups: dict[_Group, dict[str, int]] = {}
    for place, path in enumerate(paths):
        scaled = _SCALE.fullmatch(path.stem)
        stem = scaled["of"] if scaled else path.stem
        groups.setdefault((path.parts[:-1], scaled["times"] if scaled else ""), {})[stem] = place
    groups = {key: group for key, group in groups.items() if len(group) >= _FEWEST}
    if not 1 < len(groups) <= _FOLDERS:
        return {}
    pairs = []
    for small, large in itertools.permutations(groups.values(), 2):
        both = [stem for stem in small if stem in large]
        if len(both) >= _MOST * len(small):
            some = both[:: max(1, len(both) // _LOOKED_AT)][:_LOOKED_AT]
            pairs.append((both, [(small[stem], large[stem]) for stem in some], small))
    # The first pictures tell most pairs apart; those of an archive are read in its order.
    first = _seen([pair for _, some, _ in pairs for pair in some[:1]], look)
    pairs = [entry for entry in pairs if _is_copy(*entry[1][0], first)]
    seen = _seen([pair for _, some, _ in pairs for pair in some], look)
    found = {}
    for both, some, small in pairs:
        if all(_is_copy(*pair, seen) for pair in some):
            found |= {small[stem]: _COPY for stem in both}
    return found


def _seen(pairs: list[tuple[int, int]], look: Look) -> dict[int, _Seen]:
    """What is kept of the pictures of pairs: height and width, and what is on them, in grey."""
    found = {}
    for place in sorted({place for pair in pairs for place in pair})[:_MOST_LOOKS]:
        if (x := look(place)) is not None:
            image = files.to_pillow(x).convert("L")
            small = image.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
            found[place] = x.shape[:2], np.asarray(small, np.float32)
    return found


def _is_copy(small: int, large: int, seen: dict[int, _Seen]) -> bool:
    if small not in seen or large not in seen:
        return False
    ((height, width), x), (whole, y) = seen[small], seen[large]
    down, across = whole[0] / height, whole[1] / width
    if min(down, across) < _LEAST or abs(down - across) > max(down / height, across / width):
        return False
    return float(np.abs(x - y).mean()) < 2 + _LIKE * float(y.std())
