"""Own images become a data set: uploaded, or read from a folder of this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath

import pandas
import streamlit as st

from ae_core.data.own import convert
from ae_core.data.own.convert import ImportReport
from ae_core.errors import UserError
from dashboard.components import downloads, library, uploads
from dashboard.i18n import number, t, translated

TYPES = (*uploads.TYPES, "zip", "npy", "npz", "mat")
MOST_MB = 200
SIDES = (28, 32, 48, 64, 96, 128)
SHOWN = 200  # refused files that are listed
_EVERY = 25  # images between two reports of the progress


def form() -> None:
    """Draw where own images come from, what they become, and the button; say what became of it."""
    told()
    with st.expander(t("sets.import"), key="sets_import", icon=":material/add_photo_alternate:"):
        st.markdown(t("sets.import_about"))
        files = st.file_uploader(
            t("sets.files"), type=list(TYPES), accept_multiple_files=True, key="sets_files",
            max_upload_size=MOST_MB,
        )  # fmt: skip
        uploads.one_stop("sets_files_stop")
        folder = st.text_input(
            t("sets.folder"), key="sets_folder", placeholder=t("sets.folder_placeholder"),
            help=t("sets.folder_help"),
        )  # fmt: skip
        left, middle, right = st.columns(3)
        with left:
            name = st.text_input(
                t("sets.name"), key="sets_new_name", placeholder=t("sets.name_placeholder")
            )
        with middle:
            side = st.selectbox(
                t("sets.side"), SIDES, index=SIDES.index(32), key="sets_side",
                format_func=lambda s: f"{s} × {s}", help=t("sets.side_help"),
            )  # fmt: skip
        with right:
            colour = st.segmented_control(
                t("sets.colours"), list(convert.COLOURS), default="colour", key="sets_colour",
                format_func=lambda c: t(f"sets.{c}"), required=True,
            )  # fmt: skip
        replace = st.toggle(t("sets.replace"), key="sets_replace")
        if st.button(t("sets.start"), type="primary", key="sets_start", icon=":material/upload:"):
            _import(files, folder.strip(), name, side, colour, replace)


def told() -> None:
    """Say once what was removed, and until the next import what became of the last one."""
    state = st.session_state
    kind, text = state.pop("sets_told", ("", ""))
    if kind == "error":
        st.error(text, icon=":material/error:")
    elif kind:
        st.info(text, icon=":material/check:")
    report: ImportReport | None = state.get("sets_report")
    if report is None:
        return
    st.success(
        t("sets.imported", n=number(report.accepted, 0), name=library.set_label(report.dataset)),
        icon=":material/check:",
    )
    if report.skipped:
        refused = number(len(report.skipped), 0)
        with st.expander(t("sets.skipped", n=refused), key="sets_skipped"):
            frame = pandas.DataFrame(
                [(name, translated(reason)) for name, reason in report.skipped[:SHOWN]],
                columns=[t("sets.file_name"), t("sets.reason")]
            )
            st.dataframe(frame, hide_index=True, key="sets_skipped_table",
                         alt=t("sets.skipped_alt", n=refused))  # fmt: skip


def _import(files: list, folder: str, name: str, side: int, colour: str, replace: bool) -> None:
    state = st.session_state
    state.pop("sets_report", None)
    if not files and not folder:
        st.error(t("sets.nothing"), icon=":material/error:")
        return
    place = st.empty()

    def tell(done: int, total: int, title: str) -> None:
        if done % _EVERY == 0:
            place.caption(t("sets.importing", n=number(done, 0), file=title[:80]))

    try:
        with tempfile.TemporaryDirectory(prefix="own-images-") as kept, st.spinner(t("sets.reading")):
            source = [*saved(files, Path(kept)), *([Path(folder).expanduser()] if folder else [])]
            report = convert.import_images(source, name, side, colour, replace, tell)
    except (UserError, OSError) as error:
        place.error(translated(error), icon=":material/error:")
        return
    st.cache_data.clear()  # pictures of a set that was replaced are kept by its name
    state["sets_report"] = report
    state["sets_wanted"] = report.dataset
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
        path = place / f"{downloads.slug(given.stem)}.{ending if ending in TYPES else 'unknown'}"
        path.write_bytes(file.getvalue())
        found.append(path)
    return found
