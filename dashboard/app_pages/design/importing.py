"""A network made elsewhere: its file is looked at, what was found is shown, and it becomes a run."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from ae_core import runs
from ae_core.errors import UserError
from ae_core.evaluation import job as measurement
from ae_core.files import temporary_folder
from ae_core.networks.foreign import RANGES, Choices
from ae_core.training import adopt
from dashboard.components import job_panel, library, widgets
from dashboard.i18n import spoken, t

AUTO = ""
_FOUND = "design_imported"  # the run that the last file became
_ONE_AT_A_TIME = threading.Lock()  # each is a process with TensorFlow


def section(sets: dict) -> None:
    """Draw the place for a file, what is found in it, and the button that makes a run of it."""
    if widgets.exhibited():
        return
    with st.expander(t("design.import"), key="design_import", icon=":material/upload_file:"):
        st.markdown(t("design.import_about"))
        how = {"accept_multiple_files": False, "key": "design_file"}
        files = widgets.files("design.file", ("keras", "h5"), **how)
        if files is None:
            _done()
            return
        content = files.getvalue()
        choices, name = _choices(sets)
        try:
            with st.spinner(t("design.reading")):
                found = _read(content, files.name, name or None, choices, tuple(sets))
        except UserError as error:
            job_panel.say(error)
            return
        st.markdown("\n".join(f"- {spoken(sentence)}" for sentence in found.said))
        title = widgets.text("design.import_title", key="design_import_title", max_chars=80)
        if widgets.deed("design.import_start", "add", type="primary"):
            job_panel.attempt(_adopt, content, files.name, found.data, choices, title)
        _done()


def _choices(sets: dict) -> tuple[Choices, str]:
    """Draw what may be said instead of being found out."""
    ranges = [AUTO, *RANGES]

    def word(option: str) -> str:
        return option or t("design.found_out")

    with st.container(horizontal=True, vertical_alignment="bottom", key="design_import_choices"):
        how = {"width": 170}
        takes = widgets.select("design.takes", ranges, word, **how)
        gives = widgets.select("design.gives", ranges, word, **how)
        label = library.set_label
        names = [AUTO, *(n for n, (_, state) in sets.items() if state != "missing")]
        data = widgets.select(
            "design.tried_on", names, lambda n: label(n) if n else t("design.found_out"), **how
        )
        layer = st.text_input(t("design.code_layer"), key="design_code_layer", width=170)
    return Choices(None, takes or None, gives or None, layer.strip() or None), data


@st.cache_data(max_entries=4, show_spinner=False)
def _read(
    content: bytes, file: str, name: str | None, choices: Choices, here: tuple[str, ...]
) -> adopt.Looked:
    """Return what a file holds; ``here`` are the sets that one may be found among."""
    with _stored(content) as path, _ONE_AT_A_TIME:
        return adopt.look(path, name, choices, file)


def _adopt(content: bytes, file: str, name: str, choices: Choices, title: str) -> None:
    with st.spinner(t("design.importing")), _stored(content) as path, _ONE_AT_A_TIME:
        found = adopt.look(path, name, choices, file, title)
    st.session_state[_FOUND] = found.run
    measurement.start(runs.get(found.run))


def _done() -> None:
    """Lead on to the run that was made last."""
    if run := st.session_state.get(_FOUND):
        st.success(t("design.imported"), icon=":material/check:")
        with st.container(horizontal=True, key="design_imported_steps"):
            for page, asked in {
                "explore": {"run": run},
                "compare": {"runs": run},
                "latent": {"run": run},
                "architecture": {"run": run},
            }.items():
                if st.button(t(f"{page}.title"), key=f"design_to_{page}"):
                    st.switch_page(f"app_pages/{page}/page.py", query_params=asked)


@contextlib.contextmanager
def _stored(content: bytes) -> Iterator[Path]:
    """Give an upload as a file, while it is read; Keras looks at the ending of its name."""
    ending = ".keras" if content.startswith(b"PK") else ".h5"
    with temporary_folder() as folder:
        path = Path(folder) / f"network{ending}"
        path.write_bytes(content)
        yield path
