"""What several pages draw alike: the choice of a data set, a noise's levels, why nothing is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import streamlit as st

from ae_core.data import SetInfo
from ae_core.errors import DataMissing, UserError
from ae_core.images import files, paint
from ae_core.images.noise import KINDS
from ae_core.runs.choose import Entry
from dashboard.components import download_panel, figures, inference, job_panel, library, widgets
from dashboard.i18n import as_text, t

Sets = dict[str, tuple[SetInfo, str]]


def data_set(
    names: Iterable[str], entries: list[Entry], key: str, wait: float = 0.0, **more: Any
) -> None:
    """Draw the choice among data sets, an image of each that is there in front of its name.

    An image that must be read first is awaited for so many seconds.
    """
    states = {name: state for name, (_, state) in library.sets().items()}
    titles = {n: _with_thumbnail(n, entries, states.get(n, "missing"), wait) for n in names}
    widgets.switch("explore.data", list(titles), titles.get, key=key, wrap=True, **more)


def noise_levels(kind: str, also: float = 0.0, fine_to: float = 0.0) -> list[float]:
    """Return the noise slider's positions for a kind; ``also`` is one of them in any case.

    Up to ``fine_to``, where one network knows them all, every whole level is.
    """
    most = int(KINDS[kind].maximum)
    places = {float(v) for v in range(0, most + 1, 10 if most > 100 else 5)}
    places |= {float(v) for v in range(int(min(fine_to, most)) + 1)}
    return sorted(places | {float(also)})


def accounting(image_values: int, code_values: int) -> None:
    """Draw the sum behind a ratio, and say where the code is no smaller than the image."""
    if not code_values:
        st.html(f"<p class='ae-sum'>{t('explore.no_code')}</p>")
        return
    st.html(f"<p class='ae-sum'>{figures.sum_text(image_values, code_values)}</p>")
    if verdict := figures.verdict(image_values, code_values):
        st.markdown(f":orange[:material/balance:] {verdict}")


def problem(error: UserError, data: str, sets: Sets) -> None:
    """Say in one sentence why nothing of a data set can be shown, and offer what can be done."""
    if not isinstance(error, DataMissing):
        job_panel.say(error)
        return
    members(data, sets, st.error)


def members(data: str, sets: Sets, say: Callable = st.warning) -> bool:
    """Say of a data set, or of each of joined ones, that it is missing, and on what terms it may be
    used; offer to download it. Return whether any is missing.
    """
    known = [sets[member] for member in data.split("+")]
    for about, state in known:
        if state == "missing":
            say(library.missing_sentence(about.name), icon=":material/folder_off:")
        if about.terms:
            st.caption(library.terms(about))
        if state == "missing" and about.kind == "download":
            download_panel.panel(about.name)
    return any(state == "missing" for _, state in known)


def _with_thumbnail(name: str, entries: list[Entry], state: str, wait: float) -> str:
    """Return a data set's label, an image of it in front: grey mat until one is read, else a sign."""
    found = inference.thumbnail(name, entries, read=state == "ready", wait=wait)
    if found is None and state == "missing":
        return f":material/cloud_off: {library.set_label(name)}"
    if found is None:
        found = np.full((28, 28, 1), paint.MAT, np.uint8)
    return f"![]({files.data_uri(found)}) {as_text(library.set_title(name))}"
