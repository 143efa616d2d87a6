"""What stands around a page: a lesson's sentence and its way on, what is hidden, marked, presented.

The address says it besides what the page shows: ``guide`` and ``step`` name a place in a lesson;
``say``, ``lesson`` (what is hidden) and ``mark`` are those of one link alone; ``present`` is for a
projector.
"""

from __future__ import annotations

import re

import streamlit as st

from dashboard.components import address, web
from dashboard.i18n import as_text, language, t
from dashboard.lessons import lesson, shelf
from dashboard.lessons.lesson import Lesson, Step
from dashboard.lessons.parts import CONTROLS, PARTS

_MOST_SAID, _MOST_NAMED = 600, 5
_HIDDEN = "lesson_hidden"  # on the page about to be drawn
_TOLD = "lesson_told"  # what was hidden when names that are not known were said
_NAME = re.compile(r"[a-z0-9_]{1,40}")
_MARK = web.component("mark", js="mark.js")


def place() -> tuple[str, Lesson, int] | None:
    """Return the name of the lesson under way, the lesson, and the step from 0, or None."""
    framed = address.framed()
    found = shelf.find(framed.get("guide", ""))
    if found is None:
        return None
    asked = framed.get("step", "1")
    at = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return framed["guide"], found, min(max(at, 1), len(found.steps)) - 1


def link(name: str, at: int, one: Step) -> dict[str, str]:
    """Return the address parameters of a lesson's step."""
    return {**dict(one.parameters), "guide": name, "step": str(at + 1)}


def band(page: str) -> None:
    """Draw what stands above ``page``, the one that is about to be drawn."""
    framed, now = address.framed(), place()
    here = now[1].steps[now[2]] if now and now[1].steps[now[2]].page == page else None
    said = lesson.text(here.say, language()) if here else framed.get("say", "")[:_MOST_SAID]
    hidden = {*address.names_of(framed.get("lesson", ""))}
    hidden |= {*address.names_of(here.hide)} if here else set()
    st.session_state[_HIDDEN] = frozenset(hidden)
    _notice(page, framed.get("lesson", ""))
    _rules(page, hidden, here.mark if here else framed.get("mark", ""), bool(now or said))
    if now:
        _guide(now, said, on_page=here is not None)
    elif said:
        with st.container(horizontal=True, key="guide"):  # as _guide's, whose rules of style it has
            st.markdown(f":material/school: {as_text(said)}")
    if address.presented():
        _leave_present()


def lead(page: str) -> None:
    """Draw the first line of ``page``; on the first page, the way into the first lesson beside it."""
    with st.container(horizontal=True, vertical_alignment="center", key="lead"):
        st.html(f"<h1 class='ae-lead'>{t(f'{page}.lead')}</h1>")
        if page == "explore" and not address.framed().keys() & {"guide", "present"}:
            note = t("explore.invite_help")
            how = {"type": "tertiary", "help": note}
            if _button("explore.invite", "play_circle", "explore_invite", **how):
                start(shelf.ORDER[0])


def _leave_present() -> None:
    with st.container(key="present_leave"):
        if _button("lesson.leave_present", "close_fullscreen", "present_end", type="tertiary"):
            framed = address.framed()
            address.reframe({k: v for k, v in framed.items() if k != "present"})
            st.rerun()


def offered(control: str) -> bool:
    """Return whether the lesson of this visit, if any, leaves a control on the page."""
    return control not in st.session_state.get(_HIDDEN, ())


def start(name: str, at: int = 0) -> None:
    """Go to a step of a lesson; does not return."""
    one = shelf.find(name).steps[at]
    more = {k: v for k, v in address.framed().items() if k in ("present", "lang")}
    address.forget(one.page)
    address.reframe({"guide": name, "step": str(at + 1)} | more)
    query = {**link(name, at, one), **more}
    st.switch_page(f"app_pages/{one.page}/page.py", query_params=query)


