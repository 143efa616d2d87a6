"""Numbers as the pages write them: units named, identical images called identical."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ae_core.images import metrics, paint
from dashboard.components import theme
from dashboard.i18n import number, t, translated

if TYPE_CHECKING:
    import pandas
    from pandas.io.formats.style import Styler

IMAGE_BITS = 8  # of one pixel in one channel
CODE_BITS = 32  # of one code value, as the lecture counts: the nominal accounting


def decibel(value: float | None, flat: float) -> str:
    """Return "28.4 dB", or "identical" where nothing changed.

    Of nearly constant images, the share ``flat`` of all, it says so where their figure flatters.
    """
    if value is None or not np.isfinite(value):
        return called(t("figure.identical"), value, flat)
    return called(f"{number(value, 1)} dB", value, flat)


def called(figure: str, value: float | None, flat: float) -> str:
    """Return a PSNR as it is written, with what must be known of its images behind it."""
    return translated(metrics.called(figure, value, flat))


def plain_decibels(value: float | None, flat: float, digits: int = 1) -> str:
    """Return "28.4", for a place that names the unit, with what must be known of its images."""
    return called(number(value, digits), value, flat) if value is not None else "–"


def of_summary(found: Mapping[str, Any]) -> str:
    """Return the PSNR of a summary of many images, as files hold it."""
    return decibel(found["psnr"], found.get("flat", 0.0))


def mean(values: np.ndarray) -> float | None:
    """Return the mean PSNR of the images that are not identical, None if all are."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def mean_decibel(values: np.ndarray, flat: np.ndarray) -> str:
    """Return the mean over the images that are not identical, in words; ``flat`` says which are."""
    return decibel(mean(values), float(np.mean(flat)))


def per_image(values: np.ndarray, digits: int) -> list[str]:
    """Return one short text per image, a dash where there is no figure."""
    return [number(v, digits) for v in values]


def decibels_per_image(values: np.ndarray, flat: np.ndarray) -> list[str]:
    """Return one short text per image: its PSNR, "=" for identical ones."""
    written = ("=" if np.isposinf(v) else number(v, 1) for v in values)
    return [called(text, *one) for text, *one in zip(written, values, flat, strict=True)]


def localised(
    frame: pandas.DataFrame, decimals: dict[str, int], psnr: Sequence[str], flat: Sequence[float]
) -> Styler:
    """Return a table whose numbers stay numbers, to sort by, and are written as the language does.

    Args:
        decimals: of each column of numbers.
        psnr: the columns among them with PSNR.
        flat: for each row, the share of nearly constant images behind it.
    """
    ways = {name: partial(number, digits=n) for name, n in decimals.items() if name in frame}
    written = frame.style.format(ways, na_rep="–")
    for row, share in zip(frame.index, flat, strict=True):
        if share:
            how = {name: partial(plain_decibels, flat=share, digits=decimals[name]) for name in psnr}
            written.format(how, na_rep="–", subset=([row], list(psnr)))
    return written


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
        n=code_values,
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
    """Return large numbers with their names as HTML; a unit and what stands in brackets is small."""
    cells = []
    for name, value in items:
        figure, bracket, note = value.partition(" (")
        head, _, unit = figure.rpartition(" ")
        if not (head and unit.strip("/").isalpha()):
            head, unit = figure, ""
        small = f"{unit}{bracket}{note}".strip()
        shown = html.escape(head) + (f" <small>{html.escape(small)}</small>" if small else "")
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


def quality(psnr: float, ssim: float, flat: bool) -> str:
    """Return what one image's figures say: "28.4 dB · SSIM 0.912"."""
    return f"{decibel(psnr, flat)} · SSIM {number(ssim, 3)}"


def captions(psnr: float, ssim: float, flat: bool, code: int) -> dict[str, str]:
    """Return what stands under one image's reconstruction, its code of so many values and error."""
    return {
        "code": t("unit.values", n=code),
        "reconstruction": quality(psnr, ssim, flat),
        "error": t("row.error_scale", limit=paint.ERROR_LIMIT),
    }


def means(psnr: np.ndarray, ssim: np.ndarray, flat: np.ndarray) -> tuple[str, str]:
    """Return the mean figures of a row of images: "28.4 dB" and "SSIM 0.91"."""
    return mean_decibel(psnr, flat), f"SSIM {number(float(ssim.mean()), 2)}"


def means_of(x: np.ndarray, x_hat: np.ndarray) -> tuple[str, str]:
    """Return :func:`means` of images and what became of them, uint8 (N, H, W, C) both."""
    return means(metrics.psnr(x, x_hat), metrics.ssim(x, x_hat), metrics.are_flat(x))


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
