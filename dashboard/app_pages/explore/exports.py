"""Files to take home: single images, and all of them with their figures."""

from __future__ import annotations

import csv
import io
import math
import zipfile

import numpy as np

from ae_core.files import slug
from ae_core.images import files, paint
from dashboard.app_pages.explore.view import View
from dashboard.components.inference import Pictures

ENLARGED = 8


def stem(view: View, network: str, has_code: bool) -> str:
    """Return the beginning of every file name: what is shown, in plain ASCII."""
    noise = f"{view.kind}{view.level:g}" if view.level else "clean"
    parts = [view.data, network, f"code{view.code}" if has_code else "", noise]
    return slug("_".join(part for part in parts if part))


def picture_file(x: np.ndarray, factor: int) -> bytes:
    """Return one image, uint8 (H, W, C), ``factor`` times enlarged as PNG."""
    return files.png(paint.enlarge(x[None], factor)[0])


def archive(pictures: Pictures, name: str) -> bytes:
    """Return a ZIP with every image of the strip as PNG and ``figures.csv``."""
    kinds = {"original": pictures.x, "noisy": pictures.x_noisy}
    if pictures.x_hat is not None:
        kinds["reconstruction"] = pictures.x_hat
        kinds["error"] = paint.error_map(pictures.x, pictures.x_hat)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as box:
        for kind, images in kinds.items():
            for i, image in enumerate(images):
                box.writestr(f"{name}/image-{i + 1:02d}_{kind}.png", files.png(image))
        box.writestr(f"{name}/figures.csv", figures_csv(pictures))
    return buffer.getvalue()


def figures_csv(pictures: Pictures) -> str:
    """Return one line per image: PSNR in dB ("identical" where nothing changed) and SSIM."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    columns = ["image", "psnr_noisy_db"]
    values = [[_decibel(v) for v in pictures.psnr_noisy()]]
    if pictures.x_hat is not None:
        columns += ["psnr_reconstruction_db", "ssim_reconstruction"]
        values += [[_decibel(v) for v in pictures.psnr()], [f"{v:.4f}" for v in pictures.ssim()]]
    writer.writerow(columns)
    for i, row in enumerate(zip(*values, strict=True)):
        writer.writerow([i + 1, *row])
    return lines.getvalue()


def _decibel(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "identical"
