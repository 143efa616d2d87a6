"""The bytes of a file, and what is said of one that is not whole."""

from __future__ import annotations

import lzma
import stat
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ae_core.errors import Message, UserError

# What damaged archives, arrays and tables raise: each library has kinds of its own.
UNREADABLE = (
    *(OSError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, MemoryError),
    *(RuntimeError, SyntaxError, AssertionError, struct.error, tokenize.TokenError),
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
)


class Damaged(UserError):
    """A file does not hold what it should."""

    @staticmethod
    def of(path: Path, reason: str) -> Damaged:
        return Damaged(
            "{path} in {folder} cannot be read: {reason}.",
            path=path.name,
            folder=path.parent.name,
            reason=reason,
        )


def contents(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file of at most ``most`` bytes.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is unreadable, too large, or no file.
    """
    if plain_file(path) > most:
        raise too_large(path, most)
    with _reasons(path), path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:  # it grew
        raise too_large(path, most)
    return data


def plain_file(path: Path) -> int:
    """Return the bytes that a file has; for whoever opens it by other means than :func:`contents`.

    Raises:
        FileNotFoundError: no such file.
        Damaged: it is no plain file: a pipe would be waited for, and a device has no end.
    """
    with _reasons(path):
        about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise Damaged.of(path, Message("it is no file"))
    return about.st_size


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(*error.args) from error
    except OSError as error:
        raise Damaged.of(path, error) from error


def too_large(path: Path, most: int) -> Damaged:
    return Damaged.of(path, Message("it is larger than {most} MB", most=most >> 20))
