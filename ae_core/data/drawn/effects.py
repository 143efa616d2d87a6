"""What can happen to a letter: each effect turns a signed distance into coverage.

Distances are float32 (side, side) in pixels, positive inside the glyph; coverage is float32 of
the same shape in [0, 1]. Every effect takes (distance, rng, noises) and decides the rest by rng.
`noises` is a bank float32 (n, 2*side, 2*side) of smooth noise, mean 0, standard deviation 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

Effect = Callable[[np.ndarray, np.random.Generator, np.ndarray], np.ndarray]


def ink(distance: np.ndarray, grow: float = 0.0) -> np.ndarray:
    """Coverage of the shape, grown by `grow` pixels."""
    return np.clip(distance + (grow + 0.5), 0, 1)


def noise_bank(rng: np.random.Generator, side: int) -> np.ndarray:
    """float32 (24, 2*side, 2*side): smooth noise, from fine grain to large blots."""
    white = rng.standard_normal((24, 2 * side, 2 * side)).astype(np.float32)
    for index, width in enumerate(np.geomspace(0.8, 9, len(white))):
        white[index] = ndimage.gaussian_filter(white[index], width, mode="wrap")
        white[index] /= white[index].std()
    return white


def solid(distance, rng, noises):
    """The plain letter, a little bolder or finer than its font."""
    return ink(distance, rng.normal(1.1, 1.4) if distance.max() > 2.5 else rng.uniform(0.5, 2.5))


def heavy(distance, rng, noises):
    return ink(distance, rng.uniform(1.5, 6))


def hairline(distance, rng, noises):
    """What is left after taking ink away from all sides, at least a thread of it."""
    return ink(distance, -min(rng.uniform(0.5, 3), max(float(distance.max()) - 1.7, 0)))


def outline(distance, rng, noises):
    width = rng.uniform(1.1, 2.6)
    return np.clip(width - np.abs(distance + rng.uniform(0, 3)) + 0.5, 0, 1)


def inline(distance, rng, noises):
    """A heavy letter with a thin groove inside."""
    grown = distance + rng.uniform(1, 4)
    depth = min(rng.uniform(2.5, 5), float(grown.max()) * 0.6)
    groove = np.clip(rng.uniform(0.6, 1.4) - np.abs(grown - depth) + 0.5, 0, 1)
    return np.clip(grown + 0.5, 0, 1) * (1 - groove)


def contour(distance, rng, noises):
    """The letter with one or two lines running around it."""
    gap, line = rng.uniform(2, 4), rng.uniform(1.2, 2.5)
    body = ink(distance, rng.uniform(-1, 1))
    ring = np.clip(line / 2 - np.abs(distance + gap + line) + 0.5, 0, 1)
    return np.maximum(body, ring)


def shadow(distance, rng, noises):
    """An outline or a solid letter that throws a hard shadow."""
    shift = int(rng.integers(3, 8))
    way = -shift if rng.random() < 0.8 else shift
    grown = distance + rng.uniform(0, 2)
    thrown = np.maximum.reduce(
        [np.roll(grown, (step, step if way < 0 else -step), (0, 1)) for step in (shift, shift // 2)]
    )
    rim = np.clip(grown + 2.3, 0, 1)
    face = ink(grown) if rng.random() < 0.5 else np.zeros_like(grown)
    dark = ink(thrown) * (1 - rim)
    if face.any():
        return np.maximum(face, dark)
    return np.maximum(np.clip(1.2 - np.abs(grown) + 0.3, 0, 1), dark)


def stencil(distance, rng, noises):
    """Cut by one or more straight bridges."""
    bars = _stripes(distance.shape, rng, rng.uniform(14, 34))
    width = rng.uniform(1.5, 4)
    return ink(distance, rng.uniform(0, 4)) * np.clip(np.abs(bars) - width + 0.5, 0, 1)


def striped(distance, rng, noises):
    period = rng.uniform(4.5, 10)
    bars = _stripes(distance.shape, rng, period)
    return ink(distance, rng.uniform(1, 5)) * np.clip(np.abs(bars) - period * 0.2 + 0.5, 0, 1)


def dotted(distance, rng, noises):
    """Made of lamps: dots, squares or diamonds on a grid."""
    pitch = rng.uniform(5, 9.5)
    grown = distance + rng.uniform(0, 3.5)
    y, x = np.mgrid[: distance.shape[0], : distance.shape[1]].astype(np.float32)
    row, column = np.floor(y / pitch), np.floor(x / pitch)
    at_y = np.clip((row + 0.5) * pitch, 0, distance.shape[0] - 1).astype(int)
    at_x = np.clip((column + 0.5) * pitch, 0, distance.shape[1] - 1).astype(int)
    lit = grown[at_y, at_x] > 0
    dy, dx = y - (row + 0.5) * pitch, x - (column + 0.5) * pitch
    shape = rng.choice(3)
    if shape == 0:
        away = np.hypot(dy, dx)
    elif shape == 1:
        away = np.maximum(np.abs(dy), np.abs(dx))
    else:
        away = (np.abs(dy) + np.abs(dx)) * 0.75
    return lit * np.clip(pitch * rng.uniform(0.3, 0.52) - away + 0.5, 0, 1)


def beads(distance, rng, noises):
    """The contour or the middle of the strokes as a chain of dots."""
    return dotted(3 - np.abs(distance), rng, noises)


def rough(distance, rng, noises):
    """Edges gnawed by smooth noise."""
    return ink(distance, rng.uniform(0, 2.5) + rng.uniform(0.8, 2.4) * _patch(noises, rng))


def distressed(distance, rng, noises):
    """Old print: paint has come off in flakes, sometimes with splashes around."""
    worn = np.clip((_patch(noises[4:15], rng) + rng.uniform(0.3, 1.4)) * 2.5, 0, 1)
    letter = ink(distance, rng.uniform(0, 4)) * worn
    if rng.random() < 0.4:
        near = np.clip(distance / 12 + 1.4, 0, 1)
        letter = np.maximum(letter, near * np.clip((_patch(noises[:10], rng) - 1.4) * 4, 0, 1))
    return letter


def boxed(distance, rng, noises):
    """The letter cut out of a block, a disc or a blot; or standing in a frame."""
    side = distance.shape[0]
    y, x = np.mgrid[:side, :side].astype(np.float32) - (side - 1) / 2
    reach_y, reach_x = side / 2 - rng.uniform(1, 9, 2)
    kind = rng.choice(5, p=[0.4, 0.15, 0.2, 0.1, 0.15])
    if kind == 0:
        block = np.minimum(reach_y - np.abs(y), reach_x - np.abs(x))
    elif kind == 1:
        power = rng.uniform(3, 6)
        block = (1 - (np.abs(y / reach_y) ** power + np.abs(x / reach_x) ** power)) * 9
    elif kind == 2:
        block = (1 - np.hypot(y / (side / 2 - 1), x / (side / 2 - 1))) * side / 2
    elif kind == 3:
        block = (1 - np.abs(y / (side / 2)) - np.abs(x / (side / 2))) * side / 2 + 6
    else:
        block = np.minimum(reach_y - np.abs(y), reach_x - np.abs(x)) + 4 * _patch(noises[14:], rng)
    letter = ink(distance, rng.uniform(-1.5, 2))
    if rng.random() < 0.3:
        frame = np.clip(rng.uniform(1.2, 4) - np.abs(block - 2) + 0.5, 0, 1)
        return np.maximum(letter, frame)
    return np.clip(block + 0.5, 0, 1) * (1 - letter)


def pixels(distance, rng, noises):
    """On the coarse raster of an old screen."""
    cells = int(rng.integers(7, 13))
    small = Image.fromarray(ink(distance, rng.uniform(0, 3))).resize((cells, cells), 4)
    small = Image.fromarray((np.asarray(small) > rng.uniform(0.3, 0.5)).astype(np.float32))
    return np.asarray(small.resize(distance.shape[::-1], 0))


def faded(distance, rng, noises):
    """Filled with a gradient, a grey, or fading towards one side."""
    side = distance.shape[0]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = (np.mgrid[:side, :side].astype(np.float32) - side / 2) / (side * 0.4)
    ramp = np.clip(0.6 + rng.uniform(0.2, 0.7) * (np.cos(angle) * x + np.sin(angle) * y), 0.03, 1)
    return ink(distance, rng.uniform(0, 4)) * ramp


def blurred(distance, rng, noises):
    """Out of focus, or with a halo."""
    soft = rng.uniform(2, 8)
    glow = np.clip(0.5 + (distance + rng.uniform(0, 4)) / (2 * soft), 0, 1)
    return glow * glow * (3 - 2 * glow)


def doubled(distance, rng, noises):
    """Two thin copies beside each other."""
    grown = np.clip(distance - max(float(distance.max()) - 1.6, 0) + 0.5, 0, 1)
    shift = rng.integers(4, 9)
    return np.maximum(np.roll(grown, shift, 1), np.roll(grown, -int(rng.integers(0, 3)), 0))


def halves(distance, rng, noises):
    """One half in one manner, one in another."""
    edge = _stripes(distance.shape, rng, 300.0) > rng.uniform(-8, 8)
    first, second = rng.choice(len(_PLAIN), 2, replace=False)
    return np.where(edge, _PLAIN[first](distance, rng, noises), _PLAIN[second](distance, rng, noises))


def picture(distance, rng, noises):
    """Hardly a letter: blots and silhouettes, as dingbat fonts have them."""
    side = distance.shape[0]
    blot = _patch(noises[16:], rng)
    if rng.random() < 0.5:
        blot = (blot + blot[:, ::-1]) / 1.5  # faces and flowers are symmetrical
    y, x = (np.mgrid[:side, :side].astype(np.float32) - side / 2) / (side / 2)
    shape = blot * 6 + (0.75 - np.hypot(x, y)) * rng.uniform(12, 30)
    shape = np.maximum(shape, distance) if rng.random() < 0.5 else shape
    manner = (solid, outline, distressed)[rng.integers(3)]
    return manner(np.clip(shape, -20, 20), rng, noises)


_PLAIN: tuple[Effect, ...] = (solid, outline, striped, heavy, dotted)

# How often each effect is met in 1,000 letters, judged by eye from a sheet of notMNIST.
EFFECTS: tuple[tuple[Effect, int], ...] = (
    (solid, 626),
    (heavy, 140),
    (hairline, 30),
    (outline, 28),
    (inline, 16),
    (contour, 10),
    (shadow, 16),
    (stencil, 14),
    (striped, 6),
    (dotted, 11),
    (beads, 4),
    (rough, 30),
    (distressed, 18),
    (boxed, 26),
    (pixels, 9),
    (faded, 5),
    (blurred, 11),
    (doubled, 5),
    (halves, 5),
    (picture, 11),
)


def _patch(noises: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = noises.shape[1] // 2
    top, left = rng.integers(0, side, 2)
    return noises[rng.integers(len(noises)), top : top + side, left : left + side]


def _stripes(shape: tuple[int, int], rng: np.random.Generator, period: float) -> np.ndarray:
    """Distance to the nearest of a family of parallel lines, signed by the side of the line."""
    angle = rng.choice([0, np.pi / 2, np.pi / 4, -np.pi / 4, rng.uniform(0, np.pi)])
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    along = np.cos(angle) * (x - shape[1] / 2) + np.sin(angle) * (y - shape[0] / 2)
    along = along + rng.uniform(-0.2, 0.2) * min(period, 30)
    return np.mod(along + period / 2, period) - period / 2
