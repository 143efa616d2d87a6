"""A link to what a page shows, on every page; with a sentence it is a step of a lesson."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ae_core import i18n
from ae_core.errors import UserError
from dashboard.components import widgets
from dashboard.i18n import language, spoken, t
from dashboard.lessons import lesson, shelf
from dashboard.lessons.parts import PARTS, WORDS

_MENU = "share_menu"
_NOT_SHARED = ("guide", "step", "say", "lesson", "mark")


def menu(page: str) -> None:
    """Draw the menu for ``page`` as it stands now."""
    how = {"icon": ":material/share:", "on_change": "rerun", "type": "tertiary"}
    opened = st.popover(t("share.title"), key=_MENU, **how)
    if not opened.open:
        return
    shown = {k: v for k, v in st.query_params.to_dict().items() if k not in _NOT_SHARED}
    with opened:
        st.caption(t("share.help"))
        say = widgets.text("share.say", max_chars=400)
        names = PARTS.get(page, ())
        hide = []
        if names:
            how = {"key": f"share_hide_{page}"}
            hide = widgets.several("share.hide", names, lambda name: _name(page, name), **how)
            hide = [name for name in names if name in hide]
        present = widgets.toggle("share.present", help=t("share.present_help"))
        st.markdown(t("share.link"))
        more = {"say": say.strip(), "lesson": ",".join(hide), "present": "1" if present else ""}
        asked = urlencode({**shown, **{k: v for k, v in more.items() if v}})
        st.code(f"{_home()}/{page}{'?' if asked else ''}{asked}", language=None, wrap_lines=True)
        with st.container(horizontal=True, key="share_lesson", vertical_alignment="center"):
            added = widgets.button("share.add", "playlist_add") and _add(page, shown, say, hide)
            if added and page == "lessons":
                st.rerun()  # the page below shows the steps, and was drawn before
            if count := len(shelf.draft().steps):
                made = t("share.so_far", n=count)
                st.page_link("app_pages/lessons/page.py", label=made, icon=":material/school:")


def follow() -> None:
    """Where a part of a page is drawn by itself, draw the whole page if the menu is open above it.

    So its link is that of what is shown now.
    """
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run and st.session_state.get(_MENU):
        st.rerun()


def _add(page: str, shown: dict[str, str], say: str, hide: list[str]) -> bool:
    """Add what is shown to the lesson in the making; returns whether it could be."""
    made = shelf.draft()
    if len(made.steps) >= lesson.MOST_STEPS:
        st.error(t("share.full", n=lesson.MOST_STEPS), icon=":material/error:")
        return False
    kept = {k: v for k, v in shown.items() if k not in ("lang", "present")}
    query = urlencode({**kept, **({"lesson": ",".join(hide)} if hide else {})})
    try:
        steps = (*made.steps, lesson.step(f"{page}?{query}", say))
    except UserError as error:
        st.error(spoken(error), icon=":material/error:")
        return False
    shelf.put(lesson.Lesson(made.title, steps, made.about))
    return True


def _home() -> str:
    """Return the address that the pages' addresses begin with; the first page lies at it, too."""
    shown = (st.context.url or "http://localhost:8501").rstrip("/")
    above, _, last = shown.rpartition("/")
    return above if last in lesson.PAGES else shown


def _name(page: str, name: str) -> str:
    """Return what a part that can be hidden is called, as the page itself calls it."""
    words = i18n.catalogue(language())
    key = f"{page}.{name}_title" if name == "how" else f"{page}.{name}"
    return words[WORDS.get((page, name), key)].partition(" ({")[0]
