"""Whose a run, set, sweep, report or measurement is, where a class shares the program.

Who made it stands in ``owner.json`` of its folder; of a single file, in ``NAME.owner`` beside it.
What is shipped is everybody's to see. What nobody's name is on is of whoever runs the program: it is
seen at the command line, and by a teacher, as all else is.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from ae_core.errors import UserError
from ae_core.files import one_line, write_json
from ae_core.files.reading import fits, kept, parse, read_json

FILE = "owner.json"
VARIABLE = "AE_VISITOR"  # for whom a process of this program works; set by whoever starts it
SHIPPED = ("pretrained", "recorded")  # folders whose content comes with the program


@dataclass(frozen=True)
class Visitor:
    """Who asks: ``id`` tells visitors apart and lets nobody in; ``name`` is as given, or ""."""

    id: str
    name: str = ""
    teacher: bool = False


class _Kept(Protocol):
    folder: Path


Something = TypeVar("Something", bound=_Kept)


def asking() -> Visitor | None:
    """Return who asks, None for whoever runs the program; the dashboard says its visitor instead.

    Raises:
        UserError: the variable names no visitor.
    """
    return _said(os.environ.get(VARIABLE, ""))


def mine(thing: Path) -> bool:
    """Return whether who asks may see a folder or file, and change what is not shipped."""
    return _may(asking(), thing)


def only_mine(found: Iterable[Something]) -> list[Something]:
    """Return those that who asks may see."""
    who = asking()
    return [one for one in found if _may(who, one.folder)]


def may(made_by: Visitor | None) -> bool:
    """Return whether who asks may see and change what somebody made, or whoever runs the program."""
    return _is(asking(), made_by)


def check(thing: Path) -> None:
    """Raise an error where who asks may not change a folder or file.

    Raises:
        UserError: it is somebody else's.
    """
    if not mine(thing):
        raise UserError("This is another visitor's: only they, or a teacher, can change it.")


def of(thing: Path) -> Visitor | None:
    """Return who made a folder or file, None where nobody's name is on it."""
    try:
        return kept(_read, _place(thing))
    except (FileNotFoundError, UserError):
        return None


def entry() -> dict[str, dict]:
    """Return the file that says who asks, by its name, for a folder to be made; often none."""
    who = asking()
    return {FILE: asdict(who)} if who else {}


def sign(thing: Path) -> None:
    """Write down that who asks made a folder or file, unless somebody's name is on it.

    Raises:
        OSError: it cannot be written.
    """
    if (who := asking()) and not _place(thing).exists():
        write_json(_place(thing), asdict(who))


def forget(thing: Path) -> None:
    """Take the name off a folder or file."""
    with contextlib.suppress(OSError):
        _place(thing).unlink(missing_ok=True)


def environment(thing: Path) -> dict[str, str]:
    """Return the variables with which a process sees, and signs, as who made a folder."""
    return for_visitor(of(thing))


def for_visitor(who: Visitor | None) -> dict[str, str]:
    """Return the variables with which a process sees, and signs, as a visitor."""
    return {VARIABLE: json.dumps(asdict(who)) if who else ""}


def _may(who: Visitor | None, thing: Path) -> bool:
    if who is None or who.teacher or thing.parent.name in SHIPPED:
        return True
    return _is(who, of(thing))


def _is(who: Visitor | None, made_by: Visitor | None) -> bool:
    if who is None or who.teacher:
        return True
    return made_by is not None and made_by.id == who.id


def _place(thing: Path) -> Path:
    """Return where the name of a thing's maker stands: a folder's has no ending."""
    return thing.with_suffix(".owner") if thing.suffix == ".json" else thing / FILE


def _read(path: Path) -> Visitor:
    return _visitor(read_json(path, Visitor))


@functools.lru_cache(maxsize=8)
def _said(text: str) -> Visitor | None:
    if not text:
        return None
    try:
        found = parse(text.encode())
    except ValueError as error:  # what is not UTF-8 too
        raise _nobody() from error
    if not fits(found, Visitor):
        raise _nobody()
    return _visitor(found)


def _nobody() -> UserError:
    return UserError("The variable {name} names no visitor: unset it.", name=VARIABLE)


def _visitor(found: dict) -> Visitor:
    return Visitor(found["id"], one_line(found.get("name", "")), found.get("teacher", False))
