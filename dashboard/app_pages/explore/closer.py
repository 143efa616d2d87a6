"""One image of Explore's strip from near: before and after over each other, or side by side."""

from __future__ import annotations

import streamlit as st

from dashboard.components import figures, image_grid, widgets
from dashboard.components.image_grid import Row
from dashboard.components.inference import Pictures
from dashboard.components.web import before_after
from dashboard.i18n import t

_SIDE = 336  # pixels on the page that the image is enlarged to at most, before any zooming


def section(pictures: Pictures, rows: list[Row]) -> None:
    """Draw the choice of one of the images, reconstructed, and its versions, large."""
    with st.container(key="explore_close", gap="small"):
        i = image_grid.pick("explore", len(pictures.x))
        size = 0 if pictures.y is None else pictures.y[0].size
        flat = pictures.flat()[i]
        said = figures.captions(pictures.psnr()[i], pictures.ssim()[i], flat, size)
        said["noisy"] = figures.decibel(pictures.psnr_noisy()[i], flat)
        if widgets.toggle("explore.apart"):
            image_grid.closer(rows, i, said, key="explore")
            return
        with st.container(horizontal=True, gap="medium", key="explore_compare_place"):
            with st.container(width="content", gap="xxsmall"):
                _compare(rows, i)
                st.html(f"<p class='ae-sum'>{said['reconstruction']}</p>")
            others = [row for row in rows if row.key in ("code", "error")]
            image_grid.closer(others, i, said, key="explore")


def _compare(rows: list[Row], i: int) -> None:
    """Draw original or noisy over reconstructed."""
    versions = {row.key: (row.name, row.pictures[i]) for row in rows}
    before = [versions[key] for key in ("original", "noisy") if key in versions]
    label = t("compare_slider.label", number=i + 1)
    before_after.draw(before, versions["reconstruction"], label, _SIDE, "explore_compare")
