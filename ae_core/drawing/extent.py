"""How far the axis of a training's curves goes: over all values but those of an explosion.

One loss of a million beside those of 0.02 would leave a chart with nothing in it but itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ae_core.errors import Message

FAR = 1000  # times the median of a training's losses: what is worse is no part of a curve to read
FAR_DB = 10 * math.log10(FAR)  # the same of a PSNR
WIDE = 50  # times: losses farther apart are told apart on a logarithmic axis alone
_ROOM = 0.05  # of the axis, beside the values at its end


@dataclass(frozen=True)
class Extent:
    """The values that a chart shows, from ``low`` to ``high``; ``log``: on a logarithmic axis.

    ``said``: a sentence on those that lie beyond; None where all are shown.
    """

    low: float
    high: float
    log: bool = False
    said: Message | None = None

    def limits(self, log: bool | None = None, zero: bool = False) -> tuple[float, float] | None:
        """Return both ends of an axis that leaves out what is beyond; None where nothing is.

        Args:
            log: whether that axis is logarithmic; None: as it is said here.
            zero: whether one that is not begins at zero, where no value is below.
        """
        if self.said is None:
            return None
        if self.log if log is None else log:
            room = (self.high / self.low) ** _ROOM if self.high > self.low else 1 + _ROOM
            return self.low / room, self.high * room
        bottom = min(self.low, 0.0) if zero else self.low
        room = _ROOM * ((self.high - bottom) or abs(self.high) or 1.0)
        return bottom if zero and bottom == 0 else bottom - room, self.high + room


def of_losses(*trainings: Iterable[float]) -> Extent:
    """Return the extent of the losses of one or more trainings; each is judged by its own median.

    >>> of_losses([0.03, 0.02, 1e6, 0.02]).high
    0.03
    """
    known = [_finite(values) for values in trainings]
    low, high, beyond = _parted(known, lambda middle: middle + (FAR - 1) * abs(middle) or math.inf)
    said = None
    if beyond:
        said = Message(
            "Losses above the chart: {count:,}, up to {value:,.9g}.",
            count=len(beyond),
            value=float(f"{max(beyond):.3g}"),
        )
    return Extent(low, high, high > WIDE * low > 0, said)


def of_psnr(*trainings: Iterable[float]) -> Extent:
    """Return the extent of validation PSNR in dB, as :func:`of_losses` does; never logarithmic.

    >>> of_psnr([17.0, -60.0, 18.0]).low
    17.0
    """
    known = [[-value for value in _finite(values)] for values in trainings]
    low, high, beyond = _parted(known, lambda middle: middle + FAR_DB)
    said = None
    if beyond:
        said = Message(
            "Values of PSNR below the chart: {count:,}, down to {value:.1f} dB.",
            count=len(beyond),
            value=-max(beyond),
        )
    return Extent(-high, -low, said=said)


def _finite(values: Iterable[float]) -> list[float]:
    return [float(value) for value in values if math.isfinite(value)]


def _parted(known: Sequence[list[float]], bound) -> tuple[float, float, list[float]]:
    """Return the least and the greatest value within their trainings' bounds, and those above all."""
    kept = [v for values in known if values for v in values if v <= bound(median(values))]
    if not kept:
        return 0.0, 1.0, []
    high = max(kept)
    return min(kept), high, [value for values in known for value in values if value > high]
