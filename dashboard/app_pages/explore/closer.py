"""One image of Explore's strip from near: before and after over each other, or side by side."""

from __future__ import annotations

import streamlit as st

from ae_core.images import files, paint
from dashboard.components import figures, image_grid, library, web
from dashboard.components.image_grid import Row
from dashboard.components.inference import Pictures
from dashboard.i18n import number, t

_SIDE = 336  # pixels on the page that the image is enlarged to at most, before any zooming
_COMPARE = web.component("compare", html="compare.html", css="compare.css", js="compare.js")


def section(pictures: Pictures, rows: list[Row]) -> None:
    """Draw the choice of an image and its versions, large.

    Args:
        images: of the strip, reconstructed.
        rows: the strip's rows.
    """
    total = len(pictures.x)
    with st.container(key="explore_close", gap="small"):
        st.header(t("explore.closer"), anchor=False)
        st.session_state["explore_pick"] = min(st.session_state.get("explore_pick", 1), total)
        if total > 1:
            st.select_slider(
                t("explore.pick"), list(range(1, total + 1)), key="explore_pick", width=360
            )
        st.toggle(t("explore.apart"), key="explore_apart", persist_state="session")
        i = st.session_state["explore_pick"] - 1
        captions = _captions(pictures, i)
        if st.session_state["explore_apart"]:
            image_grid.closer(rows, i, captions, key="explore")
            return
        with st.container(horizontal=True, gap="medium", key="explore_compare_place"):
            with st.container(width="content", gap="xxsmall"):
                _compare(rows, i)
                st.html(f"<p class='ae-sum'>{captions['reconstruction']}</p>")
            image_grid.closer(
                [r for r in rows if r.key in ("code", "error")], i, captions, key="explore"
            )


def _captions(pictures: Pictures, i: int) -> dict[str, str]:
    psnr, ssim = figures.decibel(pictures.psnr()[i]), number(pictures.ssim()[i], 3)
    captions = {
        "noisy": figures.decibel(pictures.psnr_noisy()[i]),
        "reconstruction": f"{psnr} · SSIM {ssim}",
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
