"""Where lessons lie: shipped beside this file, own ones in the artifacts, one in the making here.

A lesson's name is that of its file, "own-" before it for a visitor's own, or :data:`DRAFT`.
"""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st

from ae_core.errors import Message, UserError
from ae_core.files import is_short_enough, replacing, slug, writing
from ae_core.files.reading import plain_file
from ae_core.jobs import deeds, owners, room
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
    for path in _files()[:_MOST_OWN]:
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
    path = _path(name)
    if path is None or not path.is_file():
        return None
    try:
        return _of_file(path)
    except UserError:
        return None


def keep(made: Lesson, title: str) -> str:
    """Store a lesson under its title; return its name.

    Raises:
        UserError: it has no title or no steps, or could not be read again; there is one of that name
            or no room for one more; or it cannot be written.
    """
    if not title.strip() or not made.steps:
        raise UserError("A lesson needs a title and at least one step.")
    path = _folder() / f"{slug(title)[:60]}.json"
    if path.exists():
        raise UserError("There is a lesson of that name; give this one another title.")
    if len(_files()) >= _MOST_OWN:
        raise UserError("There are {most} lessons already: delete some first.", most=_MOST_OWN)
    content = lesson.written(made)
    room.check_disk()
    with writing(_folder()):
        _folder().mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
        owners.sign(path)
    deeds.note("keep", path)
    return _OWN + path.stem


def remove(name: str) -> None:
    """Delete a lesson that is kept on this machine.

    Raises:
        UserError: it is another visitor's, or cannot be deleted.
    """
    if (path := _path(name)) is not None:
        owners.check(path)
        with writing(_folder(), Message("set AE_ARTIFACTS_DIR to")):
            there = path.exists()
            path.unlink(missing_ok=True)
        owners.forget(path)
        if there:
            deeds.note("delete", path)


def removable(name: str) -> bool:
    """Return whether who asks may delete a lesson; in a class whoever kept it, or a teacher."""
    path = _path(name)
    return path is not None and owners.mine(path)


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


def _files() -> list[Path]:
    """Return the files that are listed, whoever put them there; not those half written."""
    return sorted(path for path in _folder().glob("*.json") if _is_name(path.stem))


def _path(name: str) -> Path | None:
    """Return where the lesson of a name lies, or would; None where it can be none."""
    stem = name.removeprefix(_OWN)
    return _folder() / f"{stem}.json" if stem != name and _is_name(stem) else None


def _is_name(stem: str) -> bool:
    whole = stem.isprintable() and not stem.startswith(".") and not set("/\\") & set(stem)
    return whole and bool(stem) and is_short_enough(f"{stem}.owner")  # its longest ending


def _folder() -> Path:
    return artifacts_dir() / "lessons"
