"""Which test images Explore shows: another draw, the worst of many, one of each class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae_core import data
from ae_core.errors import UserError
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import view
from dashboard.app_pages.explore.view import View
from dashboard.components import inference, library, widgets
from dashboard.i18n import number, spoken, t

POOL = 256  # test images among which the worst are looked for


def tools(now: View, found: Entry | None) -> None:
    """Draw the buttons; each changes the images shown and is in the address from then on."""
    widgets.button("explore.others", "refresh", on_click=_other)
    if found is not None and widgets.button("explore.worst", "trending_down"):
        _show(_worst, now, found)
    if widgets.button("explore.classes", "category"):
        _show(_one_per_class, now)


def images(now: View) -> np.ndarray:
    """Return the test images whose places the view names, uint8 (N, H, W, C).

    Raises:
        UserError: the set has no such image, or is not on this machine.
    """
    test = data.load(now.data).test.x
    outside = [place for place in now.places if place >= len(test)]
    if outside:
        about = {"n": number(len(test), 0), "place": number(outside[0], 0)}
        raise UserError(t("explore.no_such_picture", data=library.set_label(now.data), **about))
    return np.array(test[list(now.places)])


def note(now: View) -> str:
    """Return which test images are shown, and of which class, where they were chosen."""
    found = data.load(now.data)
    names = [found.classes[found.test.labels[place]] for place in now.places]
    kind = st.session_state.get("explore_chosen_as", {}).get(now.places)
    listed = ", ".join(f"{p} ({c})" for p, c in zip(now.places, names, strict=True))
    return " ".join(filter(None, [kind, t("explore.chosen", pictures=listed)]))


def _other() -> None:
    state = st.session_state
    state["explore_draw"] = (state["explore_draw"] + 1) % inference.LAST_DRAW
    state["explore_places"] = ()


def _show(choose, now: View, *more) -> None:
    """Choose images and draw the page again with them; say why where that is not possible."""
    try:
        with st.spinner(t("explore.choosing")):
            places, kind = choose(now, *more)
    except UserError as error:
        st.error(spoken(error))
        return
    st.session_state["explore_places"] = places
    st.session_state["explore_chosen_as"] = {places: kind}
    st.rerun()


def _worst(now: View, found: Entry) -> tuple[tuple[int, ...], str]:
    """Return the images that the network reconstructs worst by PSNR, worst first, and in words."""
    x = data.load(now.data).test.x
    among = np.arange(len(x))
    if len(x) > POOL:
        among = np.random.default_rng(now.draw).choice(len(x), POOL, replace=False)
    psnr = inference.reconstruct(found, np.array(x[among]), now.noise).psnr()
    order = among[np.argsort(psnr, kind="stable")][: now.count]
    kind = t(
        "explore.worst_of",
        n=number(len(order), 0),
        among=number(len(among), 0),
        code=t("unit.values", n=found.code) if found.code else t("unit.no_code"),
        noise=library.noise_label(now.noise),
    )
    return tuple(int(place) for place in order), kind


def _one_per_class(now: View) -> tuple[tuple[int, ...], str]:
    """Return an image of each class, another at each press, at most as many as a page shows."""
    st.session_state["explore_draw"] = (now.draw + 1) % inference.LAST_DRAW
    random = np.random.default_rng(now.draw + 1)
    labels = np.asarray(data.load(now.data).test.labels)
    classes = np.unique(labels)[: view.COUNTS[-1]]
    places = [int(random.choice(np.flatnonzero(labels == label))) for label in classes]
    return tuple(places), t("explore.one_per_class")
