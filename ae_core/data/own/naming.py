"""What names tell: the part of a set, the role of an array, the code page of a ZIP."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Collection

from ae_core.data.own import code_pages
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
    "label": "y label labels target targets class classes gt category emotion digit species breed "
    "variety dx diagnosis diagnostic",
    "id": "id ids index idx indices filename filenames file path paths name names key keys",
    "split": "split splits usage subset partition part",
    "title": "shape title",
    "mask": "mask masks seg segmentation",
    "photograph": "photo photos photograph photographs",
}
_ROLE = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
_GLUED = r"([xy])(train|val|valid|test|tr|te)|(train|val|test)(\d+)"  # y_test, train2017
_PIECE = re.compile(
    r"(.*[\W_])?(part|batch|chunk|shard|piece|volume|vol|images?|imgs?)[\W_]*\d+", re.I
)
_NOISE = ("idx1", "idx3", "ubyte", "uint8", "gz")


def words_of(name: str) -> list[str]:
    """The words of an array's or a file's name: "X_train" is x, train; "trainImages" too."""
    name = re.sub(r"([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", name)
    found = [word for word in re.split(r"[\W_]+", name.lower()) if word and word not in _NOISE]
    glued = [re.fullmatch(_GLUED, word) for word in found]
    parts = [match.groups() if match else (word,) for match, word in zip(glued, found, strict=True)]
    return [word for group in parts for word in group if word]


def part_of(name: str) -> str:
    """Which part of a set a name tells: one of `reading.PARTS`, or ""."""
    found = {_PART[word] for word in words_of(name) if word in _PART}
    return found.pop() if len(found) == 1 else ""


def part_of_folder(name: str) -> str:
    """As :func:`part_of`, of a folder that is named after its part and nothing else."""
    words = [word for word in words_of(name) if word not in ("set", "data", "images", "split")]
    words = words[:1] + [word for word in words[1:] if not word.isdecimal()]
    return _FOLDER_PART.get(words[0], "") if len(words) == 1 else ""


def parts_of_folders(names: Collection[str]) -> dict[str, str]:
    """The part of each folder of a level; {} where not all are named after parts.

    They may have other words too, if these are the same: DIV2K_train_HR and DIV2K_valid_HR.
    """
    parts = {name: part_of_folder(name) for name in names}
    if all(parts.values()):
        return parts
    rest = {tuple(w for w in words_of(name) if w not in _FOLDER_PART) for name in names}
    told = {name: [_FOLDER_PART[w] for w in words_of(name) if w in _FOLDER_PART] for name in names}
    if len(rest) > 1 or any(len(each) != 1 for each in told.values()):
        return {}
    parts = {name: part for name, (part,) in told.items()}
    return parts if "train" in parts.values() and len(set(parts.values())) > 1 else {}


def is_piece(name: str) -> bool:
    """Whether a folder is named as one of several that a large set was cut into: part_2, batch1."""
    return _PIECE.fullmatch(name) is not None


def describes(name: str) -> bool:
    """Whether a folder is named as one of what describes a set, as GTSRB's Meta."""
    return name.lower() in ("meta", "metadata", "meta_data", "meta-data")


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


def zip_names(
    entries: list[zipfile.ZipInfo], chosen: str = ""
) -> tuple[dict[str, str], str, list[str]]:
    """Names as they were meant, by the archive's own; the code page that was guessed, or ""; others.

    The format says whether a name is UTF-8; where it does not, Windows wrote its own code page, and
    the one that makes words of all names is taken. UserError for a `chosen` one that cannot be.
    """
    said = {entry.filename: _plain(entry.filename) for entry in entries}
    unsaid = [e.filename for e in entries if not e.flag_bits & 0x800 and not e.filename.isascii()]
    if not unsaid:
        return said, "", []
    raw = [name.encode("cp437") for name in unsaid]
    pages = code_pages.likeliest(raw)
    page = chosen or next(page for page in pages if code_pages.decoded(raw, page) is not None)
    names = code_pages.decoded(raw, page)
    if names is None:
        raise UserError(
            "The names in the archive cannot be read as {page}; choose another encoding, for example "
            "cp850, cp932 or utf-8.",
            page=page,
        )
    meant = {name: _plain(read) for name, read in zip(unsaid, names, strict=True)}
    return said | meant, page, [other for other in pages if other != page]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
