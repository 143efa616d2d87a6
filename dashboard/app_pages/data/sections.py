"""The parts of Data: what a set is, its images, its duplicates, where it lies, and its removal."""

from __future__ import annotations

import numpy as np
import pandas
import streamlit as st

from ae_core import data, runs
from ae_core.data import Dataset, SetInfo
from ae_core.data.own import store
from ae_core.errors import UserError
from ae_core.runs.choose import Entry
from dashboard.components import download_panel, figures, image_grid, inference, library, widgets
from dashboard.components.controls import Sets, data_set
from dashboard.i18n import as_text, number, spoken, t, translated

SPLITS = ("train", "validation", "test")
DUPLICATES = ("test_in_train", "validation_in_train", "within_train", "within_test")
ROW, ROWS = 16, 10  # images on a sheet
_SIDE = 56  # pixels of one of them, at most
_PICTURE_S = 2.0  # that a set's picture may take before the page is drawn without


def choice(entries: list[Entry], sets: Sets) -> str:
    """Draw the list of sets; return the name of the chosen one."""
    if st.session_state.get("data_name") not in sets:
        st.session_state["data_name"] = next(iter(sets))
    data_set(sets, entries, "data_name", wait=_PICTURE_S)
    return st.session_state["data_name"]


def stage(info: SetInfo, state: str) -> None:
    """Draw everything about one set, as far as it is on this machine."""
    st.header(library.set_text(info.name), anchor=False)
    st.markdown(_known(info, "about"))
    height, width, channels = info.shape
    colours = t("data.grey" if channels == 1 else "data.colour")
    st.caption(
        t("data.licence", shape=f"{width} × {height}", colours=colours, text=_known(info, "licence"))
    )
    if info.terms:
        st.caption(f":material/gavel: {library.terms(info)}")
    if info.citation:
        st.caption(as_text(info.citation))
    if state == "missing":
        st.info(
            t("data.missing", name=library.set_text(info.name)),
            icon=":material/folder_off:",
        )
        download_panel.panel(info.name)
        where(info)
        return
    whole = _read(info, state)
    if whole is not None:
        facts(whole)
        sheet(whole)
        table(whole)
        duplicates(whole)
        where(info, whole)
    if info.kind == "own":
        removal(info)


def facts(whole: Dataset) -> None:
    """Draw how many images each part has."""
    items = [(t(f"data.{name}"), number(len(getattr(whole, name)), 0)) for name in SPLITS]
    st.html(figures.facts([*items, (t("data.classes"), number(len(whole.classes), 0))]))
    st.html(f"<p class='ae-sum'>{t('data.splits')}</p>")


