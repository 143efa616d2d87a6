"""Folders, ZIP and tar archives: their picture files, with class and part.

Pictures are read in memory; an archive of arrays or tables is unpacked to a temporary folder, each
member to a path that was looked at.
"""

from __future__ import annotations

import os
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from ae_core.data.own import beside, copies, levels, limits, masks, naming, pictures
from ae_core.data.own.arrays import check_size
from ae_core.data.own.pictures import Given
from ae_core.data.own.reading import Choices, Reading
from ae_core.errors import DataError, Message, UserError
from ae_core.files.reading import UNREADABLE
from ae_core.images import files

LEFT_OUT = Message("arrays and tables are left out where there are image files beside them")
_WORDS = "cls"  # the ending of files of a class


@dataclass(frozen=True)
class Entry:
    """A file in a folder or an archive: its path there, and how to get it or why not."""

    path: PurePosixPath
    bring: object  # as `Given.bring`


def walk(root: Path) -> list[Path]:
    """The files under a folder, by name, without what systems leave there.

    Links to folders, and links that lead out of the folder, are not followed; a pipe would be waited
    for, and is none.
    """
    found, inside = [], root.resolve()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            named = path.relative_to(root).as_posix()
            if not _leads_out(path, inside) and _is_plain(path) and not is_clutter(named):
                found.append(path)
        if len(found) > limits.MOST_ENTRIES:
            raise DataError(
                "{path} was expected to hold at most {most:,} files, but it has more; import it in "
                "parts.",
                path=root,
                most=limits.MOST_ENTRIES,
            )
    return found


def _leads_out(path: Path, folder: Path) -> bool:
    """Whether a path is a link out of a folder, or one that nobody can follow."""
    try:
        return path.is_symlink() and not path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):  # links that lead in a circle
        return True


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # what is wrong with it is told where it is read


def zipped(path: Path, choices: Choices, reading: Reading) -> list[Entry]:
    """The files of a ZIP, each read in memory when it is asked for."""
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise _damaged(path, error) from error
    named = (entry for entry in archive.infolist() if entry.filename)
    entries = [entry for entry in named if not entry.is_dir()]
    if len(entries) > limits.MOST_ENTRIES:
        raise too_many(path)
    check_size(path, sum(entry.file_size for entry in entries))
    names, page, others = naming.zip_names(entries, choices.names)
    if page:
        example = next(names[e.filename] for e in entries if not e.filename.isascii())
        reading.assume(
            Message(
                "Names in {path} were read as {page}: {example}.",
                path=path.name,
                page=page,
                example=example,
            ),
            "names",
            page,
            others,
        )
    found = []
    for entry in sorted(entries, key=lambda entry: names[entry.filename]):
        bring = Message("it is encrypted") if entry.flag_bits & 1 else _unzip(archive, entry)
        found.append(_inside(names[entry.filename], bring))
    return [entry for entry in found if not is_clutter(str(entry.path))]


def tarred(path: Path) -> list[Entry]:
    """The files of a tar archive, in its order; packed or not."""
    found, size = [], 0
    try:
        archive = tarfile.open(path, "r:*")
        for member in archive:
            size += member.size
            check_size(path, size)
            if len(found) > limits.MOST_ENTRIES:
                raise too_many(path)
            if member.isfile() and not is_clutter(member.name.removeprefix("./")):
                name = unicodedata.normalize("NFC", member.name)
                found.append(_inside(name, _untar(archive, member)))
    except (tarfile.TarError, *UNREADABLE) as error:
        raise _damaged(path, error) from error
    return found


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        "{path} was expected to be a whole archive, but it cannot be read ({error}); make it again.",
        path=path,
        # Of tar a reason for each way that was tried, a line each.
        error=str(error).partition(":\n")[0] if isinstance(error, tarfile.TarError) else error,
    )


def read(name: str, entries: list[Entry], choices: Choices, part: str = "") -> Reading:
    """The images of files that lie in folders, whose names are classes and parts."""
    reading = Reading()
    if not entries:
        return reading
    # Where some are named as images, what lies beside them says nothing of classes.
    named = [e for e in entries if e.path.suffix.lower()[1:] in files.SUFFIXES]
    images = [e for e in named or entries if not isinstance(e.bring, str)]
    for what in (lambda paths, look: levels.described(paths), masks.among, copies.among):
        whys = what(_paths(images), _look_at(images))
        why_of = {id(images[place]): why for place, why in whys.items()}
        images = [entry for entry in images if id(entry) not in why_of]
        entries = [Entry(e.path, why_of[id(e)]) if id(e) in why_of else e for e in entries]
    words = _words_beside(images, entries, choices)
    tables = [(e.path, e.bring) for e in entries if named and beside.may_be_table(e.path)]
    told = beside.Told() if words else beside.read(_paths(images), tables, choices, reading)
    if words:
        said = Message("Classes: the words in the .cls files beside the images.")
        reading.assume(said, "labels", _WORDS, ("none",))
        _, parts = levels.meaning(_paths(images), replace(choices, labels="none"), Reading())
        labels = [_word(entry) for entry in words]
    else:
        labels, parts = _meaning(images, told, tables, choices, reading)
    taken = {*map(id, images), *map(id, words), *(id(e) for e in entries if e.path in told.tables)}
    others = [
        replace(e, bring=LEFT_OUT) if named and beside.is_table(e.path) else e
        for e in entries
        if id(e) not in taken
    ]
    if told.parts:  # of those that no row names, the folders still tell it
        parts = [by_table or own for by_table, own in zip(told.parts, parts, strict=True)]
    photographs = told.photographs or [""] * len(images)
    rest = [(naming.NO_CLASS, "", "")] * len(others)
    given = [
        Given(
            f"{name}/{entry.path}" if name else str(entry.path), entry.bring, label, own or part, of
        )
        for entry, (label, own, of) in zip(
            images + others,
            [*zip(labels, parts, photographs, strict=True), *rest],
            strict=True,
        )
    ]
    reading.add(pictures.read(given, choices))
    return reading


