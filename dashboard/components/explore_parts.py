"""The parts of the Explore page: its controls, its stage, and what is said when something lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st
from i18n import number, short, t

from ae_core import data, runs
from ae_core.data import SetInfo
from ae_core.errors import DataMissing, UserError
from ae_core.noise import KINDS
from components import choice, engine, explore_strip, fetch_panel, library, painting, uploads, view
from components.choice import Entry
from components.view import View

Sets = dict[str, tuple[SetInfo, str]]


def first_view(entries: list[Entry]) -> View:
    """Return the landing view: the situation with a 7x7 code, or what else is stored beside a run."""
    stored = [e for e in entries if e.pretrained and e.examples and e.code]
    for found in stored:
        if found.network == "situation-2":
            return View()
    for found in stored:
        return View(
            data=engine.example_set(found) or "letters",
            code=found.code,
            kind="gaussian" if found.noise.kind == "none" else found.noise.kind,
            level=found.noise.level if found.noise.kind != "none" else 0.0,
        )
    return View()


def notices(entries: list[Entry]) -> None:
    """Say once, quietly, what of the address was not understood and which runs are damaged."""
    ignored = st.session_state.pop("explore_ignored", [])
    if ignored:
        names = ", ".join(name[:24] for name in ignored[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")
    for name, reason in runs.broken_runs():
        st.caption(t("run.broken", name=name[:80], reason=reason))
    if not entries:
        st.info(t("explore.no_networks"), icon=":material/model_training:")


def controls(entries: list[Entry], sets: Sets) -> None:
    """Draw the choices; afterwards the widgets hold a view that makes sense."""
    state = st.session_state
    if state["explore_data"] not in sets:
        state["explore_data"] = view.View().data
    st.segmented_control(
        t("explore.data"),
        list(sets),
        format_func=lambda name: with_thumbnail(name, entries),
        key="explore_data",
        required=True,
        wrap=True,
        persist_state="session",
        on_change=_data_changed,
        args=(entries,),
    )
    shape = library.shape_of(state["explore_data"])
    places = choice.positions(entries, shape)
    known = choice.trained(entries, shape)
    if state["explore_code"] not in places:
        places = sorted({*places, state["explore_code"]})
    st.select_slider(
        t("explore.code"),
        places,
        format_func=lambda code: number(code, 0),
        key="explore_code",
        help=t("explore.code_help"),
        persist_state="session",
    )
    if known:
        st.caption(t("explore.trained_sizes", sizes=", ".join(number(k, 0) for k in sorted(known))))
    kind = state["explore_kind"]
    state["explore_level"] = float(min(state["explore_level"], KINDS[kind].maximum))
    unit = t(f"noise.unit_{KINDS[kind].unit}")
    st.select_slider(
        t("explore.noise", unit=unit),
        view.levels(kind, state["explore_level"]),
        format_func=short,
        key="explore_level",
        help=t(f"noise.{kind}_help"),
        persist_state="session",
    )
    st.selectbox(
        t("explore.kind"),
        view.NOISES,
        format_func=lambda name: t(f"noise.{name}"),
        key="explore_kind",
        label_visibility="collapsed",
        persist_state="session",
    )
    _network_control(entries, shape)
    state.setdefault("explore_count", 8)
    state.setdefault("explore_draw", 0)


def chosen(entries: list[Entry], sets: Sets, now: View) -> Entry | None:
    """Return the network that the view names, else the best at its code size, else None."""
    fits = choice.matching(entries, now.data, library.shape_of(now.data), now.code, now.noise)
    named = [e for e in fits if e.id == now.run]
    with_code = [e for e in fits if e.code]
    return (named or with_code or [None])[0]


def stage(now: View, found: Entry | None, entries: list[Entry], sets: Sets) -> None:
    """Draw the numbers, the strip and what can be done with it."""
    head = st.container(key="explore_head", gap="xsmall")
    about = sets[now.data][0]
    strip_place = st.container(key="explore_strip_place")
    tools = st.container(key="explore_tools", horizontal=True, vertical_alignment="center")
    with tools:
        own = _own_pictures(now)
        _draw_tools()
    if own is not None:
        x, notes = own
    else:
        x, notes = _images(now, entries), []
        if about.kind == "download":
            origin = data.load(now.data).origin  # read just now, and kept
            notes.append(t("explore.origin", data=library.set_label(now.data), origin=origin))
    with strip_place:
        pictures = _pictures(now, found, x)
        explore_strip.strip(now, found, pictures)
        for note in [*notes, *([about.terms] if about.terms else [])]:
            st.caption(note)
    with head:
        explore_strip.head(now, found, pictures)
        if found is None:
            _train_it(now)
    with tools:
        explore_strip.downloads(now, found, pictures)
    if pictures.x_hat is not None:
        explore_strip.closer(pictures)
    _explain()


def problem(error: UserError, now: View, sets: Sets) -> None:
    """Say in one sentence why nothing can be shown, and what to do."""
    missing = isinstance(error, DataMissing)
    text = library.missing_sentence(now.data) if missing else str(error)
    st.error(text, icon=":material/folder_off:" if missing else ":material/error:")
    if missing:
        if sets[now.data][0].terms:
            st.caption(sets[now.data][0].terms)
        if sets[now.data][0].kind == "download":
            fetch_panel.panel(now.data)


def with_thumbnail(name: str, entries: list[Entry]) -> str:
    """Return a data set's label, a picture of it in front; grey mat where none is at hand."""
    found = engine.thumbnail(name, entries)
    if found is None:
        found = np.full((28, 28, 1), painting.MAT, np.uint8)
    return f"![]({painting.data_uri(found)}) {library.set_label(name)}"


