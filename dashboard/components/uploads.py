"""A visitor's own pictures, made to fit the images that a network knows.

Uploads are untrusted: their real content decides, not their name, and their size is bounded.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ae_core.errors import UserError
from dashboard.components import web
from dashboard.i18n import t

TYPES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff")
MOST = 16  # pictures at a time
_MOST_PIXELS = 50_000_000
_DROPZONE = web.component("dropzone", js="dropzone.js")


def one_stop(key: str) -> None:
    """Let the keyboard stop once at the file uploader drawn before; ``key`` is unique on the page."""
    _DROPZONE(key=key)


def fit(content: bytes, name: str, shape: tuple[int, int, int]) -> tuple[np.ndarray, str]:
    """Return one picture as uint8 (H, W, C) and a sentence on what was done to it, "" if nothing.

    The middle square is cut out and scaled by area; transparency becomes white.

    Raises:
        UserError: it is no picture, or far too large.
    """
    height, width, channels = shape
    picture = _open(content, name)
    before = picture.size
    square = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    x = np.asarray(square.convert("L" if channels == 1 else "RGB"), np.uint8)
    x = x.reshape(height, width, channels)
    if before == (width, height):
        return x, ""
    sizes = {"before": f"{before[0]}×{before[1]}", "after": f"{width}×{height}"}
    return x, t("upload.fitted", name=name, **sizes)


def _open(content: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content))
            if picture.width * picture.height > _MOST_PIXELS:
                raise UserError(t("upload.too_large", name=name))
            picture = ImageOps.exif_transpose(picture)
            rgba = picture.convert("RGBA")
    except UserError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserError(t("upload.too_large", name=name)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UserError(t("upload.no_picture", name=name)) from error
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
