"""One image of Explore's strip from near: before and after over each other, or side by side."""

from __future__ import annotations

import streamlit as st

from ae_core.images import files, paint
from dashboard.components import figures, image_grid, library, web, widgets
from dashboard.components.image_grid import Row
from dashboard.components.inference import Pictures
from dashboard.i18n import t

_SIDE = 336  # pixels on the page that the image is enlarged to at most, before any zooming
_COMPARE = web.component("compare", html="compare.html", css="compare.css", js="compare.js")


def section(pictures: Pictures, rows: list[Row]) -> None:
    """Draw the choice of one of the images, reconstructed, and its versions, large."""
    with st.container(key="explore_close", gap="small"):
        i = image_grid.pick("explore", len(pictures.x))
        captions = _captions(pictures, i)
        if widgets.toggle("explore.apart"):
            image_grid.closer(rows, i, captions, key="explore")
            return
        with st.container(horizontal=True, gap="medium", key="explore_compare_place"):
            with st.container(width="content", gap="xxsmall"):
                _compare(rows, i)
                st.html(f"<p class='ae-sum'>{captions['reconstruction']}</p>")
            others = [row for row in rows if row.key in ("code", "error")]
            image_grid.closer(others, i, captions, key="explore")


def _captions(pictures: Pictures, i: int) -> dict[str, str]:
    captions = {
        "noisy": figures.decibel(pictures.psnr_noisy()[i]),
        "reconstruction": figures.quality(pictures.psnr()[i], pictures.ssim()[i]),
        "error": t("row.error_scale", limit=paint.ERROR_LIMIT),
    }
    if pictures.y is not None:
        captions["code"] = library.values(pictures.y[0].size)
    return captions


def _compare(rows: list[Row], i: int) -> None:
    """Draw original or noisy over reconstructed; without a server's round trip from then on."""
    versions = {r.key: {"name": r.name, "picture": files.data_uri(r.pictures[i])} for r in rows}
    height, width = rows[0].pictures.shape[1:3]
    after = versions["reconstruction"]
    _COMPARE(
        key="explore_compare",
        width="content",
        data={
            "before": [versions[key] for key in ("original", "noisy") if key in versions],
            "after": after,
            "width": width,
            "height": height,
            "factor": max(1, _SIDE // max(width, height)),
            "label": t("compare_slider.label", number=i + 1),
            "value": t(
                "compare_slider.value", before="%a", left="%l", right="%r", after=after["name"]
            ),
            "choose": t("compare_slider.choose"),
            "smaller": t("compare_slider.smaller"),
            "larger": t("compare_slider.larger"),
        },
    )
