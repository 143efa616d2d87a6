"""Values that have no symbol of their own: Exp-Golomb codes of order 2, and a sign (Teuhola 1978).

A value that lies e beyond the outermost symbol is written as e + 4 in binary: first its length, in
unary, then the digits after the leading one, and the sign. Beyond the symbols chances about halve
with each doubling, which is what such codes assume.
"""

from __future__ import annotations

import numpy as np

LARGEST = (1 << 20) - 1  # magnitude of the largest value that has a code
LENGTHS = 19  # e + 4 has 3 to 21 binary digits


def parts(values: np.ndarray, reach: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Take values apart that lie outside ``reach``, integers (n,) of magnitude up to `LARGEST`.

    Returns:
        length: of the binary number, less 3, int32 (n,), 0 to 18.
        rest: the digits after the leading one and the sign, int32 (n,), below `sizes(length)`.
    """
    values = np.asarray(values, np.int64)
    number = np.where(values < 0, reach[0] - 1 - values, values - reach[1] - 1) + 4
    length = np.frexp(number.astype(np.float64))[1] - 3
    rest = (number - (4 << length)) * 2 + (values < 0)
    return length.astype(np.int32), rest.astype(np.int32)


def join(length: np.ndarray, rest: np.ndarray, reach: tuple[int, int]) -> np.ndarray:
    """The inverse of :func:`parts`: int64 (n,); beyond `LARGEST` only in damaged files."""
    beyond = (rest.astype(np.int64) >> 1) + (4 << length.astype(np.int64)) - 4
    return np.where(rest & 1, reach[0] - 1 - beyond, reach[1] + 1 + beyond)


def sizes(length: np.ndarray) -> np.ndarray:
    """Return how many values there are of each length, both signs together: int32 (n,)."""
    return (8 << length).astype(np.int32)


def chances() -> np.ndarray:
    """Return the chance of each length, float32 (19,): a half, a quarter and so on, summing to 1."""
    k = np.arange(LENGTHS)
    return (2.0 ** -np.minimum(k + 1, LENGTHS - 1)).astype(np.float32)


def bits(values: np.ndarray, reach: tuple[int, int]) -> np.ndarray:
    """Return how many bits each value takes beside the symbol that announces it, (n,)."""
    length = parts(values, reach)[0]
    return np.minimum(length + 1, LENGTHS - 1) + length + 3
