"""Own images become a data set: uploaded, or read from a folder of this machine."""

from __future__ import annotations

import re
import time
from dataclasses import fields
from pathlib import Path, PurePath

import streamlit as st

from ae_core.data.own import apart, convert, fitting, place
from ae_core.data.own.apart import Draft
from ae_core.data.own.reading import Choices
from ae_core.errors import Message, UserError
from ae_core.files import own_name, temporary_folder
from dashboard.app_pages.data import preview
from dashboard.components import library, widgets
from dashboard.i18n import as_text, number, spoken, t

_WRITTEN = ("images", "labels", "axes", "rows", "range", "names")  # choices that are words
_ENDING = re.compile(r"\.[a-z0-9-]{1,16}")
_TOLD_EVERY = 0.3  # seconds


def form() -> None:
    """Draw where own images come from and what they become; then what they would be, and the end."""
    told()
    with st.expander(t("data.import"), key="data_import", icon=":material/add_photo_alternate:"):
        st.markdown(t("data.import_about"))
        files = widgets.files("data.files", None)
        folder = ""
        if place.is_open():
            folder = widgets.text("data.folder", help=t("data.folder_help"), persist_state=None)
        name, colour = _what_it_becomes()
        if widgets.toggle("data.choose", help=t("data.choose_help")):
            _choices()
        start = widgets.deed("data.start", "visibility", type="primary")
        again = st.session_state.pop("data_again", False) and not widgets.exhibited()
        if start or again:
            _read(files, folder.strip(), colour)
    draft: Draft | None = st.session_state.get("data_draft")
    if draft is not None and preview.draw(draft) and not widgets.exhibited():
        _store(draft, name)


def told() -> None:
    """Say once what was removed, and until the next import what became of the last one."""
    state = st.session_state
    kind, text = state.pop("data_told", ("", ""))
    if kind == "error":
        st.error(text, icon=":material/error:")
    elif kind:
        st.info(text, icon=":material/check:")
    stored = state.get("data_stored")
    if stored is not None:
        name, count, skipped, refused = stored
        words = t("data.imported", n=number(count, 0), name=library.set_text(name))
        st.success(words, icon=":material/check:")
        preview.refused(skipped, refused)


def _what_it_becomes() -> tuple[str, str]:
    """Draw name, size, colours and fit of the new set; return its name and colours."""
    left, right = st.columns(2)
    with left:
        name = widgets.text("data.name", key="data_new_name", persist_state=None)
    with right:
        colours, how = list(convert.COLOURS), {"default": "colour", "persist_state": None}
        colour = widgets.switch(
            "data.colours", colours, lambda c: t(f"data.{c}"), key="data_colour", **how
        )
    left, right = st.columns(2)
    with left:
        how = {"key": preview.key_of("size"), "help": t("data.size_help")}
        sizes = ("", *fitting.OFFERED)
        widgets.select("data.size", sizes, _size, accept_new_options=True, **how)
    with right:
        how = {"key": preview.key_of("fit"), "help": t("data.fit_help")}
        widgets.select("data.fit", fitting.FITS, preview.fit_label, **how)
    return name, colour


def _size(words: str) -> str:
    return words.replace("x", " × ") if words else t("data.size_own")


def _choices() -> None:
    """Draw a field for each thing that the program would decide."""
    for start in range(0, len(_WRITTEN), 3):
        for column, name in zip(st.columns(3), _WRITTEN[start : start + 3], strict=True):
            with column:
                st.text_input(
                    t(f"data.choice_{name}"),
                    key=preview.key_of(name),
                    placeholder=t(f"data.choice_{name}_placeholder"),
                    persist_state="session",
                )


def _read(files: list, folder: str, colour: str) -> None:
    """Read what was given, in a process of its own, and keep what it would become."""
    state = st.session_state
    state.pop("data_stored", None)
    preview.forget()
    if not files and not folder:
        st.error(t("data.nothing"), icon=":material/error:")
        return
    shown = st.empty()
    widgets.button("data.cancel", "close")  # a click ends this very run, and the process with it
    said = [0.0]

    def tell(text: str) -> None:
        if time.monotonic() - said[0] > _TOLD_EVERY:
            said[0] = time.monotonic()
            shown.caption(text)

    def looking() -> bool:
        tell(t("data.reading"))
        return False

    def progress(done: int, total: int, title: str) -> None:
        counts = {"n": number(done, 0), "total": number(total, 0)}
        tell(t("data.importing", **counts, file=as_text(title[:80])))

    fit, size = (state.get(preview.key_of(name)) or "" for name in ("fit", "size"))
    choices = {f.name: state.get(preview.key_of(f.name)) or "" for f in fields(Choices)}
    kept = ""
    try:
        with temporary_folder() as made:
            kept = str(Path(made).resolve())
            source = [*saved(files, Path(kept)), *([place.given(folder)] if folder else [])]
            how = (Choices(**choices), fit or "cut", progress, looking)
            state["data_draft"] = apart.prepare(source, fitting.size_of(size), colour, *how)
    except (UserError, OSError) as error:
        shown.error(spoken(_of_visitor(error, kept)), icon=":material/error:")
        return
    st.rerun()


def _of_visitor(said: object, folder: str) -> object:
    """Return an error, or what it says, with names of files instead of where uploads lay here."""
    if isinstance(said, UserError):
        said = said.message
    if isinstance(said, Message):
        values = {name: _of_visitor(value, folder) for name, value in said.values.items()}
        return Message(said.template, **values)
    ours = folder and isinstance(said, str) and said.startswith(folder)
    return PurePath(said).name if ours else said


def _store(draft: Draft, name: str) -> None:
    state = st.session_state
    try:
        with st.spinner(t("data.storing")):
            stored = apart.keep(draft, name, state.get("data_replace", False))
            # Nothing of Streamlit's before all is kept: it may end this run to draw the page again.
            state["data_stored"] = (stored, draft.count, draft.skipped, draft.refused)
            state["data_wanted"] = stored
            preview.forget()
            preview.forget_choices()
    except (UserError, OSError) as error:
        preview.answered()
        st.error(spoken(error), icon=":material/error:")
        return
    st.cache_data.clear()  # images of a set that was replaced are kept by its name
    st.rerun()


def saved(files: list, folder: Path) -> list[Path]:
    """Write uploads into ``folder``, each under its own name, as far as that is safe.

    The name that the visitor's browser sent is cut to its last part and cleaned, and a folder of
    its own keeps two files of one name apart.
    """
    found = []
    for i, file in enumerate(files):
        given = PurePath(file.name.replace("\\", "/"))
        own = folder / str(i)
        own.mkdir()
        ending = given.suffix.lower()
        ending = ending if _ENDING.fullmatch(ending) else ""
        path = own / f"{own_name(given.stem)}{ending}"
        path.write_bytes(file.getvalue())
        found.append(path)
    return found
