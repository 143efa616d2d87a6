"""Names of classes that stand in a file of their own: one a line, or each beside its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from ae_core.data.own import naming
from ae_core.data.own.reading import Asked, Choices, Reading
from ae_core.errors import Message, UserError
from ae_core.files.reading.objects import parse
from ae_core.images.files import SUFFIXES

NUMBERS, NAMES = "as-numbers", "as-names"  # what the option labels may say too
_WORDS = set(
    "class classes classname classnames label labels name names meta mapping category categories "
    "synset synsets signnames words".split()
)
_ENDINGS = (".txt", ".names", ".csv", ".tsv", ".json")
_MOST_FILES = 12
_LARGEST = 4 << 20  # bytes
_CODE = re.compile(r"n\d{8}")  # of WordNet
_LONGEST = 60  # characters of a name
_TITLES = {"name", "names", "label", "labels", "class", "classes", "class_name", "classname"}
_NUMBERED = re.compile(r"\W*(\d{1,6})\s*[\s,;:=|]\s*(\S.*?)\s*")  # 3 cat; 3,cat; 3: cat
_AFTER = re.compile(r"(\S.*?)\s*[\s,;:=|]\s*(\d{1,6})")  # cat 3

Names = dict[int, str] | list[str]


def asked(choices: Choices) -> Asked:
    """The choices without what the option labels says of names, which is apart."""
    words = [word.strip() for word in choices.labels.split(",")]
    rest = ",".join(word for word in words if word not in (NUMBERS, NAMES))
    return Asked(**vars(choices) | {"labels": rest, "numbered": NUMBERS in words})


def may_hold(path: PurePosixPath) -> bool:
    """Whether a file is named as one of names of classes."""
    said = {*naming.words_of(path.stem), *naming.words_of(path.name)}
    return path.suffix.lower() in _ENDINGS and bool(said & _WORDS)


def apply(reading: Reading) -> None:
    """Give classes that are numbers the names that a file beside them has, and say so."""
    images = [n for n, found in enumerate(reading.found) if not isinstance(found.picture, str)]
    known = {reading.found[n].label for n in images} - {naming.NO_CLASS, naming.UNLABELLED}
    if known and all(_CODE.fullmatch(label) for label in known):
        _name_codes(reading, images, known)
    if not known or not all(label.isdecimal() for label in known):
        return
    numbers = {int(label) for label in known}
    fit: dict[str, dict[int, str]] = {}
    for name, bring in list(reading.texts.items())[:_MOST_FILES]:
        path = PurePosixPath(name)
        names = _read(path, bring)
        if len(names) >= len(images):  # it is about the images, not the classes
            continue
        if named := _fitted(names, numbers):
            fit[name] = named
        elif isinstance(names, list) and 0 not in numbers and max(numbers) < len(names):
            said = Message(
                "Classes keep their numbers: {path} may count its names from 0 or from 1.",
                path=path.name,
            )
            reading.assume(said)
    exact = {name: named for name, named in fit.items() if len(named) == len(numbers)} or fit
    of_numbers = {tuple(named[number] for number in sorted(numbers)) for named in exact.values()}
    if len(of_numbers) > 1:
        listed = ", ".join(PurePosixPath(name).name for name in exact)
        said = Message(
            "Classes keep their numbers: several files may have their names ({names}).", names=listed
        )
        reading.assume(said)
        return
    for name, named in list(exact.items())[:1]:
        by_label = {label: named[int(label)] for label in known}
        _rename(reading, images, name, by_label, exact)


def _rename(
    reading: Reading, images: list[int], name: str, named: dict[str, str], used: Collection[str]
) -> None:
    """Give classes the names of a file; those that are ``used`` are no files that were left out."""
    said = Message("Names of the classes: {path}.", path=PurePosixPath(name).name)
    reading.assume(said, "labels", NAMES, (NUMBERS,))
    for n in images:
        found = reading.found[n]
        reading.found[n] = replace(found, label=named.get(found.label, found.label))
    reading.found = [
        one for one in reading.found if not isinstance(one.picture, str) or one.name not in used
    ]


def _name_codes(reading: Reading, images: list[int], known: set[str]) -> None:
    """Give classes that are codes of WordNet, as ImageNet's, the first word of a file for each."""
    for name, bring in list(reading.texts.items())[:_MOST_FILES]:
        rows = [line.split(None, 1) for line in _lines(bring)]
        words = {row[0]: row[1].strip() for row in rows if len(row) == 2 and row[0] in known}
        short = {code: word.partition(",")[0][:_LONGEST] for code, word in words.items()}
        if len(words) == len(known) and all(short.values()):
            distinct = len(set(short.values())) == len(short)
            long = {code: f"{word} ({code})" for code, word in short.items()}
            _rename(reading, images, name, short if distinct else long, [name])
            return


