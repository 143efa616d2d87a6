"""What shows inside a network after an epoch: dead values of its code, and its first filters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from ae_core import runs
from dashboard.components import image_grid
from dashboard.i18n import number, t

if TYPE_CHECKING:
    import numpy as np
    import pandas


def inside(run: runs.Run, history: pandas.DataFrame, epoch: int, filters: np.ndarray | None) -> None:
    """Draw what was written down of the network after ``epoch``; nothing where nothing was."""
    if (share := _dead(history, epoch)) is not None:
        values = run.config.code
        about = {"values": number(values, 0), "epoch": epoch}
        count = round(share * values)
        st.caption(t("job.dead", n=count, **about) if count else t("job.none_dead", epoch=epoch))
    if filters is None:
        return
    with st.container(key=f"strip-filters-{run.id}", gap=None):
        for first in range(0, len(filters), image_grid.COLUMNS):
            part = filters[first : first + image_grid.COLUMNS]
            about = {"first": first + 1, "last": first + len(part)}
            alt = t("job.filters_alt", epoch=epoch, **about)
            image_grid.samples(part, t("job.filters", **about), alt, f"filters-{first}")
    st.caption(t("job.filters_about"))


def _dead(history: pandas.DataFrame, epoch: int) -> float | None:
    """Return the share of dead code values after an epoch, None where it is not known."""
    row = history[history["epoch"] == epoch]
    share = float(row["dead"].iloc[-1]) if "dead" in row and len(row) else math.nan
    return None if math.isnan(share) else share
