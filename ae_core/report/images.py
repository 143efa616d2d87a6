"""Images in a report: rows of small images, pixel by pixel, as PNG inside the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ae_core.drawing.rows import Row
from ae_core.images import files, metrics, paint
from ae_core.report.wording import Words, markup


def grid(words: Words, x: np.ndarray, x_hat: np.ndarray, x_noisy: np.ndarray | None = None) -> str:
    """Return original, noisy, reconstructed and error side by side, with PSNR and SSIM of each image.

    Args:
        words: the language.
        x, x_hat: uint8 (N, H, W, C).
        x_noisy: as ``x``; None, or equal to it, leaves the row out.
    """
    rows = _given(words, x, x_noisy)
    rows.append(_row(words, "reconstruction", x_hat, x))
    rows.append(_row(words, "error", paint.error_map(x, x_hat, paint.ERROR_ON_PAPER), None))
    note = markup(words("error_scale", limit=paint.ERROR_LIMIT))
    return f"<div class='ae-strip'>{''.join(rows)}</div><p class='ae-note'>{note}</p>"


def before_after(
    words: Words, x: np.ndarray, x_hats: Sequence[np.ndarray], x_noisy: np.ndarray | None = None
) -> str:
    """Return original, noisy, and the reconstructions of two networks side by side.

    Args:
        words: the language.
        x: uint8 (N, H, W, C).
        x_hats: two like it, the shipped network's first.
        x_noisy: as in :func:`grid`.
    """
    rows = _given(words, x, x_noisy)
    pair = zip(("before", "after"), x_hats, strict=True)
    rows += [_row(words, kind, x_hat, x) for kind, x_hat in pair]
    return f"<div class='ae-strip'>{''.join(rows)}</div>"


def samples(words: Words, x: np.ndarray, names: Sequence[str]) -> str:
    """Return one row of images, each described by its name."""
    cells = [
        f"<figure>{image(one, words('alt_sample', name=name))}</figure>"
        for one, name in zip(x, names, strict=True)
    ]
    return f"<div class='ae-samples'>{''.join(cells)}</div>"


def drawing(svg: str, rows: Sequence[Row], name: str, label: str) -> str:
    """Return a network's drawing: to be scrolled on a screen, cut into rows on paper.

    Args:
        svg: from :func:`ae_core.drawing.architecture.svg`.
        rows: from :func:`ae_core.drawing.rows.rows`.
        name: tells it from the page's other drawings.
        label: of the part that scrolls.
    """
    svg = svg.replace("ae-net-", f"ae-net-{name}-")
    whole = f"ae-net-{name}-whole"
    svg = (
        svg.replace("</desc>", f"</desc><g id='{whole}' class='ae-net'>", 1).removesuffix("</svg>")
        + "</g></svg>"
    )
    cut = "".join(
        f"<svg class='ae-net' aria-hidden='true' viewBox='{row.left:.0f} {row.top:.0f} "
        f"{row.width:.0f} {row.height:.0f}' width='{row.width:.0f}' height='{row.height:.0f}'>"
        f"<use href='#{whole}'/></svg>"
        for row in rows
    )
    paper = f"<div class='ae-cut'>{cut}</div>" if len(rows) > 1 else ""
    kind = "ae-drawing ae-long" if len(rows) > 1 else "ae-drawing"
    return (
        f"<div class='{kind}' tabindex='0' role='group' aria-label='{markup(label)}'>{svg}</div>"
        f"{paper}"
    )


def image(x: np.ndarray, alt: str) -> str:
    """Return one image, uint8 (H, W, C), as an ``img`` that holds all of its pixels."""
    height, width = x.shape[:2]
    return (
        f"<img src='{files.data_uri(x, effort=9)}' width='{width}' "
        f"height='{height}' style='--w:{width}' alt='{markup(alt)}'>"
    )


def _given(words: Words, x: np.ndarray, x_noisy: np.ndarray | None) -> list[str]:
    rows = [_row(words, "original", x, None)]
    if x_noisy is not None and not np.array_equal(x, x_noisy):
        rows.append(_row(words, "noisy", x_noisy, x))
    return rows


def _row(words: Words, kind: str, x: np.ndarray, original: np.ndarray | None) -> str:
    label = words(f"row.{kind}")
    cells = []
    said = [()] * len(x) if original is None else _said(words, original, x)
    for number, (one, figures) in enumerate(zip(x, said, strict=True), start=1):
        alt = ", ".join([words("alt_picture", kind=label, n=number), *figures])
        below = "".join(f"<span>{markup(figure)}</span>" for figure in figures)
        caption = f"<figcaption>{below}</figcaption>" if below else ""
        cells.append(f"<figure>{image(one, alt)}{caption}</figure>")
    return f"<div class='ae-row'><b>{markup(label)}</b>{''.join(cells)}</div>"


def _said(words: Words, x: np.ndarray, x_hat: np.ndarray) -> list[tuple[str, ...]]:
    of_each = zip(metrics.psnr(x, x_hat).tolist(), metrics.are_flat(x).tolist(), strict=True)
    psnr = [words.decibels(*one) for one in of_each]
    ssim = metrics.ssim(x, x_hat)
    if np.isnan(ssim).all():  # images smaller than its window
        return [(value,) for value in psnr]
    said = [f"SSIM {words.number(float(value), 3)}" for value in ssim]
    return list(zip(psnr, said, strict=True))
