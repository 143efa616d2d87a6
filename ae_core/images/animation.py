"""Moving images as files: the frames of a walk, looped."""

from __future__ import annotations

import io

import numpy as np

from ae_core.images import files, paint

SIDE = 256  # pixels, at least, of the enlarged images
KINDS = {"webp": "image/webp", "gif": "image/gif", "png": "image/png"}
_FRAME_MS = 60


def there_and_back(frames: np.ndarray) -> np.ndarray:
    """Return frames (N, ...) followed by themselves in reverse, the two ends not shown twice."""
    return np.concatenate([frames, frames[-2:0:-1]])


def factor(frames: np.ndarray) -> int:
    """Return by which whole number the file of frames (N, H, W, C) enlarges them."""
    return -(-SIDE // max(frames.shape[1:3]))


def file(frames: np.ndarray, kind: str) -> bytes:
    """Return frames, uint8 (N, H, W, C), enlarged by a whole factor, as a file that loops.

    WebP and PNG keep every pixel exactly; GIF has 256 colours.
    """
    large = paint.enlarge(frames, factor(frames))
    images = [files.to_pillow(x) for x in large]
    if kind == "webp":
        images = [image.convert("RGB") for image in images]
    more = {"webp": {"lossless": True, "quality": 60, "method": 2}, "gif": {"disposal": 1}}
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        kind.upper(),
        save_all=True,
        append_images=images[1:],
        duration=_FRAME_MS,
        loop=0,
        **more.get(kind, {}),
    )
    return buffer.getvalue()
