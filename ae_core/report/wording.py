"""The words of a report, in each language: plain catalogues with the same keys in ``words/``."""

from __future__ import annotations

import functools
import html
import json
import math
from pathlib import Path
from typing import Any

from ae_core.errors import UserError
from ae_core.sentences import portuguese

LANGUAGES = ("en", "pt-BR")
_FOLDER = Path(__file__).parent / "words"
# Entities, not backslashes: both notebooks and the page read them, and neither takes them for marks.
_MARKS = {ord(mark): f"&#{ord(mark)};" for mark in "\\`*_[]#<>&$|~!"}


class Words:
    """A language: its sentences, and how it writes numbers."""

    def __init__(self, language: str = "en"):
        if language not in LANGUAGES:
            raise UserError(
                "A report is written in {languages}, but {language!r} was asked for.",
                languages=" or ".join(LANGUAGES),
                language=language,
            )
        self.language = language
        self._catalogue = _read(language)

    def __call__(self, key: str, **values: Any) -> str:
        """Return the sentence of ``key``, its places filled."""
        return self._catalogue[key].format(**values)

    def get(self, key: str, default: str) -> str:
        """Return the words of ``key`` as they are, or ``default`` where there are none."""
        return self._catalogue.get(key, default)

    def part(self, prefix: str) -> dict[str, str]:
        """Return the entries whose keys begin with ``prefix.``, without it."""
        start = prefix + "."
        return {k[len(start) :]: v for k, v in self._catalogue.items() if k.startswith(start)}

    def translated(self, said: str) -> str:
        """Return what the program said of itself, in this language."""
        return said if self.language == "en" else portuguese(said)

    def number(self, value: float, decimals: int = 0, sign: bool = False) -> str:
        """Write a number as the language does: 1,234.5 or 1.234,5."""
        text = f"{value:{'+' if sign else ''},.{decimals}f}".replace("-", "−")
        return text if self.language == "en" else text.translate({44: ".", 46: ","})

    def short(self, value: float) -> str:
        """Write a number in three digits, without a row of zeros."""
        if value == 0 or not math.isfinite(value):
            return "0" if value == 0 else "–"
        decimals = max(0, 2 - math.floor(math.log10(abs(value))))
        text = self.number(value, decimals)
        point = "." if self.language == "en" else ","
        return text.rstrip("0").rstrip(point) if point in text else text

    def decibels(self, value: float | None) -> str:
        """Write a PSNR; None and infinity are identical pictures."""
        if value is None or value == math.inf:
            return self("identical")
        return f"{self.number(value, 2)} dB"

    def listed(self, items: list[str]) -> str:
        """Return "a, b and c", or "a, one; b, two" where the items have commas of their own."""
        if len(items) < 2:
            return "".join(items)
        if any(", " in item for item in items):
            return "; ".join(items)
        return f"{', '.join(items[:-1])} {self('and')} {items[-1]}"


def markdown(text: str) -> str:
    """Return somebody's words as Markdown that means just these words, on one line."""
    return " ".join(text.split()).translate(_MARKS)


def markup(text: str) -> str:
    """Return words as HTML."""
    return html.escape(text, quote=True)


@functools.cache
def _read(language: str) -> dict[str, str]:
    return json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