def _guide(now: tuple[str, Lesson, int], said: str, on_page: bool) -> None:
    name, found, at = now
    present = address.presented()
    total = len(found.steps)
    with st.container(key="guide", horizontal=True, vertical_alignment="center", gap="small"):
        title = as_text(lesson.text(found.title, language()))
        count = t("lesson.count", step=at + 1, total=total)
        words = as_text(said) if on_page else t("lesson.elsewhere")
        st.markdown(f":small[**{title}** · {count}]  \n{words}")
        with st.container(key="guide_way", horizontal=True, width="content", gap="xsmall"):
            wanted = None
            if not on_page and _button("lesson.here", "keyboard_return", "guide_here"):
                wanted = at
            if _button(
                "lesson.back", "arrow_back", "guide_back", "PageUp" * present, disabled=at == 0
            ):
                wanted = at - 1
            if at + 1 < total:
                how = {"type": "primary" if on_page else "secondary"}
                if _button("lesson.next", "arrow_forward", "guide_next", "PageDown" * present, **how):
                    wanted = at + 1
            leave = "lesson.leave" if at + 1 < total else "lesson.finish"
            if _button(leave, "close", "guide_leave", type="tertiary"):
                address.reframe({k: v for k, v in address.framed().items() if k == "present"})
                st.rerun()
    if wanted is not None:
        start(name, wanted)


def _button(name: str, icon: str, key: str, shortcut: str = "", **how) -> bool:
    """Draw a button; a presenter's remote sends the keys that turn pages, elsewhere they scroll."""
    how |= {"icon": f":material/{icon}:", "shortcut": shortcut or None}
    return st.button(t(name), key=key, **how)


def _notice(page: str, text: str) -> None:
    """Say once which names of a lesson's link are not known, and which are."""
    known = PARTS.get(page, ())
    unknown = [name for name in address.names_of(text) if name not in known]
    told, st.session_state[_TOLD] = st.session_state.get(_TOLD), text
    if unknown and page in PARTS and text != told:
        named = ", ".join(re.sub(r"[^\w-]", "·", name[:24]) for name in unknown[:_MOST_NAMED])
        sentence = t("lesson.unknown", names=named, known=", ".join(known))
        st.info(sentence, icon=":material/school:")


def _rules(page: str, hidden: set[str], mark: str, guided: bool) -> None:
    """Put into the page how it looks different; takes no space."""
    css = []
    if guided:  # what gets the focus stays below the sentence, for which alone a phone has room
        css.append("[data-testid=stMain] { scroll-padding-top: 14rem; }")
        css.append("@media (max-width: 640px) { .ae-lead { display: none; } }")
    if gone := [f".st-key-{page}_{name}" for name in PARTS.get(page, ()) if name in hidden]:
        css.append(f"{', '.join(gone)} {{ display: none !important; }}")
    if _NAME.fullmatch(mark):
        about = CONTROLS.get((page, mark), f"{page}_{mark}")
        framed = address.framed()
        step = f"{page} {mark} {framed.get('guide', '')} {framed.get('step', '')}"
        _MARK(key="mark", data={"mark": about, "step": step})
        css.append(
            f".st-key-{about} {{ outline: 2px solid var(--ae-accent);"
            " outline-offset: 8px; border-radius: 3px; }"
        )
    if address.presented():
        css.append("[data-testid=stMainBlockContainer] { max-width: none; padding: 1.2rem 2rem; }")
        css.append(
            "[data-testid=stHeader], .st-key-language, .st-key-share, .st-key-visitor "
            "{ display: none; } [data-testid=stLayoutWrapper]:has(> .st-key-guide) { top: 0; }"
        )
        css.append("html { font-size: 19px !important; } .ae-lead { display: none; }")
        css.append(".ae-label, .ae-figures th { width: 124px; min-width: 124px; }")
    if css:
        st.html(f"<style>{' '.join(css)}</style>")
