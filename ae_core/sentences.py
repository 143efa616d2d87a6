"""What the program says of itself, in Portuguese; its source and command line say it in English.

``sentences.pt-BR.json`` pairs each sentence as the source writes it, ``{0}``, ``{1}`` ... where
values stand, with its translation. A sentence is known by its words alone, so one that was read from
a status file or came from another process is translated like one that was raised here. A test finds
the sentences in the source and proves that none is missing.
"""

from __future__ import annotations

import functools
import json
import re
import string
from pathlib import Path

_FILE = Path(__file__).with_name("sentences.pt-BR.json")
_NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?")
_COMMAS = str.maketrans(",.", ".,")


def portuguese(said: str) -> str:
    """Return a sentence of the program, several of them, or a part of one in Portuguese.

    Numbers in it are written as in Portuguese; what is not the program's own stays as it is.
    """
    for texts, pattern, names, words in _catalogue():
        if all(text in said for text in texts) and (found := pattern.fullmatch(said)):
            parts = dict(zip(names, found.groups(), strict=True))
            values = {n: _value(v) if n.isdigit() else portuguese(v) for n, v in parts.items()}
            return words.format(*(values[n] for n in names if n.isdigit()), **values)
    sentences = re.split(r"(?<=[.?!]) ", said)
    return " ".join(map(portuguese, sentences)) if len(sentences) > 1 else said


def _value(said: str) -> str:
    return said.translate(_COMMAS) if _NUMBER.fullmatch(said) else portuguese(said)


@functools.cache
def _catalogue() -> list[tuple[list[str], re.Pattern, list[str], str]]:
    """Each sentence's fixed words, pattern, names of its places, translation; the wordiest first."""
    found = []
    for english, words in json.loads(_FILE.read_text(encoding="utf-8")).items():
        parts = list(string.Formatter().parse(english))
        pattern = "".join(
            re.escape(text) + ("" if name is None else "(.*?)") for text, name, _, _ in parts
        )
        names = [name for _, name, _, _ in parts if name is not None]
        texts = [text for text, *_ in parts]
        found.append((texts, re.compile(pattern, re.DOTALL), names, words))
    return sorted(found, key=lambda entry: -sum(map(len, entry[0])))
