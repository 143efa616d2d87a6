"""A training as a film: its sample images after each epoch, played over the row that shows one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae_core import runs
from ae_core.images import files, paint
from dashboard.components import image_grid, web
from dashboard.i18n import t

FRAMES = 48  # at most, evenly chosen, the first and the last among them
_SECONDS, _FASTEST_MS, _SLOWEST_MS = 6.0, 60, 400
_FILM = web.component("film", html="film.html", css="film.css", js="paint.js film.js")


def button(run: runs.Run, epochs: Sequence[int], row: str) -> None:
    """Draw the button that plays the epochs over the images of the container ``row``.

    ``epochs``, two or more, ascend; the run has samples of each. The server is not asked again.

    Raises:
        UserError: a file of samples is damaged.
    """
    places = np.linspace(0, len(epochs) - 1, min(FRAMES, len(epochs))).round().astype(int)
    shown = tuple(int(epochs[i]) for i in places)
    sprite, count, height, width = _sprite(run.id, run.info.get("created", ""), shown)
    _FILM(
        key=f"film_{run.id}",
        data={
            "sprite": sprite,
            "texts": [
                t("job.film_epoch", epoch=epoch) if epoch else t("job.film_start") for epoch in shown
            ],
            "row": row,
            "count": count,
            "width": width,
            "height": height,
            "tile": image_grid.tile_of(max(height, width)),
            "gap": paint.GAP,
            "mat": paint.MAT,
            "wait": min(_SLOWEST_MS, max(_FASTEST_MS, 1000 * _SECONDS / len(shown))),
            "play": t("job.play"),
            "stop": t("job.stop_film"),
        },
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _sprite(run_id: str, created: str, epochs: tuple[int, ...]) -> tuple[str, int, int, int]:
    """Return one image with a line for each epoch, and what a line holds: count, height, width."""
    samples = runs.get(run_id).samples()
    lines = [np.hstack(paint.coloured(samples.at(epoch)[: image_grid.COLUMNS])) for epoch in epochs]
    count, height, width = samples.x[: image_grid.COLUMNS].shape[:3]
    return files.data_uri(np.vstack(lines)), count, height, width
