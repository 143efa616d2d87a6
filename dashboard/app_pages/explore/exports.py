"""Files to take home: single images, and all of them with their figures."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ae_core.evaluation import codes
from ae_core.files import own_name, own_stems, slug
from ae_core.images import files, paint
from dashboard.app_pages.explore.view import View
from dashboard.components import inference
from dashboard.components.inference import Pictures

ENLARGED = 8


@dataclass(frozen=True)
class Names:
    """What files are called: an image's own name, or a number, with what was made of it.

    Attributes:
        all: of what holds every image, without an ending.
        made: network, code and noise, as part of a name.
        each: of each image inside of that.
        own: file names that the visitor's images came with; empty for test images.
    """

    all: str
    made: str
    each: tuple[str, ...]
    own: tuple[str, ...] = ()

    def one(self, place: int, kind: str) -> str:
        """Return what a version of one image is called, without an ending."""
        if self.own:
            return f"{self.each[place]}_{self.made}_{kind}"
        return f"{self.all}_{self.each[place]}_{kind}"


def names(view: View, network: str, has_code: bool, total: int, own: Sequence[str]) -> Names:
    """Return the names of ``total`` images, those of ``own`` files as the visitor spelled them."""
    noise = f"{view.kind}{view.level:g}" if view.level else "clean"
    parts = (network, f"code{view.code}" if has_code else "", noise)
    made = slug("_".join(part for part in parts if part))
    if not own:
        numbered = tuple(f"image-{n + 1:02d}" for n in range(total))
        return Names(f"{slug(view.data)}_{made}", made, numbered)
    stems = tuple(own_stems(own))
    first = stems[0] + (f" +{total - 1}" if total > 1 else "")
    return Names(own_name(f"{first}_{made}"), made, stems, tuple(own))


def picture_file(x: np.ndarray, factor: int) -> bytes:
    """Return one image, uint8 (H, W, C), ``factor`` times enlarged as PNG."""
    return files.png(paint.enlarge(x[None], factor)[0])


def archive(pictures: Pictures, called: Names) -> bytes:
    """Return a ZIP with every image of the strip as PNG and ``figures.csv``."""
    kinds = {"original": pictures.x, "noisy": pictures.x_noisy}
    if pictures.x_hat is not None:
        kinds["reconstruction"] = pictures.x_hat
        kinds["error"] = paint.error_map(pictures.x, pictures.x_hat)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as box:
        for kind, images in kinds.items():
            for name, image in zip(called.each, images, strict=True):
                box.writestr(f"{called.all}/{name}_{kind}.png", files.png(image))
        box.writestr(f"{called.all}/figures.csv", figures_csv(pictures, called.own))
    return buffer.getvalue()


def figures_csv(pictures: Pictures, own: Sequence[str] = ()) -> str:
    """Return one line per image: PSNR in dB ("identical" where nothing changed) and SSIM.

    PSNR of a nearly constant image flatters, so a column says which are.

    An image is called by its number, one of the visitor's by its file.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    columns = ["image", "nearly_constant", "psnr_noisy_db"]
    values = [["yes" if flat else "no" for flat in pictures.flat()]]
    values += [[_decibel(v) for v in pictures.psnr_noisy()]]
    if pictures.x_hat is not None:
        columns += ["psnr_reconstruction_db", "ssim_reconstruction"]
        values += [[_decibel(v) for v in pictures.psnr()]]
        values += [["" if math.isnan(v) else f"{v:.4f}" for v in pictures.ssim()]]
    writer.writerow(columns)
    for name, *row in zip(own or range(1, len(pictures.x) + 1), *values, strict=True):
        writer.writerow([name, *row])
    return lines.getvalue()


def whose_codes(view: View, total: int, own: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return file names and classes of the images shown, for a table of their codes."""
    if own:
        return list(own), [""] * total
    places = view.places or inference.places(view.data, view.draw)
    return codes.of_test(view.data, places[:total])


def _decibel(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "identical"
