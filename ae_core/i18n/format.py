"""Numbers, dates, lists and plural forms as a language writes them, by Babel."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale, dates, lists, numbers

_WORLD = {"en": "en_001"}  # English as most of the world writes it: 23 November 2026; a, b and c
_MOMENT = {"en": "yyyy-MM-dd HH:mm"}  # its days in figures are read two ways


def number(language: str, value: float, digits: int = 0, sign: bool = False) -> str:
    """Return a number with grouped thousands: 6,272.5 in English, 6.272,5 in Portuguese."""
    return as_asked(language, value, f"{'+' if sign else ''},.{digits}f")


def short(language: str, value: float) -> str:
    """Return a number without needless zeros: 25 rather than 25.0."""
    return as_asked(language, value, ",.10g")


def as_asked(language: str, value: Any, spec: str) -> str:
    """Return what ``format(value, spec)`` does, with the language's own separators."""
    plain = format(value, spec)
    if not is_number(value) or not math.isfinite(value):
        return plain
    if "e" in plain:  # a power of ten: no thousands, and the power itself is the same everywhere
        return plain.replace(".", numbers.get_decimal_symbol(_locale(language)))
    told = _decimal(language, plain.replace(",", ""), "," in spec)
    return "+" + told if plain.startswith("+") else told


@functools.lru_cache(maxsize=4096)  # a page says the same few hundred numbers again and again
def _decimal(language: str, plain: str, grouped: bool) -> str:
    decimals = len(plain.partition(".")[2])
    pattern = ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(
        Decimal(plain), pattern, locale=_locale(language), numbering_system="latn"
    )


def is_number(value: Any) -> bool:
    """Say whether a value is written as a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def separators(language: str) -> str:
    """Return the sign before decimals and the one between thousands, as Plotly takes them."""
    locale = _locale(language)
    return numbers.get_decimal_symbol(locale) + numbers.get_group_symbol(locale)


def day(language: str, when: date) -> str:
    """Return a day in words: 23 November 2026."""
    return dates.format_date(when, "long", locale=_locale(language))


def moment(language: str, when: datetime) -> str:
    """Return a day and time here: 2026-11-23 21:17 in English, 23/11/2026 21:17 in Portuguese."""
    here = when.astimezone()
    if language in _MOMENT:
        return dates.format_datetime(here, _MOMENT[language], here.tzinfo, _locale(language))
    short_day = dates.format_date(here, "short", _locale(language))
    return f"{short_day} {dates.format_time(here, 'short', here.tzinfo, _locale(language))}"


def listed(language: str, items: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return lists.format_list(items, locale=_locale(language))


def plural(language: str, n: float) -> str:
    """Return the plural form of a number: "one", "other", or what else the language has."""
    return _locale(language).plural_form(n)


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(_WORLD.get(language, language.replace("-", "_")))
