"""What was read of a file, kept until another stands in its place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ae_core.errors import Message, UserError
from ae_core.files.reading.content import Damaged


def kept(read: Callable[[Path], Any], path: Path) -> Any:
    """Return what ``read`` makes of a file or folder, or raise its error; do not write into it.

    Time and size tell a file from the one before.

    Raises:
        FileNotFoundError: no such file.
        Damaged: what ``read`` raised.
    """
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(*error.args) from error
    except OSError as error:
        raise Damaged.of(path, error) from error
    value, fault = _read(read, path, stat.st_mtime_ns, stat.st_size)
    if fault is not None:
        raise Damaged(fault)
    return value


@functools.lru_cache(maxsize=2048)
def _read(
    read: Callable[[Path], Any], path: Path, mtime_ns: int, size: int
) -> tuple[Any, Message | None]:
    try:
        return read(path), None
    except UserError as error:
        return None, error.message
