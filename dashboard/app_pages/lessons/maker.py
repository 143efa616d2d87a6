"""A lesson in the making: steps in their order, with sentences; shown, kept, taken home."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ae_core.errors import UserError
from ae_core.files import own_name
from dashboard.app_pages.lessons import sections
from dashboard.components import widgets
from dashboard.i18n import language, spoken, t
from dashboard.lessons import frame, lesson, shelf
from dashboard.lessons.lesson import Lesson, Step

_MOST_MB = 1


def draw() -> None:
    """Draw the lesson that this visit makes, and how to open one from a file."""
    st.header(t("lessons.make"), anchor=False)
    st.markdown(t("lessons.make_about"))
    made = shelf.draft()
    state = st.session_state
    state.setdefault("lessons_name", lesson.text(made.title, language()))
    title = widgets.text("lessons.name", max_chars=lesson.MOST_WORDS)
    for at, one in enumerate(made.steps):
        _step(made, at, one)
    if made.steps:
        made = replace(made, title=(("", title.strip()),) if title.strip() else ())
        shelf.put(made)
        with st.container(horizontal=True, key="lessons_decide"):
            if widgets.button("lessons.show", "play_arrow", type="primary"):
                frame.start(shelf.DRAFT)
            if widgets.deed("lessons.keep", "save"):
                _keep(made, title)
            sections.save(made, f"{own_name(title or 'lesson')}.json")
            widgets.button("lessons.empty", "delete", on_click=_empty)
    _open()


def _step(made: Lesson, at: int, one: Step) -> None:
    with st.container(horizontal=True, key=f"lessons_step_{at}", vertical_alignment="bottom"):
        key = f"lessons_say_{at}--{hash(one) & 0xFFFFFF:x}"
        said = st.text_input(
            f"{at + 1}. {t(f'{one.page}.title')}",
            lesson.text(one.say, language()),
            max_chars=400,
            help=f"`{one.link.replace('`', ' ')}`",
            key=key,
        )
        if said != lesson.text(one.say, language()):
            changed = lesson.step(one.link, said)
            shelf.put(replace(made, steps=(*made.steps[:at], changed, *made.steps[at + 1 :])))
            st.rerun()
        last = len(made.steps) - 1
        for name, icon, to in (("up", "arrow_upward", at - 1), ("down", "arrow_downward", at + 1)):
            how = {"disabled": not 0 <= to <= last, "on_click": _move, "args": (at, to)}
            widgets.button(f"lessons.{name}", icon, key=f"lessons_{name}_{at}", **how)
        widgets.button(
            "lessons.drop", "close", key=f"lessons_drop_{at}", on_click=_move, args=(at, None)
        )


def _move(at: int, to: int | None) -> None:
    """Put a step elsewhere, None: nowhere."""
    made = shelf.draft()
    left = [*made.steps[:at], *made.steps[at + 1 :]]
    if to is not None:
        left.insert(to, made.steps[at])
    shelf.put(replace(made, steps=tuple(left)))


def _empty() -> None:
    shelf.put(Lesson((), ()))
    st.session_state["lessons_name"] = ""


def _keep(made: Lesson, title: str) -> None:
    try:
        shelf.keep(made, title)
    except UserError as error:
        st.error(spoken(error), icon=":material/error:")
    else:
        st.rerun()


def _open() -> None:
    with st.expander(t("lessons.open"), key="lessons_open", icon=":material/upload:"):
        given = widgets.files("lessons.file", None, _MOST_MB, accept_multiple_files=False)
        if given is not None and widgets.button("lessons.take", "input"):
            try:
                found = lesson.read(given.getvalue())
            except UserError as error:
                st.error(spoken(error), icon=":material/error:")
                return
            shelf.put(found)
            st.session_state.pop("lessons_name", None)
            st.rerun()
