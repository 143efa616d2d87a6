"""House numbers in the manner of SVHN: a digit in the middle of a small, soft colour crop."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import fft

from ae_core.data.drawn import VERSION, paints, plates, textures
from ae_core.errors import UserError

SIDE = 32
BATCH = 64  # images worked on together: as many as fit a processor's cache
SURFACES = 800  # cuts of photographs, used again turned over and in other strengths
_MARGIN = (plates.CANVAS - SIDE) // 2


def draw(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` house numbers.

    Returns x, uint8 (count, 32, 32, 3) in 0..255 (red, green, blue), and labels, int64 (count,),
    the digit in the middle, 0..9. Every digit occurs equally often (to within one), in shuffled
    order. The same count and seed give the same bytes. Raises UserError for a negative count, or
    when typefaces or photographs are missing.
    """
    if count < 0:
        raise UserError("A number of images of 0 or more was expected, not {count}.", count=count)
    rng = np.random.default_rng([VERSION, 3, seed])
    labels = rng.permutation(np.arange(count, dtype=np.int64) % 10)
    surfaces = textures.patches(min(count, SURFACES), plates.CANVAS, rng)
    stains = paints.stains(rng, SIDE)
    x = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for start in range(0, count, BATCH):
        some = labels[start : start + BATCH]
        x[start : start + len(some)] = _camera(_scene(some, surfaces, rng), stains, rng)
    return x, labels


def _scene(labels: np.ndarray, surfaces: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """float32 (n, CANVAS, CANVAS, 3) in 0..255: what stands in front of the camera."""
    n, side = len(labels), plates.CANVAS
    layers = np.stack([plates.draw(int(label), rng) for label in labels]).astype(np.float32) / 255
    digits, plate, border = (layers[..., i : i + 1] for i in range(3))
    paint = paints.choose(n, rng)
    texture = surfaces[rng.integers(0, len(surfaces), n)]
    if rng.random() < 0.5:
        texture = texture[:, :, ::-1]
    grain = texture.std((1, 2, 3), keepdims=True) + 4
    grey = texture.mean(3, keepdims=True) * (1 - paint.wall_colour) + texture * paint.wall_colour
    wall = paint.wall + grey * np.minimum(paint.wall_rough / grain, 1.0)
    ground = paint.plate + grey * np.minimum(paint.plate_rough / grain, 1.0)
    picture = wall + (ground - wall) * plate
    picture = picture + (paint.border - picture) * border
    # The shadow falls before the digit is set into its place; relief lights one flank.
    soft = _blur(digits, paint.shadow_soft)
    thrown = _shift(soft, paint.shadow_way)
    picture = picture * (1 - paint.shadow * thrown * (1 - digits))
    relief = _shift(soft, -paint.shadow_way) - thrown
    picture = picture + (paint.digit + grey * 0.25 * paint.worn - picture) * (digits * paint.cover)
    picture = picture + paint.relief * relief
    return picture * _light(n, side, rng)


def _camera(scene: np.ndarray, stains: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 (n, 32, 32, 3): blurred, exposed, sampled, compressed."""
    n = len(scene)
    wide = rng.gamma(2.5, 0.42, n).clip(0.25, 2.6)
    high = wide * np.exp(rng.normal(0.18, 0.15, n))
    motion = rng.random(n) < 0.1
    wide = np.where(motion, wide + rng.uniform(0.5, 1.6, n), wide)
    fringe = rng.normal(0, 0.3, (n, 1)) * np.array([-1.0, 0.0, 1.0]) + rng.normal(0, 0.1, (n, 3))
    picture = _blur(scene, np.stack([high, wide], 1), fringe)
    picture = paints.expose(picture[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN], rng)
    stain = stains[rng.integers(0, len(stains), n)]
    picture = picture + stain * rng.gamma(2, 1.25, (n, 1, 1, 1)).clip(0, 5).astype(np.float32)
    # The grain of the sensor went through the same enlargement as the image.
    grain = rng.standard_normal(picture.shape, np.float32)
    picture = picture + grain * rng.gamma(1.2, 0.7, (n, 1, 1, 1)).astype(np.float32)
    picture = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    for index in np.flatnonzero(rng.random(n) < 0.8):
        picture[index] = _through_file(picture[index], rng)
    return picture


def _through_file(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Kept as a JPEG at its first size, then enlarged or reduced to 32 pixels."""
    first = int(np.clip(rng.normal(28, 8), 14, 44))
    image = Image.fromarray(picture).resize((first, first), Image.Resampling.BICUBIC)
    memory = io.BytesIO()
    image.save(memory, "JPEG", quality=int(rng.integers(60, 96)))
    image = Image.open(memory).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _light(n: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """float32 (n, side, side, 1) about 1: a slope of light, now and then the edge of a shadow."""
    angle = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    along = np.cos(angle) * x + np.sin(angle) * y
    slope = 1 + along * rng.normal(0, 0.22, (n, 1, 1))
    soft = rng.uniform(0.02, 0.2, (n, 1, 1))
    dark = (rng.random((n, 1, 1)) < 0.12) * rng.uniform(0.2, 0.6, (n, 1, 1))
    edge = 1 / (1 + np.exp(-np.clip((along - rng.normal(0.2, 0.2, (n, 1, 1))) / soft, -30, 30)))
    return (slope * (1 - dark * edge))[..., None].astype(np.float32)


def _blur(pictures: np.ndarray, width: np.ndarray, fringe: np.ndarray | None = None) -> np.ndarray:
    """Gaussian blur of each image by its own widths (n, 2): down and across, in pixels.

    `fringe` (n, channels) moves each channel across by so many pixels, as cheap lenses do.
    """
    side = pictures.shape[1]
    down = np.fft.fftfreq(side)[None, :, None]
    across = np.fft.rfftfreq(side)[None, None, :]
    power = (down * width[:, 0, None, None]) ** 2 + (across * width[:, 1, None, None]) ** 2
    keep = np.exp(-2 * np.pi**2 * power).astype(np.float32)[..., None]
    if fringe is not None:
        phase = np.exp(-2j * np.pi * across[..., None] * fringe[:, None, None, :])
        keep = keep * phase.astype(np.complex64)
    spectrum = fft.rfft2(pictures, axes=(1, 2)) * keep
    return fft.irfft2(spectrum, s=(side, side), axes=(1, 2))


def _shift(pictures: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Move each image by its own whole pixels (n, 2): down and across."""
    side = pictures.shape[1]
    index = np.arange(side)
    rows = np.clip(index[None] - way[:, :1], 0, side - 1)
    columns = np.clip(index[None] - way[:, 1:], 0, side - 1)
    return pictures[np.arange(len(pictures))[:, None, None], rows[:, :, None], columns[:, None, :]]
