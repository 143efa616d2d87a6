"""What the names of folders mean: on which level they are classes, and on which parts."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from ae_core.data.own import naming
from ae_core.data.own.reading import Choices, Reading
from ae_core.errors import Message, UserError

_ALL = ("images", "image", "imgs", "img", "jpegimages")  # folders of images of all classes
_META = Message("it lies in a folder of what describes the set")


def meaning(
    paths: list[PurePosixPath], choices: Choices, reading: Reading
) -> tuple[list[str], list[str]]:
    """The class and the part of each file, by the folders it lies in."""
    folders = [tuple(unicodedata.normalize("NFC", p) for p in path.parts[:-1]) for path in paths]
    depth = max(map(len, folders), default=0)
    at = [
        [names[level] if level < len(names) else None for names in folders] for level in range(depth)
    ]
    told = _part_level(at) if choices.parts != "mix" else None
    parts = [""] * len(paths)
    if told is not None:
        of_name = naming.parts_of_folders({name for name in at[told] if name})
        parts = [of_name[name] if name else "" for name in at[told]]
    unlabelled = {n for n, names in enumerate(folders) if told is not None and _are_all(names, told)}
    for n in unlabelled:
        at[told + 1][n] = None
    level = _class_level(at, told, choices, reading)
    if level is None:
        return [naming.NO_CLASS] * len(paths), parts
    if told is not None:  # those of a part that has no folders of classes, as often the test
        flat = {parts[n] for n, name in enumerate(at[level]) if not name}
        flat -= {parts[n] for n, name in enumerate(at[level]) if name}
        unlabelled |= {n for n, part in enumerate(parts) if part in flat}
    missing = [naming.UNLABELLED if n in unlabelled else naming.NO_CLASS for n in range(len(paths))]
    return [name or other for name, other in zip(at[level], missing, strict=True)], parts


def _are_all(names: tuple[str, ...], told: int) -> bool:
    """Whether a file lies in a folder that holds the images of a part, whatever they are of."""
    return len(names) == told + 2 and names[-1].lower() in _ALL


def _part_level(at: list[list[str | None]]) -> int | None:
    """The level whose folders are train, validation and test, and nothing else."""
    for level, names in enumerate(at):
        seen = set(naming.parts_of_folders({name for name in names if name}).values())
        if "test" in seen or len(seen) > 1:
            return level
    return None


def _class_level(
    at: list[list[str | None]], told: int | None, choices: Choices, reading: Reading
) -> int | None:
    """The level that names the classes: the one that varies."""
    vary = [n for n, names in enumerate(at) if n != told and len({x for x in names if x}) > 1]
    if told is not None:  # train/train and test/test1 say the same twice
        vary = [n for n in vary if not all(naming.part_of_folder(x) for x in at[n] if x)]
    pieces = [n for n in range(len(at)) if _are_pieces(at[n])]
    vary = [n for n in vary if n not in pieces] if not choices.labels else vary
    if choices.labels == "none":
        reading.assume(Message("Labels: none, as was asked for."), "labels", "none")
        return None
    if choices.labels:
        if not choices.labels.isdecimal() or not 1 <= int(choices.labels) <= len(at):
            raise UserError(
                "A level of the folders was expected for the labels, from 1 to {most}, or none, but "
                "got {labels!r}.",
                most=len(at),
                labels=choices.labels,
            )
        level = int(choices.labels) - 1
    elif not vary and pieces:
        reading.assume(
            Message(
                "Classes: none, for the folders {names} are pieces of one set.",
                names=_some(at[pieces[0]]),
            ),
            "labels",
            "none",
            [str(n + 1) for n in pieces],
        )
        return None
    elif not vary:
        single = [n for n, names in enumerate(at) if n != told and any(names)]
        if told is not None or not single:
            return None
        level = single[-1]
    else:
        level = vary[0]
        crossed = [n for n in vary[1:] if _is_crossed(at[level], at[n])]
        if crossed:
            raise UserError(
                "Folders of two levels can be the classes, {one} or {other}; say which level with "
                "the option labels: {first} or {second}.",
                one=_some(at[level]),
                other=_some(at[crossed[0]]),
                first=level + 1,
                second=crossed[0] + 1,
            )
    others = [str(n + 1) for n in vary if n != level]
    reading.assume(
        Message(
            "Classes: the names of the folders on level {level}, {names}.",
            level=level + 1,
            names=_some(at[level]),
        ),
        "labels",
        str(level + 1),
        (*others, "none"),
    )
    return level


def _are_pieces(names: list[str | None]) -> bool:
    """Whether all folders of a level, and several, are pieces of one set."""
    seen = {name for name in names if name}
    return len(seen) > 1 and all(map(naming.is_piece, seen))


def _is_crossed(upper: list[str | None], lower: list[str | None]) -> bool:
    """Whether the same names of the lower level lie under several of the upper, in most files."""
    within: dict[str, set[str]] = {}
    for above, below in zip(upper, lower, strict=True):
        if above and below:
            within.setdefault(below, set()).add(above)
    have = sum(below is not None for below in lower)
    shared = sum(len(above) > 1 for above in within.values())
    return have > len(lower) / 2 and shared > len(within) / 2


def _some(names: list[str | None]) -> str:
    found = sorted({name for name in names if name})
    return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")


def described(paths: list[PurePosixPath]) -> dict[int, Message]:
    """The places of pictures that describe a set, in a folder beside those of its parts."""
    for level in range(max((len(path.parts) - 1 for path in paths), default=0)):
        names = [path.parts[level] if len(path.parts) > level + 1 else "" for path in paths]
        rest = {naming.part_of_folder(name) for name in names if name and not naming.describes(name)}
        if rest and "" not in rest and "" not in names:
            return {n: _META for n, name in enumerate(names) if naming.describes(name)}
    return {}