def _data_changed(entries: list[Entry]) -> None:
    """Keep the code size where the other set has it trained, else go to the nearest that is."""
    state = st.session_state
    known = choice.trained(entries, library.shape_of(state["explore_data"]))
    if known and state["explore_code"] not in known:
        state["explore_code"] = choice.nearest(sorted(known), state["explore_code"])
    state["explore_run"] = ""


def _network_control(entries: list[Entry], shape: tuple[int, int, int]) -> None:
    state = st.session_state
    now = view.get()
    fits = choice.matching(entries, now.data, shape, now.code, now.noise)
    labels = {e.id: library.entry_label(e) for e in fits}
    best = next((e.id for e in fits if e.code), "")
    options = ([] if best else [""]) + list(labels)
    if state["explore_run"] not in labels:
        state["explore_run"] = ""
    state["explore_network"] = state["explore_run"] or best
    st.selectbox(
        t("explore.network"),
        options,
        format_func=lambda name: labels.get(name) or t("explore.not_trained"),
        key="explore_network",
        help=t("explore.network_help"),
        on_change=_network_changed,
        args=(best,),
    )
    st.select_slider(
        t("explore.count"), view.COUNTS, key="explore_count", persist_state="session"
    )


def _network_changed(best: str) -> None:
    picked = st.session_state["explore_network"]
    st.session_state["explore_run"] = "" if picked == best else picked


def _draw_tools() -> None:
    st.button(
        t("explore.others"), key="explore_others", icon=":material/refresh:", on_click=_other_draw
    )


def _other_draw() -> None:
    st.session_state["explore_draw"] = (st.session_state["explore_draw"] + 1) % view.LAST_DRAW


def _own_pictures(now: View) -> tuple[np.ndarray, list[str]] | None:
    with st.popover(t("upload.title"), icon=":material/upload:", key="explore_own"):
        files = st.file_uploader(
            t("upload.label"),
            type=list(uploads.TYPES),
            accept_multiple_files=True,
            key="explore_files",
            max_upload_size=20,
        )
        shape = library.shape_of(now.data)
        fitted, notes = [], []
        for file in files[: uploads.MOST]:
            try:
                picture, note = uploads.fit(file.getvalue(), file.name, shape)
            except UserError as error:
                st.error(str(error))
                continue
            fitted.append(picture)
            notes += [note] if note else []
        if len(files) > uploads.MOST:
            st.caption(t("upload.too_many", most=uploads.MOST))
    if not fitted:
        return None
    return np.stack(fitted), [*notes[:3], t("upload.shown", n=len(fitted))]


def _images(now: View, entries: list[Entry]) -> np.ndarray:
    with st.spinner(t("explore.reading", data=library.set_label(now.data))):
        return engine.images(now.data, now.draw, entries)[: now.count]


def _pictures(now: View, found: Entry | None, x: np.ndarray) -> engine.Pictures:
    bare = engine.Pictures(x, engine.corrupted(x, now.noise))
    if found is None:
        return bare
    try:
        with st.spinner(t("explore.rebuilding" if engine.ready() else "explore.loading")):
            return engine.rebuild(found, x, now.noise)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return bare


def _train_it(now: View) -> None:
    st.markdown(t("explore.untrained", code=number(now.code, 0), data=library.set_label(now.data)))
    if st.button(t("explore.train_it"), key="explore_train", icon=":material/model_training:"):
        wanted = replace(now, run="").address()
        query = {k: wanted[k] for k in ("data", "code", "noise", "level")}
        st.switch_page("app_pages/train.py", query_params=query | {"network": "conv"})


def _explain() -> None:
    with st.expander(t("explore.how_title"), key="explore_how"):
        st.markdown(t("explore.how"))
