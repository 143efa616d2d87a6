"""The lessons that there are: what each is about, its steps as links, a click to begin."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ae_core.errors import UserError
from dashboard.components import job_panel, widgets
from dashboard.i18n import as_text, language, t, translated
from dashboard.lessons import frame, lesson, shelf
from dashboard.lessons.lesson import Lesson


def shipped() -> None:
    """Draw the lessons that come with the program."""
    for name, found in shelf.shipped().items():
        _lesson(name, found)


def own() -> None:
    """Draw the lessons kept on this machine."""
    kept = shelf.own()
    if not kept:
        return
    st.header(t("lessons.own"), anchor=False)
    for name, found in kept.items():
        if isinstance(found, UserError):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{as_text(name)}: {as_text(translated(found))}", width="stretch")
                if shelf.removable(name) and not widgets.exhibited():
                    _remove(name)
        else:
            _lesson(name, found, kept=True)


def steps(name: str, found: Lesson) -> None:
    """Draw every step of a lesson as a link."""
    for at, one in enumerate(found.steps):
        said = lesson.text(one.say, language())
        label = f"{at + 1}. {t(f'{one.page}.title')}"
        label += f": {as_text(said)}" if said else ""
        st.page_link(
            f"app_pages/{one.page}/page.py",
            label=label,
            query_params=frame.link(name, at, one),
        )


def save(made: Lesson, file: str, **how: Any) -> None:
    """Draw the button that saves a lesson as a file; of one that nobody could open, say why not."""
    try:
        content = lesson.written(made)
    except UserError as error:
        job_panel.say(error)
    else:
        widgets.download("lessons.save", content, file, "application/json", **how)


def _lesson(name: str, found: Lesson, kept: bool = False) -> None:
    title = as_text(lesson.text(found.title, language()) or name)
    with st.container(key=f"lessons_{name}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            about = as_text(lesson.text(found.about, language()))
            count = t("lessons.steps", n=len(found.steps))
            st.markdown(f"**{title}** · {count}  \n{about}", width="stretch")
            if kept:
                if shelf.removable(name) and not widgets.exhibited():
                    _remove(name)
                file, key = f"{name.removeprefix('own-')}.json", f"lessons_save_{name}"
                save(found, file, key=key)
            how = {"help": t("lessons.start_help", title=title), "icon": ":material/play_arrow:"}
            if st.button(t("lessons.start"), key=f"lessons_start_{name}", **how):
                frame.start(name)
        with st.expander(t("lessons.links"), key=f"lessons_links_{name}"):
            steps(name, found)


def _remove(name: str) -> None:
    if st.button(t("lessons.remove"), key=f"lessons_remove_{name}", icon=":material/delete:"):
        question = t("lessons.remove_sure", name=as_text(name.removeprefix("own-")))
        job_panel.confirm("lessons", question, lambda: shelf.remove(name))
