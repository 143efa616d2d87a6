"""What whoever runs the program for others may set: variables of the environment, or one file.

A variable goes before the file, ``settings.toml`` in the artifacts folder, whose names are those of
:class:`Settings`. ``python -m ae_core settings --write`` writes one with every setting explained.
"""

from __future__ import annotations

import functools
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ae_core.errors import Message, UserError
from ae_core.machine import processes

FILE = "settings.toml"
_LARGEST = 1e9 - 1
_DAY = 86_400  # seconds
_WEEK = 7 * 24 * 60  # minutes; no clock of the system takes any number of them


def _setting(
    default: Any, variable: str, help: str, secret: bool = False, most: float = _LARGEST
) -> Any:
    about = {"variable": variable, "help": help, "secret": secret, "most": most}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """Each field's metadata has its variable and what it means.

    0 and "" set no limit; of ``ready_minutes``, 0 keeps nothing ready, and of ``poll_seconds`` it
    lets no page look by itself.
    """

    exhibition: bool = _setting(
        False,
        "AE_EXHIBITION",
        "read only: the pages draw no button that starts, stops, imports or deletes anything",
    )
    classroom: bool = _setting(
        False,
        "AE_CLASSROOM",
        "each visitor, known by a cookie or a login, sees and ends only what is their own",
    )
    teacher_token: str = _setting(
        "",
        "AE_TEACHER_TOKEN",
        "a long secret, entered in the page, for who shall see and end everything in a class",
        secret=True,
    )
    most_jobs: int = _setting(
        0,
        "AE_MOST_JOBS",
        "most trainings that run or wait at a time; as many sweeps, as many reports",
    )
    most_jobs_each: int = _setting(
        0, "AE_MOST_JOBS_EACH", "in a class, most of these that one visitor has at a time"
    )
    most_disk_gb: float = _setting(
        0.0,
        "AE_MOST_DISK_GB",
        "most gigabytes of runs and reports, and of imported sets; beyond it nothing new is begun",
    )
    import_root: str = _setting(
        "",
        "AE_IMPORT_ROOT",
        'the only folder of this machine that a page may read images from, or "off" for none',
    )
    most_upload_mb: int = _setting(
        200, "AE_MOST_UPLOAD_MB", "most megabytes of a file sent to a page"
    )
    ready_minutes: int = _setting(
        10,
        "AE_READY_MINUTES",
        "minutes for which a worker is kept ready once Train or Design is opened, so that a training "
        "begins at once; it takes about 0.6 GB of memory; 0 keeps none",
        most=_WEEK,
    )
    poll_seconds: float = _setting(
        1.0,
        "AE_POLL_SECONDS",
        "seconds after which a page looks again at work that goes on; 0: only when it is used",
        most=_DAY,
    )


def path() -> Path:
    """Where the file of settings lies, or would lie."""
    return processes.artifacts_dir() / FILE


def read() -> Settings:
    """Return the settings that hold now.

    Raises:
        UserError: one of them cannot be.
    """
    file = path()
    given = tuple(os.environ.get(f.metadata["variable"], "").strip() for f in fields(Settings))
    return _read(file, _stand(file), given)


def shown() -> list[tuple[str, str, str, str]]:
    """Return (name, variable, what holds now, what it means) of each setting; no secret is told."""
    now, found = read(), []
    for one in fields(Settings):
        value = str(getattr(now, one.name))
        value = "***" if value and one.metadata["secret"] else value
        found.append((one.name, one.metadata["variable"], value, one.metadata["help"]))
    return found


def template() -> str:
    """Return a file in which every setting stands, explained, with what holds without it."""
    lines = ["# Settings of the autoencoder explorer, for whoever runs it for others.", ""]
    for one in fields(Settings):
        value = str(one.default).lower() if isinstance(one.default, bool) else one.default
        value = (
            f'"{value}"' if isinstance(value, str) and not isinstance(one.default, bool) else value
        )
        help, variable = one.metadata["help"], one.metadata["variable"]
        lines += [f"# {help} (or {variable})", f"# {one.name} = {value}", ""]
    return "\n".join(lines)


def _stand(file: Path) -> tuple[int, int] | None:
    """Return what tells a file of settings from the one before; None where there really is none.

    Raises:
        UserError: something is there, but no file that can be looked at. To go on without it would
            let everybody into what it closes.
    """
    try:
        about = file.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        if file.is_symlink():
            raise _unreadable(file, error) from error
        return None
    except OSError as error:
        raise _unreadable(file, error) from error
    if not stat.S_ISREG(about.st_mode):  # a pipe would be waited for, a device has no end
        raise _unreadable(file, Message("it is no file"))
    return about.st_mtime_ns, about.st_size


def _unreadable(file: Path, reason: Exception | str) -> UserError:
    return UserError("{file} cannot be read: {reason}.", file=file, reason=reason)


@functools.lru_cache(maxsize=8)
def _read(path: Path, stand: tuple[int, int] | None, given: tuple[str, ...]) -> Settings:
    in_file: dict[str, Any] = {}
    if stand:
        try:
            in_file = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(path, error) from error
    names = {one.name for one in fields(Settings)}
    if unknown := sorted(in_file.keys() - names):
        raise UserError("{file} sets what there is not: {name}.", file=path, name=unknown[0][:60])
    found = {}
    for one, said in zip(fields(Settings), given, strict=True):
        value = said or in_file.get(one.name, one.default)
        found[one.name] = _as(type(one.default), value, one.metadata)
    return Settings(**found)


def _as(kind: type, value: Any, about: Mapping[str, Any]) -> Any:
    """Return a value as its setting has it; one of the file is read as strictly as a variable."""
    value = value.strip() if isinstance(value, str) else value
    if kind is str:
        return _text(value, about)
    try:
        if kind is bool:
            return {"1": True, "true": True, "0": False, "false": False}[str(value).lower()]
        if isinstance(value, bool):
            raise TypeError
        number = kind(value)
        cut = isinstance(value, float) and number != value
        if cut or not 0 <= number <= about["most"]:
            raise ValueError
        return number
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UserError(
            "The setting {name} cannot be {value!r}.", name=about["variable"], value=str(value)[:60]
        ) from error


def _text(value: Any, about: Mapping[str, Any]) -> str:
    """Return a text that can be written and sent; what it is now may be secret: it is not told."""
    try:
        if not isinstance(value, str):
            raise TypeError
        value.encode()
    except (TypeError, UnicodeEncodeError) as error:
        name = about["variable"]
        raise UserError("The setting {name} must be text in UTF-8.", name=name) from error
    return value