def _lines(bring: Callable[[], Path | bytes]) -> list[str]:
    """The lines of a text; none of what is too large or cannot be read."""
    try:
        content = bring()
        if isinstance(content, Path):
            with content.open("rb") as file:
                content = file.read(_LARGEST + 1)
    except (UserError, OSError):
        return []
    text = content.decode("utf-8-sig", "replace") if len(content) <= _LARGEST else ""
    return [line.strip() for line in text.splitlines()]


def _read(path: PurePosixPath, bring: Callable[[], Path | bytes]) -> Names:
    """The names of a file: by their numbers, or one after another; none where it has no such."""
    lines = [line for line in _lines(bring) if line]
    if path.suffix.lower() == ".json":
        try:
            return _of_json(parse("\n".join(lines).encode()))
        except ValueError:
            return []
    lines = [line.strip('"') for line in lines]
    separators = "," if path.suffix.lower() == ".csv" else "\t"
    if any(line.count(separators) > 1 for line in lines):  # a table of more than names
        return []
    codes = of_codes([line.split() for line in lines])
    if codes and "mapping" in naming.words_of(path.stem):
        return codes
    for pattern, number, word in ((_NUMBERED, 1, 2), (_AFTER, 2, 1)):
        matches = [pattern.fullmatch(line) for line in lines]
        matches = matches[1:] if matches and not matches[0] else matches  # a title
        if matches and all(matches):
            return _numbered([(match[number], match[word].strip('"')) for match in matches])
    lines = lines[1:] if lines and lines[0].lower() in _TITLES else lines
    return lines if _are_names(lines) else []


def of_codes(rows: Sequence[Sequence[Any]]) -> dict[int, str]:
    """The letters of EMNIST's classes, which stand there by their codes: 10, 65, 97 is Aa."""
    rows = [[str(word) for word in row] for row in rows]
    if not all(1 < len(row) < 5 and all(word.isdecimal() for word in row) for row in rows):
        return {}
    codes = [[int(word) for word in row[1:]] for row in rows]
    if not all(32 < code < 0x3000 for row in codes for code in row):
        return {}
    return _numbered([(row[0], "".join(map(chr, of))) for row, of in zip(rows, codes, strict=True)])


def _of_json(value: Any) -> Names:
    """The names of a list, of numbers and names, or of names and numbers."""
    value = value.get("categories", value) if isinstance(value, dict) else value
    if isinstance(value, list):
        if all(isinstance(one, dict) and {"id", "name"} <= one.keys() for one in value):
            return _numbered([(str(one["id"]), str(one["name"])) for one in value])
        return value if all(isinstance(v, str) for v in value) and _are_names(value) else []
    if not isinstance(value, dict):
        return []
    last = {key: v[-1] if isinstance(v, list) and v else v for key, v in value.items()}
    if all(isinstance(v, int) for v in last.values()):
        return _numbered([(str(v), key) for key, v in last.items()])
    return _numbered([(key, v) for key, v in last.items() if isinstance(v, str)])


def _numbered(pairs: list[tuple[str, str]]) -> dict[int, str]:
    named = {int(number): word for number, word in pairs if number.isdecimal()}
    return named if len(named) == len(pairs) and _are_names(list(named.values())) else {}


def _are_names(words: list[str]) -> bool:
    """Whether words are short, all different, and neither numbers nor names of files."""
    short = all(0 < len(word) <= _LONGEST for word in words)
    short = short and not any(PurePosixPath(word).suffix[1:].lower() in SUFFIXES for word in words)
    return short and len(set(words)) == len(words) and not all(word.isdecimal() for word in words)


def _fitted(names: Names, numbers: set[int]) -> dict[int, str]:
    """The names by number, where each of the numbers has one; numbers of a list from 0 or from 1."""
    if isinstance(names, list):
        first = 0 if 0 in numbers else 1
        if first and max(numbers) != len(names):  # they may as well be counted from 0
            return {}
        names = {first + place: name for place, name in enumerate(names)}
    return names if names and numbers <= names.keys() else {}