def _look_at(images: list[Entry]) -> Callable[[int], np.ndarray | None]:
    """What gives the picture at a place among images; None for what is none."""

    def look(place: int) -> np.ndarray | None:
        try:
            return files.read(images[place].bring())
        except UserError:
            return None

    return look


def _paths(entries: list[Entry]) -> list[PurePosixPath]:
    return [entry.path for entry in entries]


def _meaning(
    images: list[Entry],
    told: beside.Told,
    tables: list[tuple[PurePosixPath, object]],
    choices: Choices,
    reading: Reading,
) -> tuple[list[str], list[str]]:
    """The class and the part of each image, by a table beside them or by their folders."""
    if not told.labels:
        labels, parts = levels.meaning(_paths(images), choices, reading)
        return _filled(_paths(images), labels, told, tables, choices, reading), parts
    _, parts = levels.meaning(_paths(images), replace(choices, labels="none"), Reading())
    return told.labels, parts


def _filled(
    images: list[PurePosixPath],
    labels: list[str],
    told: beside.Told,
    tables: list[tuple[PurePosixPath, object]],
    choices: Choices,
    reading: Reading,
) -> list[str]:
    """Labels by folders, with those of a table that lies beside a folder that tells none.

    Tiny ImageNet has folders of classes for training, and a table for validation.
    """
    labels, gaps = list(labels), {}
    for place, (path, label) in enumerate(zip(images, labels, strict=True)):
        if label == naming.UNLABELLED:
            gaps.setdefault(path.parent, []).append(place)
    for folder, places in gaps.items():
        near = [(path, bring) for path, bring in tables if path.parent in (folder, folder.parent)]
        sayings = Reading()
        seen = beside.read([images[n] for n in places], near, replace(choices, labels=""), sayings)
        for entry in sayings.assumed:  # the option labels is the folders' here
            reading.assume(entry.said)
        told.tables += seen.tables if seen.labels else []
        for place, label in zip(places, seen.labels, strict=False):
            labels[place] = label
    return labels


def _words_beside(images: list[Entry], entries: list[Entry], choices: Choices) -> list[Entry]:
    """The file beside each image that says its class, as WebDataset has them: 17.jpg and 17.cls."""
    if choices.labels not in ("", _WORDS):
        return []
    there = {e.path.with_suffix(""): e for e in entries if e.path.suffix == f".{_WORDS}"}
    there = {path: e for path, e in there.items() if not isinstance(e.bring, str)}
    found = [there.get(entry.path.with_suffix("")) for entry in images]
    return found if all(found) else []


def _word(entry: Entry) -> str:
    content = entry.bring()
    if isinstance(content, Path):
        with content.open("rb") as file:
            content = file.read(1000)
    return " ".join(content.decode("utf-8", "replace").split())[:80] or naming.UNLABELLED


def is_clutter(name: str) -> bool:
    """Whether systems left this file there without anybody's wish."""
    parts = name.split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return hidden or "__MACOSX" in parts or parts[-1].lower() in ("thumbs.db", "desktop.ini")


def _inside(name: str, bring: object) -> Entry:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]:
        bring = Message("its path points out of the archive")
    return Entry(path, bring)


def _unzip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo):
    def bring(most: int = files.LARGEST_FILE) -> bytes:
        try:
            with archive.open(entry) as file:
                return file.read(most + 1)
        except UNREADABLE as error:
            raise UserError("It is damaged inside its archive; make the archive again.") from error

    return bring


def _untar(archive: tarfile.TarFile, member: tarfile.TarInfo):
    def bring(most: int = files.LARGEST_FILE) -> bytes:
        try:
            # A read takes as much memory as it asks for, however short the member is.
            with archive.extractfile(member) as file:
                return file.read(min(most, member.size) + 1)
        except (tarfile.TarError, *UNREADABLE) as error:
            raise UserError("It is damaged inside its archive; make the archive again.") from error

    return bring


def too_many(path: Path) -> DataError:
    """The sentence for a folder or an archive of more files than an import reads."""
    return DataError(
        "{path} was expected to hold at most {most:,} files, but it has more; import it in parts.",
        path=path,
        most=limits.MOST_ENTRIES,
    )
