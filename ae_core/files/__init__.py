"""Small files that are always whole: written under a temporary name, then moved into place.

:mod:`ae_core.files.reading` reads within bounds what anybody may have written.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from ae_core.errors import Message, UserError

if TYPE_CHECKING:
    import tempfile

_LONGEST_TITLE = 200  # characters
_STEERS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_LONGEST_PATH = 1000  # characters
_LONGEST_TAKEN = 255  # bytes of a name; whoever asks a system for a longer one gets an error
_LONGEST_NAME = 120  # bytes; what stands before and after finds room too


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as JSON so that a reader sees the old file or the new one, never a part.

    Raises:
        OSError: the folder cannot be written, or the disk is full; the old file is untouched.
    """
    with replacing(path) as temporary:
        temporary.write_text(as_json(value) + "\n", encoding="utf-8")


def as_json(value: Any) -> str:
    """Return ``value`` as the text of a JSON file, :func:`plain`.

    What steers a terminal or turns text is spelled as an escape, for such text is printed too.
    """
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    lines = (_STEERS.sub(lambda c: f"\\u{ord(c[0]):04x}", line) for line in text.split("\n"))
    return "\n".join(lines)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``, with its ending; move it into place at the end.

    Nothing is moved, and nothing left behind, when the block fails.
    """
    temporary = path.with_name(f".{os.getpid()}-{secrets.token_hex(3)}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Give a folder until it is closed, or the process ends.

    It is named after the process, so that :mod:`ae_core.jobs.leftovers` finds one whose was killed.
    """
    import tempfile  # here, so that the command line's help need not wait for it

    return tempfile.TemporaryDirectory(prefix=f"ae-{os.getpid()}-")


def unwritable(
    folder: Path, error: OSError, advice: str = Message("set AE_ARTIFACTS_DIR to")
) -> UserError:
    """Turn a failed write into a sentence that says what to do."""
    if error.errno == errno.ENAMETOOLONG:
        return too_long(error)
    return UserError(
        "Cannot write to {folder} ({reason}): free some space or {advice} a folder that you may "
        "write to.",
        folder=folder,
        reason=error,
        advice=advice,
    )


def too_long(error: OSError) -> UserError:
    """Turn what a system says of a name that is too long into a sentence."""
    name = re.sub(r"(^|/)\.\d+-[0-9a-f]{6}-", r"\1", str(error.filename))  # as replacing() has it
    return UserError("A name is longer than systems take: {name}.", name=name)


@contextmanager
def writing(folder: Path, advice: str = Message("set AE_ARTIFACTS_DIR to")) -> Iterator[None]:
    """Give what cannot be written inside ``with`` the sentence of :func:`unwritable`.

    Raises:
        UserError: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise unwritable(folder, error, advice) from error


def is_short_enough(name: str) -> bool:
    """Return whether systems take the name of a file or folder at its length."""
    return len(os.fsencode(name)) <= _LONGEST_TAKEN


def one_line(text: str) -> str:
    """Return a name that somebody gave as one line: without what steers a terminal or turns text."""
    return " ".join(_STEERS.sub(" ", text[: 10 * _LONGEST_TITLE]).split())[:_LONGEST_TITLE]


def as_name(text: str) -> str:
    """Return a name that somebody gave as it is where it can be shown and sent, else as one line."""
    text = text.encode("utf-8", "replace").decode()
    return text if text.isprintable() and len(text) <= _LONGEST_PATH else one_line(text)


def shown_lines(text: str) -> str:
    """Return lines that any program printed without what steers a terminal or turns text."""
    return "\n".join(_STEERS.sub(" ", line.expandtabs()) for line in text.split("\n"))


def slug(text: str) -> str:
    """Return ``text`` as a safe name of a file, in plain ASCII."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.") or "picture"


def own_name(text: str) -> str:
    """Return ``text`` as a name of a file on any system, spelled as a person did as far as that goes.

    Letters with accents and spaces stay; what no system takes becomes a hyphen, and what is longer
    than a name may be is cut.
    """
    kept = unicodedata.normalize("NFC", text).encode("utf-8", "ignore").decode()
    kept = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "-", kept).strip(" .-")
    kept = kept.encode()[:_LONGEST_NAME].decode("utf-8", "ignore").rstrip(" .-")
    reserved = re.fullmatch(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", kept, re.IGNORECASE)
    return f"_{kept}" if reserved else kept or "picture"


def own_stems(names: Iterable[str]) -> list[str]:
    """Return :func:`own_name` of each file's name without folder and ending, no two alike."""
    found: dict[str, str] = {}  # by how a system that knows no capitals sees it
    following: dict[str, int] = {}  # a folder of equal names takes no longer than one of unlike ones
    for name in names:
        stem = free = own_name(PurePath(name.replace("\\", "/")).stem)
        number = following.get(stem.casefold(), 2)
        while free.casefold() in found:
            free, number = f"{stem}-{number}", number + 1
        following[stem.casefold()] = number
        found[free.casefold()] = free
    return list(found.values())


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it.

    Messages keep template and values, NumPy numbers become plain ones, and what JSON has no number
    for (nan, inf) becomes ``null``.
    """
    if isinstance(value, Message):
        return plain(value.stored())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # a NumPy number or array
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
