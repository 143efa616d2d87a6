"""The typefaces: fonts inside installed packages, opened by path, never downloaded."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from ae_core.errors import UserError

CANVAS = 80  # side of a master image of one glyph
INNER = 60  # its glyph is scaled to this height, or to this width where it is wider

# package, file stems (in a fixed order: the order is part of what a seed means)
FONT_FILES: tuple[tuple[str, str, str], ...] = (
    ("font_amatic_sc", "AmaticSC-{}.ttf", "Bold Regular"),
    ("font_caladea", "Caladea-{}.ttf", "Bold BoldItalic Italic Regular"),
    ("font_fjallaone", "FjallaOne-{}.ttf", "Regular"),
    ("font_fredoka_one", "FredokaOne-{}.ttf", "Regular"),
    ("font_hanken_grotesk", "HankenGrotesk-{}.otf", "Bold BoldItalic Light Italic SemiBold"),
    ("font_intuitive", "{}.ttf", "Intuitive"),
    ("font_lato", "Lato-{}.ttf", "Black BlackItalic Bold Italic Regular Light Thin ThinItalic"),
    ("font_manrope", "Manrope-{}.ttf", "ExtraBold Regular ExtraLight"),
    ("font_roboto", "Roboto-{}.ttf", "Black BlackItalic Bold Regular LightItalic Thin"),
    ("font_source_sans_pro", "SourceSansPro-{}.ttf", "Black BoldIt Regular LightIt ExtraLight"),
    (
        "font_source_serif_pro",
        "SourceSerifPro-{}.ttf",
        "Black BlackIt Bold BoldIt Semibold Regular It LightIt ExtraLight ExtraLightIt",
    ),
    ("font_rhd", "RedHatDisplay-{}.ttf", "Black BlackItalic Bold Medium Italic Light"),
)
# KaTeX's typefaces travel inside Streamlit's wheel under names with a hash in the middle.
KATEX_FILES = (
    *"Caligraphic-Bold Caligraphic-Regular Fraktur-Bold Fraktur-Regular Main-Bold".split(),
    *"Main-BoldItalic Main-Italic Main-Regular Math-BoldItalic SansSerif-Bold".split(),
    *"SansSerif-Italic SansSerif-Regular Script-Regular Typewriter-Regular".split(),
)


@dataclass(frozen=True)
class Face:
    """One font file. `name` is package and style, for messages and tests."""

    name: str
    path: str


@functools.cache
def faces() -> tuple[Face, ...]:
    """Every typeface found, always in the same order.

    A package that is missing leaves its faces out, and the images become others: the data
    set's fingerprint shows it. Raises UserError when not even one package is installed.
    """
    found = []
    for package, pattern, styles in FONT_FILES:
        folder = _folder(package)
        for style in styles.split() if folder else ():
            path = folder / "files" / pattern.format(style)
            if path.is_file():
                found.append(Face(f"{package}/{style}", str(path)))
    folder = _folder("streamlit")
    media = folder / "static" / "static" / "media" if folder else None
    for style in KATEX_FILES if media else ():
        for path in sorted(media.glob(f"KaTeX_{style}.*woff2"))[:1]:
            if _opens(path):
                found.append(Face(f"katex/{style}", str(path)))
    if not found:
        raise UserError(
            "No typeface was found to draw images with, where packages such as font-lato were "
            "expected: run pip install -r requirements.txt and try again."
        )
    return tuple(found)


def has(face: Face, characters: str) -> bool:
    """Whether the face draws each of the characters as something other than its empty box."""
    blank = _tight(face, "\U000f1234")
    for character in characters:
        glyph = _tight(face, character)
        if glyph is None or (blank is not None and np.array_equal(glyph, blank)):
            return False
    return True


@functools.cache
def font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels. The basic layout gives the same image everywhere."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def distance(face: Face, character: str) -> np.ndarray:
    """float32 (CANVAS, CANVAS): signed distance to the glyph's edge in pixels, positive inside."""
    return signed_distance(fit(_tight(face, character)))


def fit(glyph: np.ndarray) -> np.ndarray:
    """uint8 coverage (h, w) scaled with its proportions into the middle of a master canvas."""
    height, width = glyph.shape
    scale = min(INNER / height, INNER / width)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    small = np.asarray(Image.fromarray(glyph).resize(size, Image.Resampling.LANCZOS))
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    top, left = (CANVAS - size[1]) // 2, (CANVAS - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


def signed_distance(coverage: np.ndarray) -> np.ndarray:
    """float32: signed distance from uint8 coverage; the edge itself keeps its antialiasing."""
    inside = coverage > 127
    if not inside.any():
        return np.full(coverage.shape, -float(CANVAS), np.float32)
    whole = ndimage.distance_transform_edt(inside) - ndimage.distance_transform_edt(~inside)
    whole = (whole - np.sign(whole) * 0.5).astype(np.float32)
    edge = coverage.astype(np.float32) / 255 - 0.5
    return np.where(np.abs(whole) < 0.75, edge, whole).astype(np.float32)


def _tight(face: Face, character: str) -> np.ndarray | None:
    type_ = font(face.path, 96)
    left, top, right, bottom = type_.getbbox(character)
    image = Image.new("L", (right - left + 8, bottom - top + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=type_)
    box = image.getbbox()
    return np.asarray(image.crop(box)) if box else None


def _folder(package: str) -> Path | None:
    """Where a package lies, found without importing it (some import what no longer exists)."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _opens(path: Path) -> bool:
    try:
        font(str(path), 40)
    except OSError:  # a Pillow built without brotli does not read woff2
        return False
    return True
