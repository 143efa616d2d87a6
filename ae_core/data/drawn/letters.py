"""Letters A to J in the manner of notMNIST: white on black, stretched to the frame."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image
from scipy import ndimage

from ae_core.data.drawn import VERSION, effects, strokes, typefaces
from ae_core.errors import UserError

LETTERS = "ABCDEFGHIJ"
SIDE = 28
PEN_FACES = 36  # hands that write with a pen, beside the fonts
_VISIBLE = [0] * 128 + [255] * 128  # a table: which greys count as part of the letter
_BILINEAR, _LANCZOS = Image.Resampling.BILINEAR, Image.Resampling.LANCZOS


def draw(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` letters.

    Returns x, uint8 (count, 28, 28, 1) in 0..255, and labels, int64 (count,) in 0..9 for A..J.
    Every class occurs equally often (to within one) and the order is shuffled. The same count
    and seed give the same bytes. Raises UserError for a negative count or without typefaces.
    """
    if count < 0:
        raise UserError("A number of letters of 0 or more was expected, not {count}.", count=count)
    rng = np.random.default_rng([VERSION, 1, seed])
    labels = rng.permutation(np.arange(count, dtype=np.int64) % len(LETTERS))
    noises = effects.noise_bank(rng, typefaces.CANVAS)
    masters = _masters()
    chances = np.array([weight for _, weight in effects.EFFECTS], float)
    chosen = rng.choice(len(chances), count, p=chances / chances.sum())
    x = np.empty((count, SIDE, SIDE, 1), np.uint8)
    for index, (label, which) in enumerate(zip(labels, chosen, strict=True)):
        family, tickets = masters[label]
        distance = family[tickets[rng.integers(len(tickets))]].astype(np.float32) / 4
        coverage = effects.EFFECTS[which][0](distance, rng, noises)
        x[index, ..., 0] = _frame(_bend(coverage, rng), rng)
    for start in range(0, count, 1000):
        x[start : start + 1000] = _halo(x[start : start + 1000], rng)
    return x, labels


def _halo(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The faint trace around every edge that notMNIST's letters carry from their resampling."""
    edge = ndimage.maximum_filter(x, (1, 3, 3, 1)) - ndimage.minimum_filter(x, (1, 3, 3, 1))
    trace = rng.standard_normal(x.shape, np.float32) * (edge.astype(np.float32) / 255)
    trace *= rng.gamma(0.7, 1.7, (len(x), 1, 1, 1)).astype(np.float32)
    return np.clip(np.round(x + trace), 0, 255).astype(np.uint8)


@functools.cache
def _masters() -> list[tuple[np.ndarray, np.ndarray]]:
    """For each letter: int8 (n, CANVAS, CANVAS), signed distances in quarters of a pixel, and
    the numbers of these shapes, each as often as it has tickets in the draw."""
    families = []
    for number, letter in enumerate(LETTERS):
        rng = np.random.default_rng([VERSION, 2, number])
        shapes, tickets = [], []
        for face in typefaces.faces():
            for character in (letter, letter.lower()):
                # notMNIST has a few small letters among its capitals.
                wanted = character == letter or rng.random() < 0.01
                if wanted and typefaces.has(face, character):
                    tickets += [len(shapes)] * (4 if _has_serifs(face.name) else 2)
                    shapes.append(typefaces.distance(face, character))
        for _ in range(PEN_FACES):
            written = strokes.write(letter, rng, 2 * typefaces.CANVAS)
            box = Image.fromarray(written).getbbox()
            tight = written[box[1] : box[3], box[0] : box[2]]
            tickets.append(len(shapes))
            shapes.append(typefaces.signed_distance(typefaces.fit(tight)))
        stored = np.clip(np.round(np.stack(shapes) * 4), -127, 127).astype(np.int8)
        families.append((stored, np.array(tickets)))
    return families


def _has_serifs(name: str) -> bool:
    """Book faces: the collection behind notMNIST has more of them than our packages."""
    return any(word in name for word in ("serif_pro", "caladea", "katex/Main", "katex/Math"))


def _bend(coverage: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Slant, turn or taper the image; most letters stand upright."""
    image = Image.fromarray((coverage * 255).astype(np.uint8))
    kind = rng.random()
    if kind < 0.62:
        return image
    side = coverage.shape[0]
    middle = side / 2
    slant = rng.uniform(-0.15, 0.5) if kind < 0.92 else 0.0
    turn = rng.normal(0, 0.06) if kind > 0.8 else 0.0
    turn = rng.uniform(-0.5, 0.5) if kind > 0.985 else turn
    cos, sin = np.cos(turn), np.sin(turn)
    a, b = cos, sin + slant
    d, e = -sin, cos
    taper = rng.normal(0, 0.002) if kind > 0.92 else 0.0
    c, f = middle - a * middle - b * middle, middle - d * middle - e * middle
    if taper:
        data = (a + taper * middle, b, c, d, e, f + 0, taper, 0)
        return image.transform(image.size, Image.Transform.PERSPECTIVE, data, _BILINEAR)
    return image.transform(image.size, Image.Transform.AFFINE, (a, b, c, d, e, f), _BILINEAR)


def _frame(image: Image.Image, rng: np.random.Generator) -> np.ndarray:
    """uint8 (28, 28): stretched until it touches the frame, as notMNIST's letters are."""
    box = image.point(_VISIBLE).getbbox() or image.getbbox()
    if box is None:  # nothing survived the effect: a full frame, as notMNIST has many
        return np.full((SIDE, SIDE), 255, np.uint8)
    kind = rng.random()
    width = height = SIDE
    if kind < 0.07:  # keeps its proportions, and stands at the left or in the middle
        scale = SIDE / max(box[2] - box[0], box[3] - box[1])
        width = max(4, round((box[2] - box[0]) * scale))
        height = max(4, round((box[3] - box[1]) * scale))
    elif kind < 0.085:  # small in the middle
        width, height = (max(6, round(v)) for v in rng.uniform(14, 27, 2))
    small = np.asarray(image.resize((width, height), _LANCZOS, box=box))
    if width == height == SIDE:
        return small
    frame = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    frame[top : top + height, left : left + width] = small
    return frame
