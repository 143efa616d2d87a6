"""Which folders of this machine a page may read: all, those under one, or none.

The setting ``import_root`` is a folder, or "off"; without it, whoever opens the page may name
any path that this program can read, as is right on one's own machine; in a class none.
"""

from __future__ import annotations

from pathlib import Path

from ae_core.data.folders import places
from ae_core.errors import UserError
from ae_core.machine import processes, settings
from ae_core.machine.processes import expanded


def is_open() -> bool:
    """Whether a page may read folders of this machine at all."""
    return _root().lower() != "off"


def given(words: str) -> Path:
    """The path that a person wrote, taken from the root where there is one.

    Raises:
        UserError: it is not allowed; the sentence is the same whether the path exists or not.
    """
    if not is_open():
        raise UserError("Folders of this machine cannot be read here; upload the files.")
    path, root = expanded(words.strip()), _root()
    try:
        allowed = expanded(root or ".").resolve()
        at = (allowed / path).resolve()
        known = "\0" not in words and (at.exists() and at.is_relative_to(allowed) or not root)
    except (OSError, RuntimeError, ValueError):  # links that lead in a circle; no name of a file
        known = False
    if not known or (settings.read().classroom and _is_anothers(at)):
        raise UserError("There is no such file or folder among those that can be read here.")
    return at if root else path


def _is_anothers(path: Path) -> bool:
    """Whether runs, reports or sets of all visitors lie in a folder, or around it."""
    theirs = (folder.resolve() for folder in (processes.artifacts_dir(), *places("own")))
    return any(path.is_relative_to(one) or one.is_relative_to(path) for one in theirs)


def _root() -> str:
    now = settings.read()
    return now.import_root or ("off" if now.classroom else "")  # others' sets lie here too
