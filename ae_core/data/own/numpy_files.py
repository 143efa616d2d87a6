"""NumPy and IDX files of one folder, which belong together: images, labels, parts, an image each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from ae_core.data.own import arrays, class_files, joining, levels, meanings, naming, orders, packed
from ae_core.data.own.reading import Array, Choices, Reading, Source
from ae_core.data.own.recognise import kind_of
from ae_core.errors import Message


def pool(
    name: str,
    paths: list[Path],
    choices: Choices,
    part: str = "",
    beside: dict[Path, dict[str, Array]] | None = None,
) -> Reading:
    """The arrays of one folder, which belong together: images, labels, parts, or an image a file.

    ``beside``: the columns of tables in the same folder.
    """
    found: dict[str, Array] = {}
    reading = Reading()
    for path in sorted(paths, key=lambda path: (packed.is_packed(path), path.name)):
        for key, array in (arrays.npy(path) if kind_of(path) == "npy" else arrays.idx(path)).items():
            if key in found:
                said = Message("{path} was left out: it is there unpacked too.", path=path.name)
                reading.assume(said)
            found.setdefault(key, array)
    found = _told(beside or {}, found, choices, reading) | found
    if choices.parts == "mix":
        part = ""
    called = name or "files" if len(paths) > 1 else paths[0].name
    if len(found) == 1 and not part and choices.parts != "mix":
        part = naming.part_of(next(iter(found)))
    reading.add(meanings.read(Source(called, found, part), choices))
    return reading


def _told(
    beside: dict[Path, dict[str, Array]],
    found: dict[str, Array],
    choices: Choices,
    reading: Reading,
) -> dict[str, Array]:
    """The columns of tables beside arrays; those of lists only where they are of the images."""
    told: dict[str, Array] = {}
    counts = meanings.counts(Source("", found), choices)
    for path, columns in beside.items():
        fit = joining.fitted(path.name, columns, counts, reading)
        if fit or path.suffix.lower() != ".txt":
            told |= fit or columns
            reading.used.add(path)
    return told


def a_class_each(root: Path, paths: list[Path], choices: Choices) -> Reading | None:
    """The images of NumPy files of rows, a file a class as QuickDraw has them, or None."""
    found = {}
    for path in paths:
        if kind_of(path) != "npy":
            return None
        array, *others = arrays.npy(path).values()
        if others or len(array.shape) != 2 or array.dtype.kind not in "buif":
            return None
        found[path] = array
    classes = class_files.of_rows(found, choices)
    if not classes:
        return None
    mixed = choices.parts == "mix"
    known = {
        path.relative_to(root).as_posix(): (of, "" if mixed else part_above(path, root))
        for path, of in classes.items()
    }
    named = dict(zip(known, found.values(), strict=True))
    return meanings.read(Source(root.name or "files", named), choices, known)


def singles(root: Path, paths: list[Path], choices: Choices) -> Reading | None:
    """The images of NumPy files of one image each, or None where some are of many."""
    found = {}
    for path in paths:
        if kind_of(path) != "npy":
            return None
        array, *others = arrays.npy(path).values()
        if others or orders.one_image(array, choices) is None:
            return None
        found[path.relative_to(root).as_posix()] = array
    return one_by_one(Source(root.name, found), choices)


def one_by_one(source: Source, choices: Choices) -> Reading:
    """The images of arrays of one image each, whose names are paths: of files, or in a file."""
    reading = meanings.read_single(source, choices)
    paths = [PurePosixPath(name) for name in source.arrays]
    labels, parts = levels.meaning(paths, choices, reading)
    named = zip(reading.found, labels, parts, strict=True)
    reading.found = [replace(one, label=label, part=part) for one, label, part in named]
    return reading


def part_above(path: Path, root: Path) -> str:
    told = [naming.part_of_folder(name) for name in path.relative_to(root).parts[:-1]]
    return next((part for part in told if part), "")
