"""Archives that are unpacked before they are read: to a folder of the process, within bounds."""

from __future__ import annotations

import atexit
from pathlib import Path

from ae_core.data.own import arrays, limits, naming
from ae_core.data.own.folders import Entry
from ae_core.data.own.reading import Found, Reading
from ae_core.errors import UserError
from ae_core.files import temporary_folder


def room() -> Path:
    """A folder that is there until the images are read, at the end of the process."""
    room = temporary_folder()
    atexit.register(room.cleanup)
    return Path(room.name)


def unpack(
    path: Path, entries: list[Entry], root: Path, reading: Reading, packed: int, size: int = 0
) -> int:
    """Write what an archive holds to a folder.

    Return ``size``, the bytes that its siblings have come to, and its own. All of them may be as much
    as ``packed`` bytes, theirs as they lie there, may become.

    Raises:
        UserError: it comes to more. What cannot be unpacked is among what ``reading`` has found, with
            the reason.
    """
    for entry in entries:
        try:
            if isinstance(entry.bring, str):
                raise UserError(entry.bring)
            content = entry.bring(limits.LARGEST_ARCHIVE - size)
        except UserError as error:
            reading.found.append(Found(str(entry.path), naming.NO_CLASS, error.message))
            continue
        size += len(content)
        arrays.check_size(path, size, packed)
        with arrays.whole(path):
            target = root / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return size
