"""Numbers as the pages write them: units named, identical images called identical."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ae_core.images import paint
from dashboard.components import theme
from dashboard.i18n import number, t

if TYPE_CHECKING:
    import pandas
    from pandas.io.formats.style import Styler

IMAGE_BITS = 8  # of one pixel in one channel
CODE_BITS = 32  # of one code value, as the lecture counts: the nominal accounting


def decibel(value: float | None) -> str:
    """Return "28.4 dB", or "identical" where nothing changed."""
    if value is None or not np.isfinite(value):
        return t("figure.identical")
    return f"{number(value, 1)} dB"


def mean(values: np.ndarray) -> float | None:
    """Return the mean PSNR of the images that are not identical, None if all are."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def mean_decibel(values: np.ndarray) -> str:
    """Return the mean over the images that are not identical, in words."""
    return decibel(mean(values))


def per_image(values: np.ndarray, digits: int) -> list[str]:
    """Return one short text per image: "=" for identical ones, a dash where there is no figure."""
    return ["=" if np.isposinf(v) else number(v, digits) for v in values]


def localised(frame: pandas.DataFrame, decimals: dict[str, int]) -> Styler:
    """Return a table whose numbers stay numbers, to sort by, and are written as the language does."""
    ways = {name: partial(number, digits=n) for name, n in decimals.items() if name in frame}
    return frame.style.format(ways, na_rep="–")


def ratio(image_values: int, code_values: int) -> float:
    """Return the nominal ratio: bits of the image by bits of the code."""
    return image_values * IMAGE_BITS / (code_values * CODE_BITS)


def ratio_text(value: float) -> str:
    """Return "3.1 : 1"."""
    return f"{number(value, 1)} : 1"


def sum_text(image_values: int, code_values: int) -> str:
    """Return the whole sum: values and bits of the image, of the code, and their ratio."""
    return t(
        "figure.sum",
        image=number(image_values, 0),
        image_bits=number(image_values * IMAGE_BITS, 0),
        code=number(code_values, 0),
        code_bits=number(code_values * CODE_BITS, 0),
        ratio=ratio_text(ratio(image_values, code_values)),
    )


def verdict(image_values: int, code_values: int) -> str:
    """Return a sentence where the code is no smaller than the image, else nothing."""
    bits, code_bits = image_values * IMAGE_BITS, code_values * CODE_BITS
    if code_bits < bits:
        return ""
    key = "figure.nothing_gained" if code_bits == bits else "figure.larger"
    return t(key, bits=number(bits, 0), code_bits=number(code_bits, 0))


def facts(items: list[tuple[str, str]]) -> str:
    """Return large numbers with their names as HTML; the unit after the last space is small."""
    cells = []
    for name, value in items:
        head, _, unit = value.rpartition(" ")
        shown = html.escape(value)
        if head and unit.strip("/").isalpha():
            shown = f"{html.escape(head)} <small>{html.escape(unit)}</small>"
        cells.append(f"<div><dt>{html.escape(name)}</dt><dd>{shown}</dd></div>")
    return f"<dl class='ae-facts'>{''.join(cells)}</dl>"


def table(
    heads: Sequence[str], lines: Iterable[str], caption: str = "", css: str = "", scrolls: str = ""
) -> str:
    """Return a table as HTML: ``heads`` and ``caption`` are texts, the rows ``lines`` HTML already.

    In a narrow window it scrolls in a box that is called ``scrolls``, without in none.
    """
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" for text in heads)
    above = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    made = (
        f"<table class='ae-table {css}'>{above}<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
    return f"{theme.scroll(html.escape(scrolls))}{made}</div>" if scrolls else made


def quality(psnr: float, ssim: float) -> str:
    """Return what one image's figures say: "28.4 dB · SSIM 0.912"."""
    return f"{decibel(psnr)} · SSIM {number(ssim, 3)}"


def captions(psnr: float, ssim: float, code: int) -> dict[str, str]:
    """Return what stands under one image's reconstruction, its code of so many values and error."""
    return {
        "code": t("unit.values", n=code),
        "reconstruction": quality(psnr, ssim),
        "error": t("row.error_scale", limit=paint.ERROR_LIMIT),
    }


def means(psnr: np.ndarray, ssim: np.ndarray) -> tuple[str, str]:
    """Return the mean figures of a row of images: "28.4 dB" and "SSIM 0.91"."""
    return mean_decibel(psnr), f"SSIM {number(float(ssim.mean()), 2)}"


def duration(seconds: float | None) -> str:
    """Return "45 s", "12:30 min" or "2:05 h"; a dash where it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s" if seconds >= 10 or not seconds else f"{number(max(0.0, seconds), 1)} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
