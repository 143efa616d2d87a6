"""The parts of the Explore page: its stage, and what is said when something lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae_core import data
from ae_core.errors import UserError
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import closer, grid, observed, peers, selection, uploads
from dashboard.app_pages.explore.view import View
from dashboard.components import inference, job_panel, library, query, warming, widgets
from dashboard.components.controls import Sets
from dashboard.i18n import number, spoken, t
from dashboard.lessons.frame import offered


def first_view(entries: list[Entry], run: str = "") -> View:
    """Return the landing view: what is stored beside an elastic network, or else beside another.

    Of several, the one that shows letters; of those without an elastic one, a code of 7x7. A link
    that names a ``run`` and no more means what that run is shown with.
    """
    for named in (e for e in entries if run and e.id == run):
        return _of_run(named)
    stored = [e for e in entries if e.pretrained and e.examples and e.code]
    elastic = [e for e in stored if e.longest]
    for found in sorted(elastic, key=lambda e: inference.example_set(e) != View.data):
        return View(inference.example_set(found), code=found.shown_code)
    if not stored or any(found.code == View.code for found in stored):
        return View()
    return replace(_of_run(stored[0]), run="")


def _of_run(found: Entry) -> View:
    code = found.shown_code or View.code
    start = View(data=inference.example_set(found), code=code, run=found.id)
    if found.noise.kind == "none" or found.longest:
        return start
    return replace(start, kind=found.noise.kind, level=found.noise.level)


def notices(entries: list[Entry]) -> None:
    """Say once, quietly, what of the address was not understood, and that no network is there."""
    query.note("explore", *st.session_state.pop("explore_ignored", ([], {})))
    if not entries:
        st.info(t("explore.no_networks"), icon=":material/model_training:")


def chosen(entries: list[Entry], now: View) -> Entry | None:
    """Return the network that the view names, else the best at its code size, else None."""
    found = _matching(entries, now)
    named = [e for e in found if e.id == now.run]
    with_code = [e for e in found if e.code]
    return (named or with_code or [None])[0]


def fits(entries: list[Entry], now: View) -> bool:
    """Return whether the network that the view names takes its images and has its code size."""
    return any(e.id == now.run for e in _matching(entries, now))


def _matching(entries: list[Entry], now: View) -> list[Entry]:
    shape = library.shape_of(now.data)
    return choose.matching(entries, now.data, shape, now.code, now.noise)


@dataclass(frozen=True, eq=False)
class Shown:
    """The images shown, uint8 (N, H, W, C), notes on them, and the file names of own ones."""

    x: np.ndarray
    notes: list[str]
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """The stage's places from top to bottom; they are filled in another order."""

    head: DeltaGenerator
    strip: DeltaGenerator
    tools: DeltaGenerator


def frame() -> Frame:
    """Return the places of the stage, empty."""
    return Frame(
        st.container(key="explore_head", gap="xsmall"),
        st.container(key="explore_strip_place"),
        st.container(key="explore_tools", horizontal=True, vertical_alignment="center"),
    )


def images(at: Frame, now: View, found: Entry | None, entries: list[Entry], sets: Sets) -> Shown:
    """Draw what chooses the images; return them.

    Raises:
        UserError: they are not on this machine.
    """
    with at.tools:
        own = uploads.pictures(now, found) if offered("own") else None
        if offered("draws"):
            selection.tools(now, found)
    about = sets[now.data][0]
    terms = [library.terms(about)] if about.terms else []
    if own is not None:
        x, notes, names = own
        return Shown(x, [*notes, *terms], names)
    with at.strip:
        x = _images(now, entries)
    notes = [selection.note(now)] if now.places else []
    if about.kind == "download":
        origin = data.load(now.data).origin  # read just now, and kept
        notes.append(t("explore.origin", data=library.set_text(now.data), origin=spoken(origin)))
    return Shown(x, [*notes, *terms])


