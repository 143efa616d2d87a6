"""The bytes of a file, and what is said of one that is not whole."""

from __future__ import annotations

import lzma
import stat
import struct
import tokenize
import zipfile
import zlib
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
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would be waited for
            raise Damaged.of(path, Message("it is no file"))
        if about.st_size > most:
            raise too_large(path, most)
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(*error.args) from error
    except OSError as error:
        raise Damaged.of(path, error) from error
    if len(data) > most:  # it grew
        raise too_large(path, most)
    return data


def too_large(path: Path, most: int) -> Damaged:
    return Damaged.of(path, Message("it is larger than {most} MB", most=most >> 20))