def sheet(whole: Dataset) -> None:
    """Draw many images of one part at once, a row a class where there are few classes."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="data_tools"):
        how = {"default": "test", "persist_state": None}
        part = widgets.switch("data.part", SPLITS, lambda name: t(f"data.{name}"), **how)
        widgets.button("explore.others", "refresh", key="data_others", on_click=_others)
    split, draw = getattr(whole, part), st.session_state.get("data_draw", 0)
    rows, by_class = chosen_rows(split.labels, len(whole.classes), draw)
    x = split.x[rows]
    about, names = "sheet_classes" if by_class else "sheet_mixed", ", ".join(whole.classes)
    said = t(f"data.{about}", names=names)
    alt = t("data.sheet_alt", n=len(x), part=t(f"data.{part}"), about=said)
    image_grid.sheet(x, ROW, _SIDE, alt, "sets-sheet")
    st.caption(t(f"data.{about}", names=as_text(names)))


def chosen_rows(labels: np.ndarray, classes: int, draw: int) -> tuple[np.ndarray, bool]:
    """Return which images a sheet shows, and whether each of its rows is one class.

    Draw 0 takes the first ones; every other number takes others, always the same for that number.
    """
    order = np.arange(len(labels))
    if draw:
        order = np.random.default_rng(draw).permutation(len(labels))
    if 2 <= classes <= ROWS:
        found = [order[labels[order] == k][:ROW] for k in range(classes)]
        if all(len(rows) == ROW for rows in found):
            return np.concatenate(found), True
    return order[: ROW * ROWS], False


def table(whole: Dataset) -> None:
    """Draw the number of images of each class in each part."""
    counts = {
        t(f"data.{name}"): np.bincount(getattr(whole, name).labels, minlength=len(whole.classes))
        for name in SPLITS
    }
    frame = pandas.DataFrame({t("data.class"): list(whole.classes), **counts})
    with st.expander(t("data.by_class"), key="data_by_class"):
        alt = t("data.table_alt", n=len(frame), data=library.set_text(whole.name))
        widgets.table(frame, "data_table", alt)


def duplicates(whole: Dataset) -> None:
    """Say which images occur twice, and show those of the test that the training has seen."""
    st.header(t("data.duplicates"), anchor=False, help=t("data.duplicates_help"))
    lines = [(t(f"data.{name}"), whole.duplicates.get(name, 0)) for name in DUPLICATES]
    if not any(count for _, count in lines):
        st.caption(t("data.no_duplicates"))
        return
    st.html(figures.facts([(name, number(count, 0)) for name, count in lines]))
    if whole.duplicates.get("test_in_train"):
        with st.spinner(t("explore.reading", data=library.set_text(whole.name))):
            x = _seen_before(whole.name, whole.fingerprint)
        image_grid.sheet(x, ROW, _SIDE, t("data.duplicates_alt", n=len(x)), "sets-duplicates")
        st.caption(t("data.duplicates_shown", n=len(x)))


def where(info: SetInfo, whole: Dataset | None = None) -> None:
    """Say where the files lie, how large they are, and the fingerprint of what was read."""
    lines = [_file_line(path) for path in data.files(info.name)]
    if whole is not None:
        lines.insert(0, t("data.origin", origin=spoken(whole.origin)))
        lines.insert(1, t("data.fingerprint", value=whole.fingerprint))
    with st.expander(t("data.where"), key="data_where", expanded=whole is None):
        st.markdown("\n".join(f"- {line}" for line in lines))


def removal(info: SetInfo) -> None:
    """Offer to delete a set of own images; asked a second time."""
    state = st.session_state
    if state.get("data_removing") != info.name or widgets.exhibited():
        widgets.deed("data.remove", "delete", on_click=_ask, args=(info.name,))
        return
    trained = [r for r in runs.list_runs() if info.name in data.members(r.config.data)]
    used = [library.title(run) for run in trained]
    with st.container(border=True, key="data_sure"):
        st.markdown(t("data.sure", title=as_text(translated(info.title))))
        if used:
            st.caption(t("data.used", n=len(used), names=as_text(", ".join(used[:3]))))
        with st.container(horizontal=True, key="data_sure_buttons"):
            yes = {"on_click": widgets.allowed(_remove), "args": (info.name,), "type": "primary"}
            st.button(t("data.remove_yes"), key="data_remove_yes", **yes)
            st.button(t("data.keep"), key="data_keep", on_click=_ask, args=("",))


def _known(info: SetInfo, what: str) -> str:
    """Return a sentence about a set in the visitor's language."""
    return t(f"data.{what}_{'own' if info.kind == 'own' else info.name}")


def _read(info: SetInfo, state: str) -> Dataset | None:
    """Return the set; one that is yet to be drawn only when asked."""
    label = library.set_label(info.name)
    if state == "drawn on demand":
        st.info(t("data.to_draw", name=as_text(label)), icon=":material/brush:")
        if not widgets.deed("data.draw", "brush", key="data_draw_now"):
            return None
    place = st.empty()

    def tell(done: int, total: int, title: str) -> None:
        text = t("data.drawing", done=number(done, 0), total=number(total, 0))
        place.progress(done / total, text=text)

    try:
        with st.spinner(t("explore.reading", data=as_text(label))):
            whole = data.load(info.name, tell)
    except UserError as error:
        place.error(spoken(error), icon=":material/error:")
        return None
    place.empty()
    return whole


def _file_line(path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return t("data.file_missing", path=path)
    return t("data.file", path=path, size=number(size / download_panel.MEGABYTE, 1))


def _others() -> None:
    st.session_state["data_draw"] = (st.session_state.get("data_draw", 0) + 1) % inference.LAST_DRAW


def _ask(name: str) -> None:
    st.session_state["data_removing"] = name


def _remove(name: str) -> None:
    state = st.session_state
    state["data_removing"] = ""
    try:
        store.remove(name)
    except (UserError, OSError) as error:
        state["data_told"] = ("error", t("data.not_removed", reason=spoken(error)))
        return
    st.cache_data.clear()  # images of the set are kept by its name
    state["data_told"] = ("info", t("data.removed", name=library.set_label(name)))
    state.pop("data_name", None)


@st.cache_data(max_entries=8, show_spinner=False)
def _seen_before(name: str, fingerprint: str) -> np.ndarray:
    """Return up to 16 test images that occur in the training or validation images."""
    whole = data.load(name)
    return whole.test.x[np.flatnonzero(data.duplicates_of_train(whole))[:ROW]]
