"""A lesson as a value and as a file: a title, a sentence about it, and links with what they say.

A link is a page and the parameters of its address, "explore?data=letters&code=4": what the page
shows, and of :data:`dashboard.components.address.FRAME` what is hidden (``lesson``) and which control
is marked (``mark``). Every text is one for all languages, or one for each.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ae_core.errors import UserError
from ae_core.files import as_json, shown_lines
from ae_core.files.reading import parse
from ae_core.i18n import LANGUAGES

PAGES = frozenset(
    path.parent.name for path in (Path(__file__).parents[1] / "app_pages").glob("*/page.py")
)
MOST_STEPS, MOST_BYTES = 100, 200_000
MOST_WORDS, _MOST_LINK = 600, 2000  # characters
_FRAMED = ("lesson", "mark")  # parameters of a link that are not the page's own
Texts = Mapping[str, str]  # by language; "" is the text for all others


@dataclass(frozen=True)
class Step:
    """One link of a lesson.

    Attributes:
        page: one of :data:`PAGES`.
        parameters: of its address, those of the frame left out.
        say: the sentence beside it, by language.
        hide: what the page does not show, as ``?lesson=`` has it.
        mark: the control that the sentence speaks of, "" for none.
    """

    page: str
    parameters: tuple[tuple[str, str], ...] = ()
    say: tuple[tuple[str, str], ...] = ()
    hide: str = ""
    mark: str = ""

    @property
    def link(self) -> str:
        """The link as it stands in a file."""
        framed = (("lesson", self.hide), ("mark", self.mark))
        query = urlencode([*self.parameters, *((k, v) for k, v in framed if v)])
        return f"{self.page}?{query}" if query else self.page


@dataclass(frozen=True)
class Lesson:
    """Links in their order; ``title`` and ``about`` by language."""

    title: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    about: tuple[tuple[str, str], ...] = ()


def text(texts: tuple[tuple[str, str], ...], language: str) -> str:
    """Return the text for a language, else the one for all, else the first; "" without any."""
    found = dict(texts)
    return found.get(language) or found.get("") or next(iter(found.values()), "")


def step(link: str, say: Any = "") -> Step:
    """Return a step from a link, "explore?code=4" or the whole address of a page.

    Raises:
        UserError: it is no link to a page of the program.
    """
    too_long = UserError("A link of a lesson is no text of at most {most} letters.", most=_MOST_LINK)
    if not isinstance(link, str) or len(link) > _MOST_LINK:
        raise too_long
    try:
        _, _, path, query, _ = urlsplit(link.strip())
    except ValueError:
        path, query = link, ""
    page = path.rstrip("/").rpartition("/")[2] or "explore"
    if page not in PAGES:
        raise UserError("A lesson leads to a page that there is not: {page}.", page=page[:60])
    found = dict(parse_qsl(query, keep_blank_values=True))
    framed = {name: found.pop(name, "") for name in _FRAMED}
    kept = tuple((k, v) for k, v in found.items() if k not in ("guide", "step", "say", "lang"))
    made = Step(page, kept, _texts(say), framed["lesson"], framed["mark"])
    if len(made.link) > _MOST_LINK:  # an address spells a letter with an accent in six
        raise too_long
    return made


def read(content: str | bytes) -> Lesson:
    """Return the lesson of a file.

    Raises:
        UserError: it is none.
    """
    if len(content) > MOST_BYTES:
        raise UserError("A lesson has at most {most} bytes.", most=MOST_BYTES)
    try:
        data = content.encode() if isinstance(content, str) else content
        found = parse(data.removeprefix(codecs.BOM_UTF8))
    except ValueError as error:
        raise UserError("This is not the file of a lesson: {reason}.", reason=error) from error
    steps = found.get("steps") if isinstance(found, dict) else None
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        raise UserError("This is not the file of a lesson: it has no list of steps.")
    if not 0 < len(steps) <= MOST_STEPS:
        raise UserError("A lesson has from 1 to {most} steps.", most=MOST_STEPS)
    made = tuple(step(one.get("link"), one.get("say", "")) for one in steps)
    return Lesson(_texts(found.get("title", "")), made, _texts(found.get("about", "")))


def written(lesson: Lesson) -> str:
    """Return a lesson as the file that :func:`read` reads.

    Raises:
        UserError: it would refuse it.
    """
    steps = [{"link": one.link, "say": _as_stored(one.say)} for one in lesson.steps]
    about = {"about": _as_stored(lesson.about)} if lesson.about else {}
    content = as_json({"title": _as_stored(lesson.title), **about, "steps": steps})
    read(content.encode())
    return content


def _texts(given: Any) -> tuple[tuple[str, str], ...]:
    found = {"": given} if isinstance(given, str) else given
    sound = isinstance(found, dict) and all(
        key in ("", *LANGUAGES) and isinstance(words, str) for key, words in found.items()
    )
    if not sound or any(len(words) > MOST_WORDS for words in found.values()):
        raise UserError(
            "A text of a lesson is not a text of at most {most} letters, or one for each language.",
            most=MOST_WORDS,
        )
    lines = {key: " ".join(shown_lines(words).split()) for key, words in found.items()}
    return tuple((key, words) for key, words in lines.items() if words)


def _as_stored(texts: tuple[tuple[str, str], ...]) -> Any:
    found = dict(texts)
    return found if set(found) - {""} else found.get("", "")
