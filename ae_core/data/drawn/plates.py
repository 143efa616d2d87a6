"""The geometry of a house number: digits in a row, the plate behind them, seen at an angle."""

from __future__ import annotations

import functools
import math

import numpy as np
from PIL import Image, ImageDraw

from ae_core.data.drawn import typefaces

CANVAS = 44  # pixels; the crop is its middle 32, the rest feeds the blur
_OVER = 2  # supersampling of the drawing
_BILINEAR = Image.Resampling.BILINEAR


@functools.cache
def digit_faces() -> tuple[typefaces.Face, ...]:
    """Faces sturdy enough to be read from a street, with all ten digits."""
    thin = ("Thin", "ExtraLight", "Light", "Script")
    return tuple(
        face
        for face in typefaces.faces()
        if not any(word in face.name for word in thin) and typefaces.has(face, "0123456789")
    )


def draw(digit: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 (CANVAS, CANVAS, 3) coverages: digits, plate, and lines (its border, seams).

    The digit's own box is in the middle; neighbours stand beside it where there are any.
    """
    side = CANVAS * _OVER
    faces = digit_faces()
    face = faces[rng.integers(len(faces))]
    height = rng.normal(26.2, 2.3) * _OVER
    squeeze = rng.uniform(0.54, 0.94)
    gap = rng.normal(0.09, 0.05) * height
    seams = rng.random() < 0.07  # every digit on a tile of its own
    before = _neighbours(rng)
    row = [digit, *rng.integers(0, 10, before + _neighbours(rng)).tolist()]
    middle, *others = (_glyph(face, number, height, squeeze) for number in row)
    left, right = others[:before], others[before:]
    digits = Image.new("L", (side, side))
    start = (side - middle.width) / 2 + rng.normal(0, 0.8) * _OVER
    low, high = start, start + middle.width
    lean = rng.normal(0, 0.04) * height if rng.random() < 0.3 else 0.0
    base = (side + height) / 2 + rng.normal(0, 0.7) * _OVER
    _put(digits, middle, start, base)
    for step, glyph in enumerate(right, 1):
        _put(digits, glyph, high + gap, base + lean * step)
        high += gap + glyph.width
    for step, glyph in enumerate(left, 1):
        _put(digits, glyph, low - gap - glyph.width, base - lean * step)
        low -= gap + glyph.width
    plate, border = _plate(side, low, high, base - height, base, height, rng)
    for where in (low - gap / 2, start - gap / 2, start + middle.width + gap / 2):
        if seams:
            ImageDraw.Draw(border).line([where, 0, where, side], fill=200, width=2)
    if rng.random() < 0.1:  # the joints of boards or bricks run through the crop
        step = rng.uniform(14, 60)
        for y in np.arange(rng.uniform(0, step), side, step):
            ImageDraw.Draw(border).line([0, y, side, y], fill=150, width=2)
    layers = Image.merge("RGB", (digits, plate, border))
    view = _view(side, rng)
    size = (CANVAS, CANVAS)
    return np.asarray(layers.transform(size, Image.Transform.PERSPECTIVE, view, _BILINEAR))


def _neighbours(rng: np.random.Generator) -> int:
    return int(rng.random() > 0.3) + int(rng.random() > 0.7)


def _plate(side, low, high, top, bottom, height, rng) -> tuple[Image.Image, Image.Image]:
    plate, border = Image.new("L", (side, side)), Image.new("L", (side, side))
    if rng.random() < 0.42:  # painted on the wall, or a plate larger than the crop
        return Image.new("L", (side, side), 255), border
    pad_x, pad_y = height * rng.uniform(0.08, 0.5), height * rng.uniform(0.03, 0.3)
    box = [low - pad_x, top - pad_y, high + pad_x, bottom + pad_y]
    kind = rng.random()
    if kind < 0.12:
        ImageDraw.Draw(plate).ellipse(_grow(box, pad_x * 0.8), fill=255)
    else:
        round_ = height * rng.choice([0.0, 0.08, 0.3])
        ImageDraw.Draw(plate).rounded_rectangle(box, round_, fill=255)
        if rng.random() < 0.55:
            inner = _grow(box, -rng.uniform(0.5, 2.5) * _OVER)
            if inner[2] - inner[0] > 8 and inner[3] - inner[1] > 8:
                line = int(rng.integers(1, 4))
                ImageDraw.Draw(border).rounded_rectangle(inner, round_, outline=255, width=line)
    return plate, border


def _grow(box: list[float], by: float) -> list[float]:
    return [box[0] - by, box[1] - by, box[2] + by, box[3] + by]


def _view(side: int, rng: np.random.Generator) -> tuple[float, ...]:
    """Coefficients of a small turn, slant and perspective about the middle, from the pixels of
    the canvas to those of the drawing of this side, which has _OVER times as many."""
    turn = rng.normal(0, 0.05) if rng.random() < 0.85 else rng.normal(0, 0.2)
    slant = rng.normal(0.02, 0.09)
    tilt_x, tilt_y = rng.normal(0, 0.0006, 2)
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, d, e = cos, sin + slant, -sin, cos
    middle = side / 2
    # p -> (A (p - m) + m (1 + t.(p - m))) / (1 + t.(p - m)), so that the middle stays in place
    a, b = a + middle * tilt_x, b + middle * tilt_y
    d, e = d + middle * tilt_x, e + middle * tilt_y
    one = 1 - (tilt_x + tilt_y) * middle
    c = middle - (a + b) * middle
    f = middle - (d + e) * middle
    whole = np.array([a, b, c, d, e, f, tilt_x, tilt_y]) / one
    return tuple(whole * np.array([_OVER, _OVER, 1, _OVER, _OVER, 1, _OVER, _OVER]))


def _put(image: Image.Image, glyph: Image.Image, x: float, base: float) -> None:
    image.paste(255, (round(x), round(base - glyph.height)), glyph)


@functools.cache
def _master(face: typefaces.Face, digit: int) -> tuple[Image.Image, int]:
    """The digit at 96 pixels, cropped to its box, and the height of the face's 8."""
    type_ = typefaces.font(face.path, 96)
    left, top, right, bottom = type_.getbbox(str(digit))
    image = Image.new("L", (right - left + 4, bottom - top + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), str(digit), fill=255, font=type_)
    eight = type_.getbbox("8")
    return image.crop(image.getbbox()), eight[3] - eight[1]


def _glyph(face: typefaces.Face, digit: int, height: float, squeeze: float) -> Image.Image:
    master, eight = _master(face, digit)
    scale = height / eight
    size = max(2, round(master.width * scale * squeeze)), max(2, round(master.height * scale))
    return master.resize(size, _BILINEAR)