def stage(at: Frame, now: View, found: Entry | None, entries: list[Entry], shown: Shown) -> None:
    """Draw the numbers, the strip of the images and what can be done with it."""
    with at.strip:
        pictures = _pictures(now, found, shown.x)
        said = ""
        if searches(now, found) and pictures.x_hat is not None:
            pictures, said = _searched(found, shown.x, pictures)
        rows = grid.rows_of(pictures)
        grid.strip(rows, pictures)
        if seen := observed.sentence(pictures):
            st.markdown(seen)
        for note in shown.notes:
            st.caption(note)
    with at.head:
        grid.head(now, found, pictures)
        if said:
            st.caption(said)
        if found is None:
            _train_it(now)
        elif found.longest and not choose.knows(found, now.noise):
            _out_of_depth(now, found, entries)
    if offered("download"):
        with at.tools:
            grid.downloads(now, found, pictures, shown.own)
    if pictures.x_hat is not None:
        if found.longest and offered("compare"):
            peers.section(now, found, pictures, entries)
        if offered("closer"):
            closer.section(pictures, rows)
    if offered("help"):
        widgets.explanation("explore.how")


def _images(now: View, entries: list[Entry]) -> np.ndarray:
    with inference.reading(now.data, t("explore.reading", data=library.set_text(now.data))):
        if now.places:
            return selection.images(now)
        return inference.images(now.data, now.draw, entries)[: now.count]


def _pictures(now: View, found: Entry | None, x: np.ndarray) -> inference.Pictures:
    bare = inference.Pictures(x, inference.corrupted(x, now.noise))
    if found is None:
        return bare
    try:
        doing = t("explore.reconstructing" if warming.ready() else "explore.loading")
        with inference.working(found, x, doing):
            return inference.reconstruct(found, x, now.noise)
    except UserError as error:
        job_panel.say(error)
        return bare


def searches(now: View, found: Entry | None) -> bool:
    """Return whether better codes are searched for: of clean images, where there are codes."""
    return now.search and not now.level and found is not None and bool(found.code)


def _searched(
    found: Entry, x: np.ndarray, before: inference.Pictures
) -> tuple[inference.Pictures, str]:
    """Return the images with better codes, and what the search for them gained and took."""
    with st.spinner(t("explore.searching")):
        pictures, seconds = inference.searched(found, x)
    gain = float(np.mean(pictures.psnr()) - np.mean(before.psnr()))
    words = {"gain": number(gain, 2), "seconds": number(seconds, 2), "n": len(x)}
    return pictures, t("explore.searched", **words)


def _out_of_depth(now: View, found: Entry, entries: list[Entry]) -> None:
    """Say that the elastic network has not learned this noise, and offer what has."""
    noise = library.noise_label(now.noise)
    offers = choose.for_noise(entries, now.data, found.shape, now.code, now.noise)
    st.markdown(
        t("explore.elastic_noise", known=library.noise_label(found.noise), noise=noise)
        + " "
        + t("explore.made_for_it" if offers else "explore.none_for_it")
    )
    with st.container(horizontal=True, key="explore_offers"):
        for k, offer in enumerate(offers):
            st.button(
                library.entry_label(offer, size=True),
                key=f"explore_offer_{k}",
                on_click=_take,
                args=(offer.id, offer.code),
            )
        if not offers:
            _train_button(now)


def _take(run_id: str, code: int) -> None:
    st.session_state["explore_run"] = run_id
    if code:
        st.session_state["explore_code"] = code


def _train_it(now: View) -> None:
    st.markdown(t("explore.untrained", n=now.code, data=library.set_text(now.data)))
    _train_button(now)


def _train_button(now: View) -> None:
    if widgets.deed("explore.train_it", "model_training", key="explore_train"):
        asked = query.address(now)
        asked = {k: asked[k] for k in ("data", "code", "noise", "level")}
        st.switch_page("app_pages/train/page.py", query_params=asked)
