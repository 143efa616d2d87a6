"""Letters written by a pen: skeletons of the letters A to J as curves, bent at random and inked."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image, ImageDraw

# Each skeleton is its strokes, parted by "/": "s" runs smoothly through its points, "l" goes straight
# from point to point; points are x,y (right and down) in a unit square.
SKELETONS: dict[str, tuple[str, ...]] = {
    "A": (
        "l 0,1 0.5,0 1,1 / l 0.2,0.62 0.8,0.62",
        "s -0.1,0.9 0.15,0.98 0.5,0.4 0.75,0 0.78,0.5 0.95,1 / s 0.2,0.65 0.5,0.55 0.95,0.62",
        "s 0,1 0,0.5 0.2,0 0.8,0 1,0.5 1,1 / l 0,0.6 1,0.6",
        "s 1,0.1 0.6,0 0.05,0.4 0.1,0.95 0.6,0.9 0.95,0.1 / s 1,0.05 0.92,0.6 1,1 1.1,0.9",
    ),
    "B": (
        "l 0,0 0,1 / s 0,0 0.8,0.05 0.8,0.42 0,0.48 / s 0,0.48 1,0.55 0.95,0.97 0,1",
        "s 0.3,0.05 0.25,0.6 0,1 -0.15,0.85 / "
        "s -0.1,0.4 0,0.1 0.6,0 0.85,0.25 0.35,0.48 0.95,0.65 0.7,1 0.2,0.92",
        "l 0,0 0,1 0.9,1 0.9,0.5 0,0.5 / l 0,0 0.75,0 0.75,0.5",
    ),
    "C": (
        "s 1,0.2 0.6,0 0.05,0.3 0.05,0.7 0.6,1 1,0.8",
        "l 1,0 0,0 0,1 1,1",
        "s 0.7,0.3 0.9,0.1 0.6,0 0.1,0.4 0.1,0.9 0.6,1 1,0.7",
        "s 0.45,0.25 0.75,0.3 0.85,0 0.4,0.05 0.05,0.6 0.4,1 1,0.75",
    ),
    "D": (
        "l 0,0 0,1 / s 0,0 0.6,0.02 1,0.5 0.6,0.98 0,1",
        "l 0,0 0,1 0.75,1 1,0.75 1,0.25 0.75,0 0,0",
        "s 0.4,0.1 0.35,0.7 0.1,1 0,0.85 0.4,0.9 0.9,0.8 1,0.3 0.5,0 0,0.15 0.1,0.35",
    ),
    "E": (
        "l 1,0 0,0 0,1 1,1 / l 0,0.5 0.8,0.5",
        "s 0.95,0.15 0.55,0 0.15,0.2 0.5,0.47 0.05,0.7 0.4,1 1,0.8",
        "s 1,0.1 0.4,0.02 0,0.5 0.4,0.98 1,0.9 / l 0,0.5 0.8,0.5",
    ),
    "F": (
        "l 1,0 0,0 0,1 / l 0,0.48 0.8,0.48",
        "s 0,0.2 0.15,0.02 0.6,0.1 1,0 / s 0.65,0.1 0.5,0.6 0.3,1 0,0.9 / l 0.3,0.5 0.8,0.48",
        "s 1,0 0.3,0.05 0.1,0.4 0.1,1 / l -0.1,0.5 0.7,0.5",
    ),
    "G": (
        "s 1,0.2 0.6,0 0.05,0.3 0.05,0.7 0.6,1 1,0.85 / l 0.55,0.55 1,0.55 1,0.95",
        "l 1,0.1 1,0 0,0 0,1 1,1 1,0.55 0.5,0.55",
        "s 0.1,0.6 0.8,0.25 0.7,0 0.3,0.15 0.25,0.5 0.7,0.5 0.95,0.3 0.85,0.8 0.4,1 0,0.85",
    ),
    "H": (
        "l 0,0 0,1 / l 1,0 1,1 / l 0,0.5 1,0.5",
        "s 0,0.2 0.2,0 0.25,0.5 0.05,1 -0.1,0.9 / s 1,0 0.8,0.3 0.75,0.8 0.95,1 / "
        "s 0.1,0.55 0.5,0.45 0.85,0.5",
        "l 0,0 0,1 / s 0,0.6 0.5,0.4 1,0.6 1,1 / l 1,0 1,0.3",
    ),
    "I": (
        "l 0.5,0 0.5,1",
        "l 0.5,0 0.5,1 / l 0.1,0 0.9,0 / l 0.1,1 0.9,1",
        "s 0,0.3 0.3,0.02 0.9,0 0.6,0.4 0.45,0.95 0.1,1 0,0.8 0.5,0.7",
        "s 0.7,0 0.4,0.3 0.6,0.7 0.3,1",
    ),
    "J": (
        "s 0.9,0 0.9,0.5 0.8,0.95 0.3,1 0,0.75",
        "l 0.3,0 1,0 / s 0.7,0 0.7,0.7 0.4,1 0,0.9",
        "s 0.2,0.3 0.3,0.05 0.95,0 0.75,0.4 0.6,0.9 0.2,1 0,0.85 0.4,0.65 1,0.55",
        "l 1,0 1,1 0,1 0,0.7",
    ),
}


def write(letter: str, rng: np.random.Generator, side: int = 80) -> np.ndarray:
    """uint8 (side, side): the letter written with a random pen, white on black, with a margin."""
    skeletons = SKELETONS[letter]
    strokes = skeletons[rng.integers(len(skeletons))]
    pen = rng.choice(4)  # round, broad nib, brush that swells, hairline
    size = {0: rng.uniform(6, 30), 1: rng.uniform(14, 30), 2: rng.uniform(12, 30), 3: 5.0}[int(pen)]
    tilt = rng.uniform(0.3, 1.1)
    slant = rng.choice([0.0, rng.uniform(0, 0.5)])
    bend = rng.uniform(0.0, 0.05)
    image = Image.new("L", (side, side))
    pencil = ImageDraw.Draw(image)
    margin = 0.14 * side
    for kind, *points in map(str.split, strokes.split("/")):
        path = np.array([point.split(",") for point in points], float)
        path += rng.normal(0, bend, path.shape)
        path[:, 0] += slant * (1 - path[:, 1]) - slant / 2
        dense = _smooth(path) if kind == "s" else _straight(path)
        dense = margin + dense * (side - 2 * margin)
        _ink(pencil, dense, int(pen), size, tilt)
    return np.asarray(image)


def _ink(pencil: ImageDraw.ImageDraw, path: np.ndarray, pen: int, size: float, tilt: float) -> None:
    step = np.diff(path, axis=0)
    angle = np.arctan2(step[:, 1], step[:, 0])
    if pen == 1:  # a broad nib: a line segment carried along the path
        nib = np.array([np.cos(-tilt), np.sin(-tilt)]) * size / 2
        for a, b in itertools.pairwise(path):
            corners = [a - nib, a + nib, b + nib, b - nib]
            pencil.polygon([tuple(c) for c in corners], fill=255)
            pencil.line([tuple(a - nib), tuple(a + nib)], fill=255, width=2)
        return
    swell = np.abs(np.sin(angle)) if pen == 2 else np.ones(len(angle))
    for point, thick in zip(path[:-1], swell, strict=True):
        radius = size / 2 * (0.25 + 0.75 * thick)
        pencil.ellipse([*(point - radius), *(point + radius)], fill=255)


def _smooth(points: np.ndarray, steps: int = 18) -> np.ndarray:
    """Catmull-Rom curve through the points."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
        pieces.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
        )
    return np.vstack([*pieces, points[-1:]])


def _straight(points: np.ndarray, steps: int = 40) -> np.ndarray:
    at = np.linspace(0, len(points) - 1, steps)
    index = np.arange(len(points))
    return np.stack([np.interp(at, index, points[:, 0]), np.interp(at, index, points[:, 1])], 1)
