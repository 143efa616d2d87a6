"""Where lessons lie: shipped beside this file, own ones in the artifacts, one in the making here.

A lesson's name is that of its file, "own-" before it for a visitor's own, or :data:`DRAFT`.
"""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st

from ae_core.errors import Message, UserError
from ae_core.files import replacing, slug, writing
from ae_core.files.reading import plain_file
from ae_core.jobs import deeds, owners
from ae_core.runs.store import artifacts_dir
from dashboard.lessons import lesson
from dashboard.lessons.lesson import Lesson

DRAFT = "draft"
ORDER = ("first-minute", "autoencoder", "situations", "over-fitting", "colour", "denoising")
_SHIPPED = Path(__file__).parent / "shipped"
_OWN = "own-"
_STATE = "lessons_draft"
_MOST_OWN = 200


def shipped() -> dict[str, Lesson]:
    """Return the lessons that come with the program, by name, in the order to take them."""
    return {name: _read(name) for name in ORDER}


def own() -> dict[str, Lesson | UserError]:
    """Return the lessons kept on this machine by name; what cannot be read as what is wrong."""
    found: dict[str, Lesson | UserError] = {}
    for path in sorted(_folder().glob("*.json"))[:_MOST_OWN]:
        try:
            found[_OWN + path.stem] = _of_file(path)
        except UserError as error:
            found[_OWN + path.stem] = error
    return found


def find(name: str) -> Lesson | None:
    """Return the lesson of that name, None where there is none that can be read."""
    if name == DRAFT:
        return draft() if draft().steps else None
    if name in ORDER:
        return _read(name)
    path = _folder() / f"{name.removeprefix(_OWN)}.json"
    if not name.startswith(_OWN) or path.stem != slug(path.stem) or not path.is_file():
        return None
    try:
        return _of_file(path)
    except UserError:
        return None


def keep(made: Lesson, title: str) -> str:
    """Store a lesson under its title; return its name.

    Raises:
        UserError: it has no title or no steps, there is one of that name, or it cannot be written.
    """
    if not title.strip() or not made.steps:
        raise UserError("A lesson needs a title and at least one step.")
    path = _folder() / f"{slug(title)[:60]}.json"
    if path.exists():
        raise UserError("There is a lesson of that name; give this one another title.")
    with writing(_folder()):
        _folder().mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(lesson.written(made), encoding="utf-8")
        owners.sign(path)
    deeds.note("keep", path)
    return _OWN + path.stem


def remove(name: str) -> None:
    """Delete a lesson that is kept on this machine.

    Raises:
        UserError: it is another visitor's, or cannot be deleted.
    """
    path = _folder() / f"{name.removeprefix(_OWN)}.json"
    if path.stem == slug(path.stem):
        owners.check(path)
        with writing(_folder(), Message("set AE_ARTIFACTS_DIR to")):
            there = path.exists()
            path.unlink(missing_ok=True)
        owners.forget(path)
        if there:
            deeds.note("delete", path)


def removable(name: str) -> bool:
    """Return whether who asks may delete a lesson; in a class whoever kept it, or a teacher."""
    return owners.mine(_folder() / f"{name.removeprefix(_OWN)}.json")


def draft() -> Lesson:
    """Return the lesson that this visit makes."""
    return st.session_state.setdefault(_STATE, Lesson((), ()))


def put(made: Lesson) -> None:
    """Make ``made`` the lesson that this visit works on."""
    st.session_state[_STATE] = made


@functools.cache
def _read(name: str) -> Lesson:
    return _of_file(_SHIPPED / f"{name}.json")


def _of_file(path: Path) -> Lesson:
    try:
        plain_file(path)
        with path.open("rb") as file:
            return lesson.read(file.read(lesson.MOST_BYTES + 1))
    except OSError as error:
        raise UserError("{file} cannot be read: {reason}.", file=path.name, reason=error) from error


def _folder() -> Path:
    return artifacts_dir() / "lessons"
