"""What was read of a file, kept until another stands in its place."""

from __future__ import annotations

import functools
import threading
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
    value, fault = _once(read, path, stat.st_mtime_ns, stat.st_size)
    if fault is not None:
        raise Damaged(fault)
    return value


_begun: dict[tuple, threading.RLock] = {}  # of what is being read just now
_guard = threading.Lock()


def _once(*asked: Any) -> tuple[Any, Message | None]:
    """Have one of several who ask at once read the file, while the others wait.

    Thirty visitors who open a page of a server just started would each read all networks' files.
    """
    with _guard:
        lock = _begun.setdefault(asked, threading.RLock())
    with lock:
        try:
            return _read(*asked)
        finally:
            with _guard:
                _begun.pop(asked, None)


@functools.lru_cache(maxsize=2048)
def _read(
    read: Callable[[Path], Any], path: Path, mtime_ns: int, size: int
) -> tuple[Any, Message | None]:
    try:
        return read(path), None
    except UserError as error:
        return None, error.message
