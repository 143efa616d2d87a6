"""Colours of walls, plates and digits, and the exposure of the photograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

# (weight, plate colour, its spread, likely digit colours); red, green, blue in 0..255
_DARK = ((38, 38, 44), (60, 58, 60), (30, 36, 66), (58, 42, 36))
_PALE = ((225, 226, 230), (205, 200, 190), (190, 196, 214), (200, 180, 130))
SCHEMES: tuple[tuple[float, tuple[int, int, int], int, tuple], ...] = (
    (26, (205, 208, 214), 16, _DARK + ((40, 62, 130), (70, 90, 120))),
    (12, (160, 162, 168), 22, _DARK + ((62, 76, 110),)),
    (9, (182, 170, 152), 16, _DARK + ((90, 66, 50), (120, 116, 112))),
    (9, (128, 124, 122), 18, _DARK + _PALE[:2]),
    (16, (46, 66, 128), 16, ((220, 226, 238), (235, 238, 240), (170, 186, 220))),
    (10, (42, 42, 46), 12, _PALE + ((235, 235, 235),)),
    (6, (84, 62, 50), 14, _PALE + ((30, 26, 24),)),
    (4, (150, 96, 80), 16, _PALE + ((46, 36, 36), (60, 44, 44))),
    (3, (150, 116, 62), 18, ((36, 28, 20), (225, 215, 190), (60, 44, 24))),
    (2, (76, 118, 108), 18, ((200, 214, 206), (44, 62, 58))),
    (3, (88, 106, 122), 16, _PALE + ((34, 42, 54),)),
)
_WALLS = np.array(
    [(150, 90, 74), (176, 168, 156), (128, 126, 128), (90, 76, 66), (198, 198, 200), (58, 58, 62)],
    np.float32,
)


@dataclass(frozen=True)
class Paint:
    """Colours float32 (n, 1, 1, 3) in 0..255, and strengths (n, 1, 1, 1)."""

    wall: np.ndarray
    plate: np.ndarray
    border: np.ndarray
    digit: np.ndarray
    wall_rough: np.ndarray  # grey levels of texture
    plate_rough: np.ndarray
    wall_colour: np.ndarray  # 0 grey texture .. 1 in the photograph's own colours
    cover: np.ndarray  # 0..1, how opaque the digit's paint is
    worn: np.ndarray  # 0..1, how far the ground shows through the digit
    shadow: np.ndarray  # 0..1
    relief: np.ndarray  # grey levels, either sign
    shadow_soft: np.ndarray  # (n, 2) pixels
    shadow_way: np.ndarray  # (n, 2) whole pixels, down and across


def choose(n: int, rng: np.random.Generator) -> Paint:
    """Paint for n images."""
    weights = np.array([scheme[0] for scheme in SCHEMES], float)
    which = rng.choice(len(SCHEMES), n, p=weights / weights.sum())
    plate = np.array([SCHEMES[w][1] for w in which]) + rng.normal(0, 1, (n, 1)) * np.array(
        [[SCHEMES[w][2]] for w in which]
    )
    digit = np.array([SCHEMES[w][3][rng.integers(len(SCHEMES[w][3]))] for w in which], float)
    plate = plate + rng.normal(0, 5, (n, 3))
    digit = digit + rng.normal(0, 14, (n, 1)) + rng.normal(0, 9, (n, 3))
    wall = _WALLS[rng.integers(0, len(_WALLS), n)] + rng.normal(0, 20, (n, 1))
    wall = np.where(rng.random((n, 1)) < 0.35, plate * rng.uniform(0.6, 1.1, (n, 1)), wall)
    border = np.where(rng.random((n, 1)) < 0.7, digit, plate * 0.5 + 60)

    def some(chance: float, low: float, high: float) -> np.ndarray:
        values = rng.uniform(low, high, n) * (rng.random(n) < chance)
        return values.reshape(n, 1, 1, 1).astype(np.float32)

    def colour(values: np.ndarray) -> np.ndarray:
        return np.clip(values, 4, 250).reshape(n, 1, 1, 3).astype(np.float32)

    return Paint(
        wall=colour(wall),
        plate=colour(plate),
        border=colour(border),
        digit=colour(digit),
        wall_rough=some(0.9, 4, 34),
        plate_rough=some(0.75, 1, 12),
        wall_colour=some(0.5, 0.2, 0.6),
        cover=some(1, 0.7, 1),
        worn=some(0.2, 0.5, 2),
        shadow=some(0.45, 0.1, 0.6),
        relief=some(0.35, -45, 45),
        shadow_soft=np.repeat(rng.uniform(0.3, 1.3, (n, 1)), 2, 1),
        shadow_way=rng.choice([-2, -1, 1, 2], (n, 2), p=[0.15, 0.25, 0.35, 0.25]),
    )


def stains(rng: np.random.Generator, side: int, count: int = 200) -> np.ndarray:
    """float32 (count, side, side, 3): blotches of colour without brightness, deviation 1."""
    white = rng.standard_normal((count, side, side, 3)).astype(np.float32)
    for index, width in enumerate(np.geomspace(1.5, 8, count)):
        white[index] = ndimage.gaussian_filter(white[index], (width, width, 0), mode="wrap")
    # Sensors and JPEG err mostly between blue and red, less between green and magenta.
    white[..., 1] *= 0.4
    white -= white.mean(3, keepdims=True)
    white -= white.mean((1, 2), keepdims=True)
    return white / white.std((1, 2, 3), keepdims=True)


def expose(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Contrast, brightness and the colour of the light, per image; about 0..255 afterwards."""
    n = len(pictures)
    middle = pictures.mean((1, 2, 3), keepdims=True)
    grey = pictures.mean(3, keepdims=True)
    spread = grey.std((1, 2, 3), keepdims=True) + 1
    # A number that nobody can see is not photographed: the faintest ones are lifted.
    wanted = np.hypot(spread * np.exp(rng.normal(-0.23, 0.27, (n, 1, 1, 1))), 13)
    contrast = np.minimum(wanted / spread, 4).astype(np.float32)
    aim = 0.85 * middle + 0.15 * 95 - 3 + rng.normal(0, 26, (n, 1, 1, 1))
    tint = rng.normal(0, 1, (n, 1, 1, 1)) * np.array([-4.0, -0.5, 4.0]) + [-2.5, -1.0, 3.5]
    chroma = (rng.uniform(0.45, 0.95, (n, 1, 1, 1)) / contrast.clip(1)).astype(np.float32)
    pictures = grey + (pictures - grey) * chroma
    return (pictures - middle) * contrast + (aim + tint).astype(np.float32)
