"""What a column says of the parts of a set: in words, or in the numbers that usual sets have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ae_core.data.own import naming
from ae_core.data.own.reading import PARTS
from ae_core.errors import Message

_NAMES = {"split", "splits", "usage", "subset", "partition", "part", "phase", "fold", "dataset"}
_ORDERED = _NAMES - {"fold"}  # a fold's number tells no part
_SAYS = {"is", "in", "split", "set", "training", "testing", "validation"}  # with a part: of it or not
_TRUE, _FALSE = {"1", "true", "yes"}, {"0", "false", "no"}


def may_be_named(name: str) -> bool:
    """Whether a column is named as one of parts; "set" alone or at the end of other words is, too."""
    words = _words(name)
    return bool(words) and (bool(_NAMES & set(words)) or _is_set(words))


def _words(name: str) -> list[str]:
    """The words of the last of several names: of images.set, as MATLAB's structures have it."""
    return naming.words_of(re.split(r"[./]", name)[-1])


def _is_set(words: list[str]) -> bool:
    return words[-1] == "set" and not naming.part_of("_".join(words))


def told(name: str, values: Iterable[str | None]) -> dict[str, str]:
    """The part that each value of a column means; {} where they tell none.

    Words in a column of any name tell parts where each does and there are several; numbers where the
    column is named as one of parts and they are 0 to 2 or 1 to 3, for training, validation and test,
    or where it is named after a part that 0 and 1 deny and affirm.
    """
    seen = {value for value in values if value is not None} - {"", naming.UNLABELLED}
    if not seen or len(seen) > 100:
        return {}
    lower = {value: value.lower() for value in seen}
    if set(lower.values()) <= _TRUE | _FALSE and len(seen) == 2:
        return _flag(name, lower)
    words = _words(name)
    if all(value.isdecimal() for value in seen):
        ordered = bool(_ORDERED & set(words)) or bool(words) and _is_set(words)
        first = min(int(value) for value in seen)
        last = max(int(value) for value in seen)
        if not ordered or last - first != 2 or first not in (0, 1):
            return {}
        return {value: PARTS[int(value) - first] for value in seen}
    parts = {value: naming.part_of(value) for value in seen}
    if may_be_named(name):
        return parts if any(parts.values()) else {}
    strict = {naming.part_of_folder(value) for value in seen}
    return parts if "" not in strict and "train" in strict and len(strict) > 1 else {}


def _flag(name: str, lower: dict[str, str]) -> dict[str, str]:
    """The parts of a column that is named after one, as "is_train" or CUB's "train_test_split"."""
    words = _words(name)
    parts = [part for word in words if (part := naming.part_of(word))]
    if not parts or not _SAYS & set(words):  # a train is a vehicle, too
        return {}
    other = "train" if parts[0] != "train" else "test"
    return {value: parts[0] if word in _TRUE else other for value, word in lower.items()}


def in_words(column: str, path: str, parts: dict[str, str]) -> Message:
    """The sentence for numbers that were read as parts."""
    said = None
    for value in sorted(parts):
        one = {
            "train": Message("{value} training", value=value),
            "validation": Message("{value} validation", value=value),
            "test": Message("{value} test", value=value),
        }[parts[value]]
        said = one if said is None else Message("{first}, {other}", first=said, other=one)
    return Message(
        "Parts: column {column} of {path}, {values}.", column=column, path=path, values=said
    )
