"""The words of a report, in one language."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from ae_core import i18n
from ae_core.errors import UserError
from ae_core.i18n import LANGUAGES, format
from ae_core.images import metrics

_PART = "paper."  # of the catalogue
# Entities, not backslashes: both notebooks and the page read them, and neither takes them for marks.
_MARKS = {ord(mark): f"&#{ord(mark)};" for mark in "\\`*_[]#<>&$|~!"}


class Words:
    """A language: its sentences, and how it writes numbers.

    ``called`` is what a report calls runs whose title alone would not tell them apart, by id.
    """

    def __init__(self, language: str = "en"):
        if language not in LANGUAGES:
            raise UserError(
                "A report is written in {languages}, but {language!r} was asked for.",
                languages=" or ".join(LANGUAGES),
                language=language,
            )
        self.language = language
        self.called: dict[str, str] = {}

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the sentence of ``key``, its places filled."""
        return i18n.text(self.language, _PART + key, **values)

    def get(self, key: str, default: str) -> str:
        """Return the words of ``key`` as they are, or ``default`` where there are none."""
        return i18n.catalogue(self.language).get(_PART + key, default)

    def part(self, prefix: str) -> dict[str, str]:
        """Return the entries whose keys begin with ``prefix.``, without it."""
        return i18n.part(self.language, f"{_PART}{prefix}.")

    def translated(self, words: str) -> str:
        """Return what the program said of itself, in this language."""
        return i18n.say(self.language, words)

    def number(self, value: float, decimals: int = 0, sign: bool = False) -> str:
        """Write a number as the language does: 1,234.5 or 1.234,5."""
        return format.number(self.language, value, decimals, sign).replace("-", "−")

    def short(self, value: float) -> str:
        """Write a number in three digits, without a row of zeros."""
        if value == 0 or not math.isfinite(value):
            return "0" if value == 0 else "–"
        decimals = max(0, 2 - math.floor(math.log10(abs(value))))
        return format.short(self.language, round(value, decimals)).replace("-", "−")

    def chosen(self, value: float) -> str:
        """Write a number that somebody chose, with all its digits: 12.5, and 25 rather than 25.0."""
        return format.short(self.language, value)

    def decibels(self, value: float | None, flat: float = 0.0) -> str:
        """Write a PSNR as :func:`ae_core.images.metrics.in_words` does."""
        return self.translated(metrics.in_words(value, flat)).replace("-", "−")

    def psnr(self, figures: Mapping[str, Any], unit: bool = True) -> str:
        """Write the PSNR of a summary of many images."""
        value, flat = figures["psnr"], figures.get("flat", 0.0)
        if unit:
            return self.decibels(value, flat)
        return self.translated(metrics.called(self.number(value, 2), value, flat))

    def day(self, when: date) -> str:
        """Write a day in words."""
        return format.day(self.language, when)

    def listed(self, items: list[str]) -> str:
        """Return "a, b and c", or "a, one; b, two" where the items have commas of their own."""
        if any(", " in item for item in items):
            return "; ".join(items)
        return format.listed(self.language, items)


def markdown(text: str) -> str:
    """Return somebody's words as Markdown that means just these words, on one line."""
    return " ".join(text.split()).translate(_MARKS)


def markup(text: str) -> str:
    """Return words as HTML."""
    return html.escape(text, quote=True)
