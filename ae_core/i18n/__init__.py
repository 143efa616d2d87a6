"""The program's words: one catalogue a language for page, report and errors.

A catalogue is a plain JSON file. Texts of the page stand under their key (``explore.title``), those
of the report under ``paper.`` and their key; what the program says of itself, errors first of all,
stands under the sentence in English as the source writes it, its template (see
:class:`ae_core.errors.Message`). English needs no such entries. Where a text depends on a number,
the entry has the language's plural forms: ``{"one": "...", "other": "..."}``, chosen by ``n``, which
is a number then.

A further language is one more file here and one more line in :data:`LANGUAGES`.
"""

from __future__ import annotations

import functools
import json
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ae_core.errors import Message
from ae_core.i18n import format

FOLDER = Path(__file__).parent
LANGUAGES = {"en": "English", "pt-BR": "Português"}


def text(language: str, key: str, /, **values: Any) -> str:
    """Return the text of ``key`` with ``values`` in its places; ``n`` chooses among plural forms.

    Whole numbers are written as the language does: what counts nothing, a seed, comes as text.
    """
    entry = catalogue(language)[key]
    if isinstance(entry, dict):
        n = values["n"]
        if format.is_number(n):
            form, values["n"] = format.plural(language, n), format.number(language, n)
        else:  # written already: a number, or a range in words, "1 – 256"
            form = format.plural(language, 1) if n == "1" else "other"
        entry = entry.get(form, entry["other"])
    return entry.format(**{name: _written(language, value) for name, value in values.items()})


def _written(language: str, value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return format.number(language, value) if whole else value


def say(language: str, words: object, quote: Callable[[str], str] = str) -> str:
    """Return what the program says of itself in a language.

    Args:
        quote: makes names, paths and other words of people harmless where the sentence is to stand;
            a sentence that is none of the program's is such a word itself.
        words: a message, or what has one: an error, an advice of the doctor; or a plain sentence,
            as files held before messages were. What the catalogue lacks stays in English.
    """
    message = getattr(words, "message", words)
    message = message if isinstance(message, Message) else Message(message)
    if quote is not str and not _is_own(message.template):
        return quote(str(message))
    template = catalogue(language).get(message.template, message.template)
    if not message.values:
        return template
    return _Sentence(language, quote).vformat(template, (), message.values)


def _is_own(template: str) -> bool:
    """Return whether a sentence is the program's: others' may stand in files."""
    joined = re.fullmatch(r"\{part0\}( \{part\d+\})*", template)
    return bool(joined) or any(template in catalogue(one) for one in LANGUAGES)


def catalogue(language: str) -> dict[str, Any]:
    """Return all texts of one language."""
    return _read(FOLDER, language)


def part(language: str, prefix: str) -> dict[str, Any]:
    """Return the texts whose keys begin with ``prefix``, by the rest of their keys."""
    texts = catalogue(language).items()
    return {key.removeprefix(prefix): text for key, text in texts if key.startswith(prefix)}


@functools.cache
def _read(folder: Path, language: str) -> dict[str, Any]:
    return json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))


class _Sentence(string.Formatter):
    """Fills a template's places: numbers as the language writes them, messages in the language."""

    def __init__(self, language: str, quote: Callable[[str], str]):
        self._language, self._quote = language, quote

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return value if format.is_number(value) else super().convert_field(value, conversion)

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Message):
            return say(self._language, value, self._quote)
        if isinstance(value, str):  # "nan" or "inf" where a number was expected
            return self._quote(value)
        return format.as_asked(self._language, value, spec)
