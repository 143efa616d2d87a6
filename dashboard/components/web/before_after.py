"""Two versions of an image over each other, the upper one cut off where the visitor moves a bar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ae_core.images import files
from dashboard.components import web
from dashboard.i18n import t

_COMPARE = web.component("compare", html="compare.html", css="compare.css", js="compare.js")


def draw(
    before: Sequence[tuple[str, np.ndarray]],
    after: tuple[str, np.ndarray],
    label: str,
    side: int,
    key: str,
) -> None:
    """Draw them; without a server's round trip from then on.

    Args:
        before: names and images, uint8 (H, W, C), of which the visitor chooses one.
        after: name and image of the other.
        label: what the slider is for.
        side: pixels on the page that the image is enlarged to at most, before any zooming.
        key: of the component.
    """
    versions = [_version(name, x) for name, x in (*before, after)]
    height, width = after[1].shape[:2]
    _COMPARE(
        key=key,
        width="content",
        data={
            "before": versions[:-1],
            "after": versions[-1],
            "width": width,
            "height": height,
            "factor": max(1, side // max(width, height)),
            "label": label,
            "value": t("compare_slider.value", before="%a", left="%l", right="%r", after=after[0]),
            "choose": t("compare_slider.choose"),
            "smaller": t("compare_slider.smaller"),
            "larger": t("compare_slider.larger"),
        },
    )


def _version(name: str, x: np.ndarray) -> dict[str, str]:
    return {"name": name, "picture": files.data_uri(x)}
