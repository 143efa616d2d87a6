"""Downloads of the official files, by pooch: whole and checked, or not there at all.

A file is fetched into a hidden folder beside its place, checked, and only then given its name.
Files put there by hand are never overwritten as long as they can be read.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ae_core.data.folders import writable
from ae_core.data.official import OFFICIAL, download_command, is_official, place
from ae_core.data.official import folder as folder_of
from ae_core.data.sets import SETS, members
from ae_core.errors import Cancelled, DataError, Message, UserError

SOURCES = {name: info.download.address for name, info in SETS.items() if info.download}
FILES = {name: list(SETS[name].download.files) for name in SOURCES}
EXTRA = {name: list(SETS[name].download.extra) for name in SOURCES}
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 10, 20

Progress = Callable[[int, int, str], None]


def download(
    name: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    extra: bool = False,
    base_url: str | None = None,
) -> None:
    """Fetch the files of a set that are not there yet into the data folder.

    progress(done_bytes, total_bytes, file name) and cancelled() are called several times a second.
    `extra` adds a set's extra images (SVHN's: 1.3 GB); -extra behind the name does the same.
    `base_url` stands in for the official address. Raises Cancelled, or DataError for a network, a
    disk or a file that is not as it should be; the file in question is then not kept.
    """
    set_name, files = _what(name, extra)
    folder = folder_of(set_name)
    wanted = [file for file in files if not _already_there(folder / file, set_name)]
    if not wanted:
        return
    if not writable(folder):
        raise DataError(
            "{folder} was expected to be a folder that can be written to, but it is not; set "
            "AE_DATA_DIR to a folder of yours, or change this one's permissions.",
            folder=folder,
        )
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".download.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise DataError(
            "Another download into {folder} is running; wait for it to end, or cancel it there.",
            folder=folder,
        ) from None
    partial = folder / ".partial"
    try:
        shutil.rmtree(partial, ignore_errors=True)  # what a killed download left behind
        for file in wanted:
            url = (base_url or SOURCES[set_name]).rstrip("/") + "/" + file
            _fetch(url, partial, folder / file, _Hook(file, progress, cancelled), set_name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        lock.release()


def paths(name: str) -> list[Path]:
    """The files of a set, or with -extra behind its name of its extra ones too: where they belong."""
    set_name = name.removesuffix("-extra")
    files = FILES[set_name] + (EXTRA[set_name] if name != set_name else [])
    return [place(set_name, file) for file in files]


class _Hook:
    """The progress bar object that pooch drives: reports, and stops the transfer on a wish."""

    def __init__(self, file: str, progress: Progress | None, cancelled: Callable | None):
        self.file, self.progress, self.cancelled = file, progress, cancelled
        self.total = 0
        self.done = 0

    def update(self, count: int) -> None:
        self.check()
        self.done += count
        if self.progress:
            # pooch counts whole blocks, so the last one may go past the end
            done = min(self.done, self.total) if self.total else self.done
            self.progress(done, self.total, self.file)

    def check(self) -> None:
        if self.cancelled and self.cancelled():
            raise Cancelled(f"The download of {self.file} was cancelled; nothing of it was kept.")

    def reset(self) -> None:
        """Begin anew, as pooch does at the end to say that all of ``total`` is there."""
        if self.total:
            self.done = 0

    def close(self) -> None:
        pass


def _what(name: str, extra: bool) -> tuple[str, list[str]]:
    """(set, its files) to download for a name as the user gives it."""
    if EXTRA.get(name.removesuffix("-extra")) and name not in FILES:
        name, extra = name.removesuffix("-extra"), True
    if name not in FILES:
        what = Message("needs no download")
        if name not in SETS and not name.startswith("own-"):
            members(name)  # a name that cannot be one gets its own sentence
            what = Message("is not a set that can be downloaded")
        raise UserError(
            "{name!r} {what}; can be downloaded: {known}.",
            name=name,
            what=what,
            known=", ".join(FILES),
        )
    if extra and not EXTRA[name]:
        raise UserError("{name!r} has no extra images, but they were asked for.", name=name)
    return name, FILES[name] + (EXTRA[name] if extra else [])


def _already_there(path: Path, set_name: str) -> bool:
    """Whether the official file is there; DataError for an own copy, which is never overwritten."""
    if not path.is_file():
        return False
    if is_official(path):
        return True
    try:
        importlib.import_module(SETS[set_name].download.module).check(path)
    except DataError:
        return False  # cut or damaged: replaced once the whole file has arrived
    raise DataError(
        "{path} is an own copy, not the official file, and is used as it is; move it away first to "
        "download the official one.",
        path=path,
    )


def _fetch(url: str, partial: Path, path: Path, hook: _Hook, set_name: str) -> None:
    """Fetch one file, check it and put it in its place, or raise and keep nothing."""
    import logging

    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    hook.check()
    kind, digest = OFFICIAL[path.name]
    by_hand = Message("put the file into {path} by hand", path=path.parent)
    try:
        arrived = pooch.retrieve(
            url,
            # pooch cannot compute git's digest; that file is checked below, before it gets its name
            known_hash=None if kind == "git" else f"{kind}:{digest}",
            fname=path.name,
            path=partial,
            downloader=pooch.HTTPDownloader(
                progressbar=hook,
                chunk_size=1 << 16,
                timeout=(SECONDS_TO_CONNECT, SECONDS_OF_SILENCE),
                headers={"Accept-Encoding": "identity"},  # so that lengths are those of the file
            ),
        )
        if not is_official(Path(arrived)):
            raise ValueError("checksum")
        os.replace(arrived, path)
    except requests.exceptions.HTTPError as error:
        raise DataError(
            "{path} was expected at {url}, but the server answered {status}; try again later, or "
            "{by_hand}.",
            path=path.name,
            url=url,
            status=error.response.status_code,
            by_hand=by_hand,
        ) from error
    except requests.exceptions.RequestException as error:
        if hook.done or isinstance(error, requests.exceptions.ChunkedEncodingError):
            raise _cut(path, set_name) from error
        raise DataError(
            "{path} could not be downloaded, because {url} cannot be reached; check the network "
            "connection and try again, or {by_hand}.",
            path=path.name,
            url=url,
            by_hand=by_hand,
        ) from error
    except ValueError as error:
        raise DataError(
            "{path} arrived, but its bytes are not those of the official file, so it was not kept: "
            "it was cut or altered on the way; download it again: {command}",
            path=path.name,
            command=download_command(set_name),
        ) from error
    except OSError as error:
        raise DataError(
            "{path} could not be written ({reason}); free some space or check the folder's "
            "permissions, then run: {command}",
            path=path,
            reason=error,
            command=download_command(set_name),
        ) from error


def _cut(path: Path, set_name: str) -> DataError:
    return DataError(
        "The transfer of {path} was cut before its end, so nothing of it was kept; download it "
        "again: {command}",
        path=path.name,
        command=download_command(set_name),
    )
