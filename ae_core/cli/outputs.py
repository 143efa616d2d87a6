"""Where a command writes: looked at before any work, and nothing that is there is lost unasked."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ae_core.errors import UserError
from ae_core.files import unwritable, writing


def add(parser, metavar: str, **how) -> None:
    """Add -o, the place to write to, and --replace."""
    parser.add_argument("-o", "--output", metavar=metavar, type=Path, **how)
    add_replace(parser)


def add_replace(parser) -> None:
    """Add --replace, without which nothing that is there is written over."""
    parser.add_argument("--replace", action="store_true", help="write over what is there already")


def check_file(path: Path, replace: bool, given: Iterable[Path] = ()) -> None:
    """Refuse a file that cannot be written, that is there unless ``replace``, or is one of ``given``.

    Raises:
        UserError: it is refused.
    """
    with writing(path.parent, "choose"):
        there = _is_there(path)
        _check_apart([path], given)
        other = path.exists() and not path.is_file()  # a folder, or a device
        if other or not path.name or not path.parent.is_dir():
            raise UserError("{output} must be a file in a folder that exists.", output=path)
        if there and not replace:
            raise UserError(
                "{output} is there already: choose another name, or write over it with --replace.",
                output=path,
            )
        _check_writable(path.parent)


def check_folder(
    folder: Path, names: Sequence[str] = (), replace: bool = False, given: Iterable[Path] = ()
) -> None:
    """Refuse a folder that cannot be made or written, or that holds a file of ``names``.

    With ``replace`` these are refused only where they are folders or files of ``given``.

    Raises:
        UserError: it is refused.
    """
    with writing(folder, "choose"):
        there = next(p for p in (folder, *folder.absolute().parents) if _is_there(p))
        if not there.is_dir():
            raise UserError(
                "{output} must be a folder, but {there} is none.", output=folder, there=there
            )
        _check_writable(there)
        _check_apart([folder / name for name in names], given)
        for name in names:
            if not _is_there(folder / name):
                continue
            if (folder / name).is_dir():
                raise UserError(
                    "{output} holds a folder {there}; choose another folder.",
                    output=folder,
                    there=name,
                )
            if not replace:
                raise UserError(
                    "{output} already holds {there}: choose another folder, or write over what is "
                    "there with --replace.",
                    output=folder,
                    there=name,
                )


def _is_there(path: Path) -> bool:
    """Whether there is anything of this name, a link to nothing too; OSError for no name at all."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise unwritable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)), "choose")


def _check_apart(written: Iterable[Path], given: Iterable[Path]) -> None:
    """Refuse to write over files that are read, by whatever name the system knows them."""

    def known(paths: Iterable[Path]) -> dict[tuple[int, int], Path]:
        return {(found.st_dev, found.st_ino): p for p in paths if p.exists() and (found := p.stat())}

    both = known(given).keys() & (places := known(written)).keys()
    if both:
        raise UserError(
            "{output} is one of the files that are read; choose another place to write.",
            output=places[min(both)],
        )
