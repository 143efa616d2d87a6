"""Own images become a data set: uploaded, or read from a folder of this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath

import pandas
import streamlit as st

from ae_core.data.own import convert
from ae_core.data.own.convert import ImportReport
from ae_core.errors import UserError
from ae_core.files import own_name
from ae_core.images.files import SUFFIXES
from dashboard.components import library, widgets
from dashboard.i18n import number, plain, t, translated

TYPES = (*SUFFIXES, "zip", "npy", "npz", "mat")
MOST_MB = 200
SIDES = (28, 32, 48, 64, 96, 128)
SHOWN = 200  # refused files that are listed
_EVERY = 25  # images between two reports of the progress


def form() -> None:
    """Draw where own images come from, what they become, and the button; say what became of it."""
    told()
    with st.expander(t("data.import"), key="data_import", icon=":material/add_photo_alternate:"):
        st.markdown(t("data.import_about"))
        files = widgets.files("data.files", TYPES, MOST_MB)
        folder = widgets.text("data.folder", help=t("data.folder_help"), persist_state=None)
        left, middle, right = st.columns(3)
        with left:
            name = widgets.text("data.name", key="data_new_name", persist_state=None)
        with middle:
            how = {"index": SIDES.index(32), "persist_state": None, "help": t("data.side_help")}
            side = widgets.select("data.side", SIDES, lambda s: f"{s} × {s}", **how)
        with right:
            colours, how = list(convert.COLOURS), {"default": "colour", "persist_state": None}
            colour = widgets.switch(
                "data.colours", colours, lambda c: t(f"data.{c}"), key="data_colour", **how
            )
        replace = st.toggle(t("data.replace"), key="data_replace")
        if widgets.button("data.start", "upload", type="primary"):
            _import(files, folder.strip(), name, side, colour, replace)


def told() -> None:
    """Say once what was removed, and until the next import what became of the last one."""
    state = st.session_state
    kind, text = state.pop("data_told", ("", ""))
    if kind == "error":
        st.error(text, icon=":material/error:")
    elif kind:
        st.info(text, icon=":material/check:")
    report: ImportReport | None = state.get("data_report")
    if report is None:
        return
    st.success(
        t("data.imported", n=number(report.accepted, 0), name=library.set_label(report.dataset)),
        icon=":material/check:",
    )
    if report.skipped:
        refused = number(len(report.skipped), 0)
        with st.expander(t("data.skipped", n=refused), key="data_skipped"):
            frame = pandas.DataFrame(
                [(name, translated(reason)) for name, reason in report.skipped[:SHOWN]],
                columns=[t("data.file_name"), t("data.reason")],
            )
            widgets.table(frame, "data_skipped_table", t("data.skipped_alt", n=refused))


def _import(files: list, folder: str, name: str, side: int, colour: str, replace: bool) -> None:
    state = st.session_state
    state.pop("data_report", None)
    if not files and not folder:
        st.error(t("data.nothing"), icon=":material/error:")
        return
    place = st.empty()

    def tell(done: int, total: int, title: str) -> None:
        if done % _EVERY == 0:
            place.caption(t("data.importing", n=number(done, 0), file=plain(title[:80])))

    try:
        with tempfile.TemporaryDirectory(prefix="own-images-") as kept, st.spinner(t("data.reading")):
            source = [*saved(files, Path(kept)), *([Path(folder).expanduser()] if folder else [])]
            report = convert.import_images(source, name, side, colour, replace, tell)
    except (UserError, OSError) as error:
        place.error(translated(error), icon=":material/error:")
        return
    st.cache_data.clear()  # images of a set that was replaced are kept by its name
    state["data_report"] = report
    state["data_wanted"] = report.dataset
    st.rerun()


def saved(files: list, folder: Path) -> list[Path]:
    """Write uploads into ``folder``, each under its own name, as far as that is safe.

    The name that the visitor's browser sent is cut to its last part and cleaned, and a folder of
    its own keeps two files of one name apart.
    """
    found = []
    for i, file in enumerate(files):
        given = PurePath(file.name.replace("\\", "/"))
        place = folder / str(i)
        place.mkdir()
        ending = given.suffix.lower().removeprefix(".")
        path = place / f"{own_name(given.stem)}.{ending if ending in TYPES else 'unknown'}"
        path.write_bytes(file.getvalue())
        found.append(path)
    return found
