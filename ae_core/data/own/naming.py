"""What names tell: the part of a set, the role of an array, the code page of a ZIP."""

from __future__ import annotations

import re
import unicodedata
import zipfile

from ae_core.errors import UserError

NO_CLASS, UNLABELLED = "image", "unlabelled"
_PART_WORDS = {
    "train": ("train", "training", "tr", "trn", "extra", "unlabeled", "unlabelled"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "tst", "te", "t10k", "publictest", "privatetest"),
}
_PART = {word: part for part, words in _PART_WORDS.items() for word in words}
_FOLDER_PART = {w: p for w, p in _PART.items() if w not in ("tr", "te", "extra")}
_ROLE_WORDS = {
    "image": "x image images img imgs data pixels picture pictures inputs input",
    "label": "y label labels target targets class classes gt category emotion digit",
    "id": "id ids index idx indices filename filenames file path paths name names key keys",
    "split": "split splits usage subset partition part",
    "title": "shape title",
    "mask": "mask masks seg segmentation",
    "photograph": "photo photos photograph photographs",
}
_ROLE = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
_NOISE = ("idx1", "idx3", "ubyte", "uint8", "gz")
_CODE_PAGES = ("cp850", "cp437", "cp1252", "cp932", "cp866", "gb2312")


def words_of(name: str) -> list[str]:
    """The words of an array's or a file's name: "X_train" is x, train; "trainImages" too."""
    name = re.sub(r"([a-z\d])([A-Z])", r"\1 \2", name)
    found = [word for word in re.split(r"[\W_]+", name.lower()) if word and word not in _NOISE]
    glued = [re.fullmatch(r"([xy])(train|val|valid|test|tr|te)", word) for word in found]
    parts = [match.groups() if match else (word,) for match, word in zip(glued, found, strict=True)]
    return [word for group in parts for word in group]


def part_of(name: str) -> str:
    """Which part of a set a name tells: one of `reading.PARTS`, or ""."""
    found = {_PART[word] for word in words_of(name) if word in _PART}
    return found.pop() if len(found) == 1 else ""


def part_of_folder(name: str) -> str:
    """As :func:`part_of`, of a folder that is named after its part and nothing else."""
    words = [word for word in words_of(name) if word not in ("set", "data", "images", "split")]
    return _FOLDER_PART.get(words[0], "") if len(words) == 1 else ""


def bare(name: str) -> str:
    """A name without what tells its part: "x" for "X_train"."""
    return "_".join(word for word in words_of(name) if word not in _PART)


def role_of(name: str) -> str:
    """What an array's name says it is: "image", "label", "id", "split", "mask", "title" or ""."""
    roles = [_ROLE[word] for word in words_of(name) if word in _ROLE]
    if "names" in words_of(name) and "label" in roles:
        return "class names"
    return next((role for role in ("mask", "label", "split", "image") if role in roles), "") or next(
        iter(roles), ""
    )


def zip_names(entries: list[zipfile.ZipInfo], chosen: str = "") -> tuple[dict[str, str], str]:
    """Names as they were meant, by the archive's own, and the code page that was guessed, or "".

    The format says whether a name is UTF-8; where it does not, Windows wrote its own code page, and
    the one that makes words of all names is taken. UserError for a `chosen` one that cannot be.
    """
    said = {entry.filename: _plain(entry.filename) for entry in entries}
    raw = {}
    for entry in entries:
        if not entry.flag_bits & 0x800 and not entry.filename.isascii():
            raw[entry.filename] = entry.filename.encode("cp437")
    if not raw:
        return said, ""
    page = chosen
    if not page:
        pages = [page for page in ("utf-8", *_CODE_PAGES) if _decoded(raw, page)]
        page = min(pages, key=lambda page: (page != "utf-8", _oddness(_decoded(raw, page))))
    names = _decoded(raw, page)
    if names is None:
        raise UserError(
            "The names in the archive cannot be read as {page}; choose another encoding, for example "
            "cp850, cp932 or utf-8.",
            page=page,
        )
    return said | {key: _plain(name) for key, name in names.items()}, page


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _decoded(raw: dict[str, bytes], page: str) -> dict[str, str] | None:
    try:
        return {key: name.decode(page) for key, name in raw.items()}
    except (UnicodeDecodeError, LookupError):
        return None


def _oddness(names: dict[str, str]) -> float:
    """How unlike words the names are: signs, capitals within words, two scripts in one word."""
    odd = 0.0
    for name in names.values():
        for before, letter in zip(" " + name, name, strict=False):
            kind = _script(letter)
            if letter.isascii():
                # A Latin letter right after a foreign one is rare, after another Latin one not.
                odd += letter.isalpha() and _script(before) not in ("", "LATIN") and 1
                continue
            odd += {"": 3.0, "GREEK": 1.0, "HALFWIDTH": 1.5}.get(kind, 0.0)
            odd += before.isalpha() and _script(before) != kind
            odd += before.islower() and letter.isupper()
            odd += letter in "ªºßÐÞþðýÿƒ" and 0.5
    return odd


def _script(letter: str) -> str:
    """The script of a letter, "" for a sign or a figure."""
    if not letter.isalpha():
        return "CJK" if "WAVE DASH" in unicodedata.name(letter, "") else ""
    first = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    return "CJK" if first in ("HIRAGANA", "KATAKANA") else first
