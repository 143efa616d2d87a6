"""Reads whatever a person gives: files, folders, archives, arrays, tables; content decides.

Nothing is unpickled.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ae_core.data.own import (
    arrays,
    beside,
    class_names,
    encoded,
    folders,
    joining,
    limits,
    meanings,
    naming,
    numpy_files,
    orders,
    packed,
    unpacking,
)
from ae_core.data.own.folders import Entry
from ae_core.data.own.reading import PARTS, Array, Choices, Found, Reading, Source
from ae_core.data.own.recognise import BY_SUFFIX, kind_of
from ae_core.errors import DataError, Message
from ae_core.images import files
from ae_core.images.files import SUFFIXES
from ae_core.images.ranges import EACH
from ae_core.images.unread import PICKLE

_REFUSED = {
    "pickle": PICKLE,
    "keras": Message("It is a network of Keras, not a set of images."),
    "office": Message("It is a file of Excel or Office, which is not read: save its table as CSV."),
}
_ONE_BY_ONE = {"labels": "none", "parts": "mix", "pages": "first", "range": EACH}
_TABLES = ("npz", "mat", "hdf5", "parquet", "csv", "bin")  # each read by itself
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2|txz|tar\.\w+)$", re.I)  # how its name ends
_POOLED = ("npy", "idx")  # those of one folder belong together


def read(source: Path | list[Path], choices: Choices = Choices()) -> Reading:  # noqa: B008
    """Return all images of a file, a folder, or a list of them.

    Raises DataError for what cannot be read, UserError where two readings fit equally.
    """
    choices = class_names.asked(choices)
    reading = Reading()
    loose: list[Path] = []
    for path in source if isinstance(source, (list, tuple)) else [source]:
        path = Path(path)
        if path.is_dir():
            reading.add(_folder(path, choices))
        elif not path.is_file():
            raise DataError("A file or folder was expected at {path}, but there is none.", path=path)
        else:
            loose.append(path)
    reading.add(_files(loose, choices))
    if not choices.numbered:
        class_names.apply(reading)
    _say_parts(reading)
    return reading


def pictures(source: Path | list[Path]) -> Iterator[Found]:
    """All images of a file, a folder or a list of them, whatever they are of; one a file."""
    yield from read(source, Choices(**_ONE_BY_ONE)).found


def _folder(root: Path, choices: Choices, opens: bool = True) -> Reading:
    """The images of a folder; ``opens``: also of archives in it, where no images lie beside them."""
    reading = Reading()
    entries, tables, archives = [], [], []
    pools: dict[Path, list[Path]] = {}
    for path in folders.walk(root):
        short = PurePosixPath(path.relative_to(root).as_posix())
        if class_names.may_hold(short):
            reading.texts[str(short)] = lambda path=path: path
        kind = kind_of(path)
        if kind in _POOLED:
            pools.setdefault(path.parent, []).append(path)
        elif kind in _TABLES:
            tables.append(path)
        elif kind in ("zip", "tar"):
            archives.append(path)
        else:
            entries.append(Entry(short, _REFUSED.get(kind) or (lambda path=path: path)))
    images = any(not isinstance(e.bring, str) and files.is_image(e.bring()) for e in entries)
    if images and (tables or pools):  # annotations beside images are no images
        for path in (path for paths in (tables, *pools.values()) for path in paths):
            short = PurePosixPath(path.relative_to(root).as_posix())
            entries.append(Entry(short, _beside(path, kind_of(path))))
        tables, pools = [], {}
    if archives and opens and not images:
        told = _telling(root, tables, entries)
        reading.add(_opened(root, archives, choices, reading, told))
        archives, tables = [], [path for path in tables if path not in told]
        entries = [entry for entry in entries if root / entry.path not in told]
    why = Message("archives are imported by themselves, not inside a folder")
    if not opens:
        why = Message("an archive inside an archive inside another is not read: unpack it")
    entries += [Entry(PurePosixPath(path.relative_to(root).as_posix()), why) for path in archives]
    sources = []
    handed_in = [path for path in tables if beside.is_submission(path)]
    for path in handed_in:
        entries.append(Entry(PurePosixPath(path.relative_to(root)), beside.submission(path.name)))
    for path in (path for path in tables if path not in handed_in):
        with _skipped(path.relative_to(root), reading):
            source = _container(path, kind_of(path), choices, numpy_files.part_above(path, root))
            sources.append((path, source))
    loose, together = [path for paths in pools.values() for path in paths], None
    if len(loose) > 1:
        together = numpy_files.a_class_each(root, loose, choices) or numpy_files.singles(
            root, loose, choices
        )
    pools = {} if together else pools
    if not images:
        sources += _lists(entries)
    beside_pools = joining.labels_for(pools, sources, choices)
    found = [together or Reading()]
    for path, source in joining.joined(sources, choices, reading):
        if not _is_list(path, source, choices):
            with _skipped(path.relative_to(root), reading):
                found.append(_read(source, choices))
    for folder, paths in pools.items():
        short = folder.relative_to(root)
        with _skipped(short if len(paths) > 1 else paths[0].relative_to(root), reading):
            above = numpy_files.part_above(paths[0], root)
            tables = beside_pools.get(folder, {})
            found.append(numpy_files.pool(short.name or root.name, paths, choices, above, tables))
    reading.add(joining.together(found))
    entries = [entry for entry in entries if root / entry.path not in reading.used]
    left = folders.read("", entries, _for_pictures(reading, choices))
    if not images:  # what lies beside arrays tells no classes
        left.assumed = []
    reading.add(left)
    return reading


def _lists(entries: list[Entry]) -> list[tuple[Path, Source]]:
    """The texts among files that list labels, a line each, as sources."""
    texts = [e for e in entries if e.path.suffix.lower() == ".txt" and not isinstance(e.bring, str)]
    paths = [entry.bring() for entry in texts]
    named = [(path, joining.lists(path)) for path in paths]
    return [(path, Source(path.name, found)) for path, found in named if found]


def _is_list(path: Path, source: Source | Reading, choices: Choices) -> bool:
    """Whether a text was read as a list of labels, and is none of any images here."""
    text = path.suffix.lower() == ".txt" and isinstance(source, Source)
    return text and not meanings.has_images(source, choices)


def _beside(path: Path, kind: str) -> Callable[[], Path] | Message:
    """A file beside images: a table of text may say something of them; else why it is left out."""
    return (lambda: path) if kind == "csv" else folders.LEFT_OUT


def _for_pictures(reading: Reading, choices: Choices) -> Choices:
    """The choices for picture files: labels that were named for arrays are none of theirs."""
    return replace(choices, labels="") if reading.found else choices


@contextmanager
def _skipped(path: Path, reading: Reading) -> Iterator[None]:
    """A file of a folder that cannot be read is left out, as a picture would be."""
    try:
        yield
    except DataError as error:
        why = error.message
        if "path" in why.values:  # not where it was unpacked to
            why = Message(why.template, **why.values | {"path": path.name})
        reading.found.append(Found(path.as_posix(), naming.NO_CLASS, why))


def _files(paths: list[Path], choices: Choices) -> Reading:
    """Files that were named one by one."""
    reading, pool, entries, tables = Reading(), [], [], []
    kinds = [(path, kind_of(path)) for path in paths]
    images = any(kind == "picture" and files.is_image(path) for path, kind in kinds)
    for path, kind in kinds:
        if class_names.may_hold(PurePosixPath(path.name)):
            reading.texts[path.name] = lambda path=path: path
        if kind in _POOLED:
            pool.append(path)
        elif images and kind == "csv":  # it may say something of them
            entries.append(Entry(PurePosixPath(path.name), lambda path=path: path))
        elif len(paths) > 1 and kind == "csv" and beside.is_submission(path):
            entries.append(Entry(PurePosixPath(path.name), beside.submission(path.name)))
        elif kind in _TABLES or kind in ("zip", "tar"):
            tables.append((path, _container(path, kind, choices)))
        elif kind in _REFUSED and len(paths) == 1:
            raise DataError("{path}: {reason}", path=path, reason=_REFUSED[kind])
        else:
            bring = _REFUSED.get(kind) or (lambda path=path: path)
            entries.append(Entry(PurePosixPath(path.name), bring))
    if not images:
        tables += _lists(entries)
    of_pool = joining.labels_for({path.parent for path in pool}, tables, choices)
    found = [
        _read(source, choices)
        for path, source in joining.joined(tables, choices, reading)
        if not _is_list(path, source, choices)
    ]
    if pool:
        told = {path: columns for of in of_pool.values() for path, columns in of.items()}
        found.append(
            numpy_files.a_class_each(Path(pool[0].anchor), pool, choices)
            or numpy_files.pool("", pool, choices, beside=told)
        )
    reading.add(joining.together(found))
    used = {path.name for path in reading.used}
    entries = [entry for entry in entries if entry.path.name not in used]
    reading.add(folders.read("", entries, _for_pictures(reading, choices)))
    return reading


def _read(source: Source | Reading, choices: Choices) -> Reading:
    if isinstance(source, Reading):
        return source
    if (inside := encoded.read(source, choices)) is not None:
        return inside
    each = list(source.arrays.values())
    singles = len(each) >= limits.FEWEST_IMAGES and not choices.images
    if singles and all(orders.one_image(array, choices) for array in each):
        if not meanings.are_classes(source, choices):
            return numpy_files.one_by_one(source, choices)
    return meanings.read(source, choices)


def _container(path: Path, kind: str, choices: Choices, above: str = "") -> Source | Reading:
    """A file of many images: its arrays, or all images where they are files inside it."""
    part = "" if choices.parts == "mix" else naming.part_of(path.stem) or above
    if kind in ("zip", "tar"):
        reading = Reading()
        entries = folders.zipped(path, choices, reading) if kind == "zip" else folders.tarred(path)
        inner = [e for e in entries if _may_hold_arrays(e.path)]
        if inner and not any(e.path.suffix.lower()[1:] in SUFFIXES for e in entries):
            reading.add(_unpacked(path, entries, choices))
            return reading
        entries = [
            Entry(e.path, folders.LEFT_OUT) if e in inner and not beside.is_table(e.path) else e
            for e in entries
        ]
        texts = [e for e in entries if class_names.may_hold(e.path) and not isinstance(e.bring, str)]
        reading.texts |= {f"{path.name}/{entry.path}": entry.bring for entry in texts}
        reading.add(folders.read(path.name, entries, choices, part))
        return reading
    if kind not in ("csv", "zip", "tar") and packed.is_packed(path):
        with arrays.whole(path):
            inside = packed.unpack(path, unpacking.room())
        arrays.check_size(path, inside.stat().st_size)
        path = inside
    found: dict[str, Array] | Reading | None
    backwards = False
    if kind == "parquet":
        from ae_core.data.own import parquet

        found = parquet.read(path, choices, part)
        if isinstance(found, Reading):
            return found
    elif kind == "csv":
        from ae_core.data.own import tables

        found = tables.csv(path, choices)
    elif kind == "hdf5":
        from ae_core.data.own import matlab

        found, backwards = matlab.hdf5(path)
    elif kind == "mat":
        from ae_core.data.own import matlab

        found = matlab.mat(path)
    elif kind == "bin":
        found = arrays.raw(path)
        if found is None:
            return folders.read("", [Entry(PurePosixPath(path.name), lambda: path)], choices)
    else:
        found = arrays.npz(path)
    is_matlab = path.suffix.lower() == ".mat"
    by_python = is_matlab and arrays.by_python(path)
    return Source(path.name, found, part, backwards, is_matlab, by_python)


def _may_hold_arrays(path: PurePosixPath) -> bool:
    ending = PurePosixPath(packed.unpacked_name(path.name)).suffix.lower()
    return ending in BY_SUFFIX or "ubyte" in path.name or ".tar." in path.name.lower()


def _unpacked(path: Path, entries: list[Entry], choices: Choices) -> Reading:
    """An archive of arrays, tables or archives, read as the folder that it unpacks to."""
    root, reading = unpacking.room() / path.stem, Reading()
    unpacking.unpack(path, entries, root, reading, path.stat().st_size)
    reading.add(_folder(root, choices))
    return reading


def _opened(
    root: Path, archives: list[Path], choices: Choices, reading: Reading, beside: list[Path]
) -> Reading:
    """The archives of a folder, read as folders of their names; all of them are one source.

    ``beside``: tables and texts that lie beside them, as Kaggle's labels do.
    """
    room, size, count = unpacking.room(), 0, 0
    packed = sum(path.stat().st_size for path in archives)
    for path in archives:
        short, entries = path.relative_to(root), []
        with _skipped(short, reading):
            is_zip = kind_of(path) == "zip"
            entries = folders.zipped(path, choices, reading) if is_zip else folders.tarred(path)
        count += len(entries)
        if count > limits.MOST_ENTRIES:
            raise folders.too_many(root)
        plain = short.with_name(_ARCHIVE.sub("", short.name) or short.name)
        target = room / (short if (room / plain).exists() else plain)
        size = unpacking.unpack(root, entries, target, reading, packed, size)
    for path in beside:
        target = room / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        with arrays.whole(path):
            shutil.copyfile(path, target)
    return _folder(room, choices, opens=False)


def _telling(root: Path, tables: list[Path], entries: list[Entry]) -> list[Path]:
    """The tables and texts beside archives that may tell something of the images in these."""
    texts = [root / e.path for e in entries if e.path.suffix.lower() in (".txt", ".json")]
    found, size = [], 0
    for path in [*(path for path in tables if kind_of(path) == "csv"), *texts]:
        size += path.stat().st_size
        if size <= files.LARGEST_FILE:
            found.append(path)
    return found


def _say_parts(reading: Reading) -> None:
    images = [found for found in reading.found if not isinstance(found.picture, str)]
    counts = {part: sum(found.part == part for found in images) for part in PARTS}
    # What has no part of its own beside others is for training.
    counts["train"] += len(images) - sum(counts.values())
    if not counts["train"] or counts["train"] == len(images):
        return
    reading.assume(
        Message(
            "Parts as named: {train:,} for training, {validation:,} for validation, {test:,} for the "
            "test.",
            train=counts["train"],
            validation=counts["validation"],
            test=counts["test"],
        ),
        "parts",
        "keep",
        ("mix",),
    )
