"""Sentences for the person in front of the screen, and the errors that carry them."""

from __future__ import annotations

import math
from typing import Any


class Message(str):
    """A sentence in English that can be said in another language.

    Args:
        template: the sentence as the source writes it, the catalogue's key, ``{name}`` where a value
            stands, with ``!r`` and a format as Python writes them: ``{count:,}``, ``{loss:.3f}``.
        values: numbers, words and further messages; anything else stands there as its text.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        if isinstance(template, Message):
            return template
        values = {name: _value(value) for name, value in values.items()}
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = template, values
        return message

    def __getnewargs_ex__(self):  # for pickle: a sentence may come from another process
        return (self.template,), self.values


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


def _value(value: Any) -> Any:
    if isinstance(value, UserError):
        return value.message
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a NumPy number
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    return str(value)
