"""Explore's images and numbers: the strip, the large figures above it, files to take home."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from ae_core.images import paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import exports
from dashboard.app_pages.explore.view import View
from dashboard.components import controls, figures, image_grid, library, widgets
from dashboard.components.image_grid import Row
from dashboard.components.inference import Pictures
from dashboard.i18n import number, t


def head(now: View, found: Entry | None, pictures: Pictures) -> None:
    """Draw what the network achieves: the ratio, PSNR and SSIM, and the sum behind the ratio."""
    values = pictures.x[0].size
    items = []
    code = now.code if found is None else found.code
    if code:
        items.append((t("figure.ratio"), figures.ratio_text(figures.ratio(values, code))))
    if pictures.x_hat is not None:
        items.append((t("figure.psnr"), figures.mean_decibel(pictures.psnr(), pictures.flat())))
        items.append((t("figure.ssim"), number(float(pictures.ssim().mean()), 3)))
    st.html(figures.facts(items))
    controls.accounting(values, code)
    if found is not None:
        st.caption(_about(now, found))


def strip(rows: list[Row], pictures: Pictures) -> None:
    """Draw the rows of :func:`rows_of`, with figures per image below."""
    columns = {}
    if pictures.x_hat is not None:
        columns = {
            "PSNR <small>dB</small>": figures.decibels_per_image(pictures.psnr(), pictures.flat()),
            "SSIM": figures.per_image(pictures.ssim(), 2),
        }
    image_grid.strip(rows, max(pictures.x.shape[1:3]), columns, key="explore")


def downloads(now: View, found: Entry | None, pictures: Pictures, own: Sequence[str]) -> None:
    """Draw the download menu: one image in two sizes, all with their figures, and the codes.

    ``own``: the file names of the visitor's images, none for test images.
    """
    network, has_code = (found.network, bool(found.code)) if found else ("", False)
    called = exports.names(now, network, has_code, len(pictures.x), own)
    with st.popover(t("download.title"), icon=":material/download:", key="explore_downloads"):
        kinds = {"original": pictures.x, "noisy": pictures.x_noisy}
        if pictures.x_hat is not None:
            kinds = {"reconstruction": pictures.x_hat} | kinds
        total = len(pictures.x)
        st.session_state["download_image"] = min(st.session_state.get("download_image", 1), total)
        i = widgets.whole("download.image", 1, total) - 1
        kind = widgets.select(
            "download.kind", list(kinds), lambda k: t(f"row.{k}"), persist_state=None
        )
        one, how = kinds[kind][i], {"icon": None, "width": "stretch"}
        name = called.one(i, kind)
        for factor, size in ((1, "true_size"), (exports.ENLARGED, "enlarged")):
            label = t(f"download.{size}", factor=factor, side=factor * one.shape[0])
            file = f"{name}_x{factor}.png" if factor > 1 else f"{name}.png"
            png = partial(exports.picture_file, one, factor)
            widgets.download(f"download_{size}", png, file, "image/png", label=label, **how)
        every = partial(exports.archive, pictures, called)
        widgets.download("download.all", every, f"{called.all}.zip", "application/zip", **how)
        if pictures.y is not None:
            whose = partial(exports.whose_codes, now, total, own)
            widgets.codes("explore", pictures.y, whose, called.all, **how)


def rows_of(pictures: Pictures) -> list[Row]:
    """Return the rows original, noisy, code, reconstructed and error, those that there are."""
    rows = [Row("original", pictures.x)]
    if (pictures.x != pictures.x_noisy).any():
        mean = figures.mean_decibel(pictures.psnr_noisy(), pictures.flat())
        rows.append(Row("noisy", pictures.x_noisy, (mean,)))
    if pictures.y is not None:
        size = t("unit.values", n=pictures.y[0].size)
        rows.append(Row("code", paint.code_map(pictures.y), (size,)))
    if pictures.x_hat is not None:
        mean = figures.means(pictures.psnr(), pictures.ssim(), pictures.flat())
        rows.append(Row("reconstruction", pictures.x_hat, mean))
        error = paint.error_map(pictures.x, pictures.x_hat)
        scale = (t("row.error_scale", limit=paint.ERROR_LIMIT),)
        rows.append(Row("error", error, scale, scale=True))
    return rows


def _about(now: View, found: Entry) -> str:
    """Return one line on the network that is at work, and a warning where it is out of its depth."""
    parts = [
        t(
            "explore.at_work",
            network=library.network_label(found.network),
            data=library.set_text("+".join(found.data)),
            noise=library.noise_label(found.noise),
        )
    ]
    if now.data not in found.data:
        parts.append(t("explore.other_data", data=library.set_text(now.data)))
    elif now.level and found.noise.kind == "none":
        parts.append(t("explore.not_for_noise"))
    return " ".join(parts)
