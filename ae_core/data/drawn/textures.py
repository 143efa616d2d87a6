"""Surfaces cut from the photographs inside the scikit-image package, read by path, offline."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

from ae_core.errors import UserError

# Photographs in the wheel itself; scikit-image would download its others on first use.
PHOTOGRAPHS = (
    *("brick.png", "grass.png", "gravel.png", "astronaut.png", "chelsea.png", "coffee.png"),
    *("rocket.jpg", "motorcycle_left.png", "camera.png", "coins.png", "moon.png", "page.png"),
)


@functools.cache
def photographs() -> tuple[np.ndarray, ...]:
    """The photographs, uint8 (h, w, 3), at most 256 pixels high; raises UserError without any."""
    spec = importlib.util.find_spec("skimage")
    places = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(places))) / "data" if places else Path("skimage/data")
    found = []
    for name in PHOTOGRAPHS:
        if (folder / name).is_file():
            with Image.open(folder / name) as image:
                image = image.convert("RGB")
                scale = 256 / image.height
                found.append(np.asarray(image.resize((round(image.width * scale), 256), 1)))
    if not found:
        raise UserError(
            "No photograph to cut textures from was found, where scikit-image's own were "
            "expected: run pip install -r requirements.txt and try again."
        )
    return tuple(found)


def tiles(count: int, side: int) -> np.ndarray:
    """uint8 (count, side, side, 3): parts of the coloured photographs, the same ones every time."""
    coloured = [x for x in photographs() if (x[..., :1] != x).any()]
    rng, out = np.random.RandomState(0), np.empty((count, side, side, 3), np.uint8)
    for index in range(count):
        picture = coloured[index % len(coloured)]
        top, left = (rng.randint(0, length - side + 1) for length in picture.shape[:2])
        out[index] = picture[top : top + side, left : left + side]
    return out


def patches(count: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """float32 (count, side, side, 3): cuts at random places and scales, minus their own mean."""
    pictures = photographs()
    out = np.empty((count, side, side, 3), np.float32)
    # Walls (brick, grass, gravel come first) are met more often than the other photographs.
    likely = np.array([3.0, 0.7, 2.0] + [0.6] * len(pictures))[: len(pictures)]
    likely /= likely.sum()
    which = rng.choice(len(pictures), count, p=likely)
    for index, number in enumerate(which):
        picture = pictures[number]
        size = int(rng.integers(side // 3, 150))
        top = rng.integers(0, picture.shape[0] - size)
        left = rng.integers(0, picture.shape[1] - size)
        cut = Image.fromarray(picture[top : top + size, left : left + size])
        turned = cut.transpose(int(rng.integers(0, 4))) if rng.random() < 0.7 else cut
        out[index] = np.asarray(turned.resize((side, side), Image.Resampling.BOX), np.float32)
    return out - out.mean((1, 2), keepdims=True)
