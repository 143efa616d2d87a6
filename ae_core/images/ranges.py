"""What black and white are in numbers whose range nobody wrote down.

The rule is one for a picture file, an array and a whole set: it looks at the kind of number and at
the lowest and highest value, never at a name.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from ae_core.errors import Message, UserError

DATA = "data"  # the name of a span from the lowest to the highest value there is
EACH = "each"  # no span for all: each picture has its own
FULL = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "-0.5..0.5": (-0.5, 0.5)}
FULL |= {"0..255": (0.0, 255.0), "-128..127": (-128.0, 127.0), "0..65535": (0.0, 65_535.0)}
_SPAN = re.compile(r"\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*\.\.\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*", re.I)
_OVERSHOOT = 0.35  # beyond 0 and 1 that filters and noise leave behind
_FEW = 0.25  # the share of values that may lie there
_RARE = 0.05  # the same of -1 and 1: with more of them, images were divided by their deviation


@dataclass(frozen=True)
class Span:
    """``low`` becomes 0, ``high`` becomes 255, what is beyond is cut; ``name`` says which it is."""

    low: float
    high: float
    name: str

    def to_bytes(self, x: np.ndarray) -> np.ndarray:
        """Return finite numbers of any kind as uint8."""
        if x.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return x
        x = np.clip(x.astype(np.float64 if x.dtype.itemsize > 4 else np.float32), self.low, self.high)
        return np.rint((x - self.low) * (255 / (self.high - self.low))).astype(np.uint8)


class Values:
    """What was seen of the values of one picture, or of all arrays of a set."""

    def __init__(self) -> None:
        self.low, self.high = math.inf, -math.inf
        self.whole = True  # only whole numbers by their type
        self.bits = 1  # of the widest type
        self.count = self.outside = self.beyond = 0
        self.whites: set[float] = set()

    def add(self, x: np.ndarray, white: float = 0) -> None:
        """Look at more values, numbers of any shape; NaN and infinite ones do not count.

        ``white``: which one their file says it is; 0 where it says nothing.
        """
        self.whites.add(white)
        if x.dtype.kind == "f":
            self.whole = False
            x = x[np.isfinite(x)]
        if not x.size:
            return
        self.bits = max(self.bits, 1 if x.dtype.kind == "b" else 8 * x.dtype.itemsize)
        self.low, self.high = min(self.low, float(x.min())), max(self.high, float(x.max()))
        self.count += x.size
        if x.dtype.kind == "f":
            self.outside += int(((x < 0) | (x > 1)).sum())
            self.beyond += int((np.abs(x) > 1 + 1e-3).sum())

    @property
    def span(self) -> Span:
        """The range that fits; UserError where there is no value."""
        if self.count == 0:
            raise UserError("All its values are NaN or infinite.")
        if len(self.whites) == 1 and (white := max(self.whites)):
            return Span(0.0, white, f"0..{white:.15g}")
        name = self._whole() if self.whole else self._broken()
        return Span(*FULL[name], name) if name in FULL else self.over_data()

    def over_data(self) -> Span:
        """The range from the lowest to the highest value; UserError where they are the same."""
        if not self.low < self.high:
            raise UserError("All its values are {value:.10g}.", value=told(self.low))
        return Span(self.low, self.high, DATA)

    def _whole(self) -> str:
        low, high = self.low, self.high
        if low >= 0 and high <= 1:
            return "0..1"
        if low >= 0 and high <= 255:
            return "0..255"
        if low >= -128 and high <= 127 and self.bits == 8:
            return "-128..127"
        # The upper half of 16 bits is in use: they are all meant. Else 10, 12 or 14 of them are.
        return "0..65535" if low >= 0 and 32_767 < high <= 65_535 else DATA

    def _broken(self) -> str:
        low, high = self.low, self.high
        if low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT and self.outside <= _FEW * self.count:
            return "0..1"
        if low >= -0.5 - 1e-3 and high <= 0.5 + 1e-3:
            return "-0.5..0.5"
        few = self.beyond <= _RARE * self.count
        if low >= -1 - _OVERSHOOT and high <= 1 + _OVERSHOOT and few:
            return "-1..1"
        # Numbers up to 16 or 100 are not dark images of 255 greys: another scale was used.
        return "0..255" if low >= -25 and 127 < high <= 300 else DATA


def told(value: float) -> float:
    """Return a value for a sentence: a whole number as it is, others with six digits.

    >>> f"{told(623_190_528):.10g}, {told(0.1 + 0.2):.10g}, {told(np.float32(0.1)):.10g}"
    '623190528, 0.3, 0.1'
    """
    value = float(value)
    return value if value.is_integer() else float(f"{value:.6g}")


def in_words(span: Span) -> str:
    """A range for a sentence."""
    return Message("the lowest to the highest value") if span.name == DATA else span.name


def named(words: str, values: Values | None = None) -> Span:
    """Return the range that a person wrote: "data", where ``values`` are given, or "LOW..HIGH".

    Raises:
        UserError: it is neither, or the values are all the same.
    """
    found = _SPAN.fullmatch(words)
    try:
        if words.strip().lower() == DATA and values is not None:
            return values.over_data()
        low, high = float(found[1]), float(found[2])
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return Span(low, high, f"{low:.15g}..{high:.15g}")
    except (TypeError, ValueError):
        pass
    raise UserError(
        "A range of values was expected, 'data' or the values of black and white such as 0..255, "
        "but got {words!r}.",
        words=words,
    )
