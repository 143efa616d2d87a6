"""Sentences for the person in front of the screen, the errors that carry them, and usual checks."""

from __future__ import annotations

import math
import re
import string
from typing import Any

_LONGEST = 20_000  # characters of a sentence that a file brings along
_LONGEST_WORD = 500  # characters of a name or a path in a sentence
# A file may be anybody's: only places as the source writes them are filled.
_TEMPLATE = re.compile(r"(?:[^{}]|\{\{|\}\}|\{[a-z]\w*(?:!r)?(?::,?(?:\.1?\d)?[fg]?)?\})*")


class _Fill(string.Formatter):
    """Fills a template; a word where a number was expected, "nan" or "inf", stands as it is."""

    def format_field(self, value: Any, spec: str) -> str:
        return value if isinstance(value, str) else super().format_field(value, spec)


_FILL = _Fill()


class Message(str):
    """A sentence in English that can be said in another language.

    Args:
        template: the sentence as the source writes it, the catalogue's key, ``{name}`` where a value
            stands, with ``!r`` and a format as Python writes them: ``{count:,}``, ``{loss:.3f}``.
        values: numbers, words and further messages; an error stands there as its reason, anything
            else as its text.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        if isinstance(template, Message):
            return template
        template = str(template)
        values = {name: _value(value) for name, value in values.items()}
        message = super().__new__(cls, _FILL.vformat(template, (), values) if values else template)
        message.template, message.values = template, values
        return message

    def __getnewargs_ex__(self):  # for pickle: a sentence may come from another process
        return (self.template,), self.values

    def stored(self) -> dict[str, Any]:
        """Return plain JSON types; :meth:`revived` reads them back."""
        return {"template": self.template, "values": self.values}

    @staticmethod
    def revived(entry: dict[str, Any]) -> Any:
        """Return the message that a JSON object holds, or the object where it holds none."""
        if entry.keys() != {"template", "values"}:
            return entry
        template, values = entry["template"], entry["values"]
        try:
            # A few places for one long text would make a sentence that fills the memory.
            longest = max((len(str(value)) for value in values.values()), default=0)
            filled = len(template) + template.count("{") * longest
            if filled <= _LONGEST and _TEMPLATE.fullmatch(template):
                return Message(template, **values)
        except (AttributeError, ArithmeticError, TypeError, ValueError, KeyError, RecursionError):
            pass
        return str(template)[:_LONGEST]

    @staticmethod
    def joined(*messages: str) -> Message:
        """Return several sentences as one."""
        names = [f"part{place}" for place in range(len(messages))]
        template = " ".join(f"{{{name}}}" for name in names)
        return Message(template, **dict(zip(names, messages, strict=True)))


class UserError(Exception):
    """Something the user can act on; ``str(error)`` is one clear sentence, shown as it is.

    Args:
        template, values: a :class:`Message`, or what makes one.
    """

    def __init__(self, template: str, /, **values: Any):
        super().__init__(Message(template, **values))

    @property
    def message(self) -> Message:
        return self.args[0]


class DataError(UserError):
    """A data file is damaged, of another kind, or too small to be used."""


class DataMissing(DataError):
    """A data set is not on this machine yet."""


class Cancelled(Exception):
    """The user asked to stop; never shown as a failure."""


def check_choice(what: str, value: Any, choices: tuple[str, ...]) -> None:
    """Refuse a value that is none of ``choices``."""
    if value not in choices:
        raise UserError(
            "The {what} must be one of {choices}, but it is {value!r}.",
            what=what,
            choices=", ".join(choices),
            value=value,
        )


def check_whole(what: str, value: Any, low: int, high: int) -> None:
    """Refuse what is no whole number from ``low`` to ``high``."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UserError(
            "The {what} must be a whole number from {low} to {high}, but it is {value!r}.",
            what=what,
            low=low,
            high=high,
            value=value,
        )


def check_number(what: str, value: Any, low: float, high: float) -> None:
    """Refuse what is no finite number from ``low`` to ``high``."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not low <= value <= high:
        raise UserError(
            "The {what} must be a number from {low} to {high}, but it is {value!r}.",
            what=what,
            low=low,
            high=high,
            value=value,
        )


def _value(value: Any) -> Any:
    if isinstance(value, Exception) and value.args and isinstance(value.args[0], Message):
        return value.args[0]
    if isinstance(value, OSError):
        return Message(value.strerror or str(value) or type(value).__name__)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a NumPy number
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, Message, list, dict)):
        return value
    # Names of files may be no Unicode, which nothing can print or send.
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_WORD else f"{text[:_LONGEST_WORD]}…"
