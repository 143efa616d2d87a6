"""How large a coefficient is to be expected: a network of whole numbers, the same on every machine.

    seen (F) ── weights ── 0 to 255 (32) ── weights ── 0 to 255 (16) ── weights ── class

A network for each colour, orientation and pass. Every product and every sum is a whole number below
2²⁴, which float32 holds exactly in whatever order it is summed up; each layer ends with a division by
a power of two, rounded down, and with a clip. The class chooses the table of frequencies that the
coefficient is written with. The tables of large scales are of q >> shift; the bits below are written
as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import constriction
import numpy as np

from ae_core.codec.photo.contexts import neighbours

CLASSES = 64
SMALLEST_SCALE, A_DOUBLING = 0.04, 4  # of the first class; classes until the scale has doubled
REACH = 40  # largest magnitude with a symbol of its own
SYMBOLS = 2 * REACH + 2  # the last one announces what is beyond
DEPTHS = 7  # coarser bands have the bias of the last
HIDDEN = 32, 16
TOP = 255  # of a hidden value
TOTAL = 1 << 24  # sum of a table's frequencies
SHIFTS = np.maximum(0, (np.arange(CLASSES) - 28 + A_DOUBLING - 1) // A_DOUBLING)


def centres() -> np.ndarray:
    """Return the scale that each class stands for, float64 (CLASSES,)."""
    return SMALLEST_SCALE * 2 ** (np.arange(CLASSES) / A_DOUBLING)


@dataclass(frozen=True, eq=False)
class Scales:
    """The numbers of the networks, all int32.

    Attributes:
        first: (NETS, MOST_NEIGHBOURS, 32), rows beyond a network's neighbours are zero.
        level: (NETS, 32), times the level, 0 to 255.
        bias: (NETS, DEPTHS, 32).
        second, second_bias: (NETS, 32, 16), (NETS, 16).
        last, last_bias: (NETS, 16), (NETS,).
        shifts: (NETS, 3), of the three layers.
        tables: (CLASSES, SYMBOLS), at least 1, rows all summing to 2²⁴.
    """

    first: np.ndarray
    level: np.ndarray
    bias: np.ndarray
    second: np.ndarray
    second_bias: np.ndarray
    last: np.ndarray
    last_bias: np.ndarray
    shifts: np.ndarray
    tables: np.ndarray

    def classes(self, seen: np.ndarray, net: int, depth, level) -> np.ndarray:
        """Return the class of each coefficient, uint8 (n,).

        Args:
            seen: what is seen from it, float32 (F, n), see :meth:`contexts.Magnitudes.around`.
            net: number of the network, see :attr:`contexts.Step.net`.
            depth, level: whole numbers, of all or (n,) of each.
        """
        weights = self._first[net][:, : len(neighbours(net))]
        bias = self.bias[net, np.minimum(depth, DEPTHS - 1)].T.reshape(HIDDEN[0], -1)
        bias = bias + np.multiply.outer(self.level[net], level).reshape(HIDDEN[0], -1)
        h = _scaled(weights @ seen + bias.astype(np.float32), self.shifts[net, 0])
        h = self._second[net] @ h + self.second_bias[net, :, None].astype(np.float32)
        h = _scaled(h, self.shifts[net, 1])
        h = self._last[net] @ h + np.float32(self.last_bias[net])
        h *= np.float32(0.5 ** self.shifts[net, 2])
        return np.clip(np.floor(h, out=h), 0, CLASSES - 1, out=h).astype(np.uint8)

    @cached_property
    def models(self) -> list:
        """The coder's model of each class."""
        family = constriction.stream.model.Categorical
        rows = (self.tables / TOTAL).astype(np.float32)  # exact: they have 24 bits
        return [family(row, perfect=False) for row in rows]

    @cached_property
    def costs(self) -> np.ndarray:
        """Bits of -REACH - 1 to REACH + 1 in each class without a shift; the ends are all beyond."""
        bits = -np.log2(self.tables / TOTAL)
        escape = bits[:, -1:] + 4
        return np.hstack([escape, bits[:, :-1], escape]).astype(np.float32)

    @cached_property
    def _first(self) -> np.ndarray:
        return np.ascontiguousarray(self.first.transpose(0, 2, 1), np.float32)

    @cached_property
    def _second(self) -> np.ndarray:
        return np.ascontiguousarray(self.second.transpose(0, 2, 1), np.float32)

    @cached_property
    def _last(self) -> np.ndarray:
        return self.last.astype(np.float32)


def _scaled(h: np.ndarray, shift: int) -> np.ndarray:
    h *= np.float32(0.5**shift)
    return np.clip(np.floor(h, out=h), 0, TOP, out=h)
