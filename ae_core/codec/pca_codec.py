"""The best linear codec of its kind: principal components, one step for all, real bytes.

    x --> PCA --> y / step --> whole numbers q --> range coder, a table a component --> bytes

With one uniform step for all components the mean squared error costs the fewest bits (reverse
water-filling; Goyal 2001, "Theoretical foundations of transform coding", IEEE Signal Processing
Magazine 18(5)). The numbers are chosen by rate and distortion together, not by rounding, as for the
networks here. What a decoder keeps, and no file holds: the components and the tables.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from ae_core.baselines.pca import PCA
from ae_core.codec import entropy, rdo
from ae_core.codec.prior import Prior, fit_tables
from ae_core.errors import UserError

STEPS = (700, 480, 340, 250, 190, 145, 110, 84, 64, 48, 36, 27)  # on the 0-255 scale, low to high
LEVEL = 0  # tables belong to a step, so that the prior's own level has nothing to say
MOST_TABLES, OWN_TABLES = 256, 192  # the largest components have a table each, the others share
MOST_SYMBOLS = 1024
ROUNDS = 2
# An error of D costs 6.02 dB a bit: dD/dR = -2 ln 2 D, and D is 1/12 of a squared step.
BITS_PER_SQUARED_STEP = 12 / (2 * np.log(2))
_HEAD = struct.Struct(">IH")


@dataclass(frozen=True, eq=False)
class PCACodec:
    """A fitted codec: components, step on the 0-255 scale, and the tables for that step."""

    analysis: PCA
    step: int
    prior: Prior

    def encode(self, x: np.ndarray) -> bytes:
        """uint8 (N, H, W, C) -> one file: N, the step (6 bytes), and the stream."""
        q = _choose(_scaled(self.analysis, x, self.step), self.prior)
        return _HEAD.pack(len(x), self.step) + entropy.encode(q, LEVEL, self.prior)

    def decode(self, data: bytes) -> np.ndarray:
        """The file -> uint8 (N, H, W, C).

        Raises:
            UserError: it was written with another step, or is damaged; a peer's file is for
                measuring, and has no checksum that would find every damage.
        """
        if len(data) < _HEAD.size:
            raise UserError("These bytes are too few for a file of the PCA codec.")
        count, step = _HEAD.unpack_from(data)
        if step != self.step:
            raise UserError(
                "This file was written with the step {step}, not {value_step}.",
                step=step,
                value_step=self.step,
            )
        # Even a code of nothing but the likeliest symbols leaves a trace in the stream.
        if count > (1 + len(data)) * 4096:
            raise UserError("This file of the PCA codec is damaged.")
        q = entropy.decode(data[_HEAD.size :], count, LEVEL, self.prior)
        return self.analysis.decode(q * np.float32(self.step / 255))


def fit(analysis: PCA, x: np.ndarray, step: int) -> PCACodec:
    """Fit the tables for one step to training images, uint8 (N, H, W, C).

    Args:
        analysis: of as many components as the training images bear.
        x: training images; one that counts double stands there twice.
        step: 1 to 65,535, on the 0-255 scale.

    Raises:
        UserError: no images, or no such step.
    """
    if not 1 <= step <= 0xFFFF or step != int(step):
        raise UserError(
            "The step must be a whole number from 1 to 65,535, but it is {step}.", step=step
        )
    if len(x) == 0:
        raise UserError("The PCA codec needs training images to fit its tables to.")
    z = _scaled(analysis, x, step)
    q = np.rint(z).astype(np.int32)
    prior = _prior(q)
    for _ in range(ROUNDS):  # what is chosen depends on the tables, and they on what is chosen
        prior = _prior(_choose(z, prior))
    return PCACodec(analysis, int(step), prior)


def _scaled(analysis: PCA, x, step: int) -> np.ndarray:
    return analysis.encode(x) * np.float32(255 / step)


def _choose(z: np.ndarray, prior: Prior) -> np.ndarray:
    weight = np.full(z.shape[1], BITS_PER_SQUARED_STEP)
    return rdo.choose(z, prior, LEVEL, weight)


def _prior(q: np.ndarray) -> Prior:
    """A prior without any dependence: the table of a position is the same for every image."""
    positions = q.shape[1]
    order = np.argsort(-np.abs(q).mean(axis=0), kind="stable")
    own = positions if positions <= MOST_TABLES else OWN_TABLES
    shared = np.array_split(order[own:], min(MOST_TABLES - own, positions - own) or 1)
    groups = [*order[:own, None], *(group for group in shared if len(group))]
    kind = np.empty(positions, np.int64)
    for number, group in enumerate(groups):
        kind[group] = number
    symbols = min(MOST_SYMBOLS, 2 * int(np.abs(q).max(initial=1)) + 2)
    return Prior(
        weights=np.zeros((positions, positions), np.int32),
        bias=(kind[None] + 1).astype(np.int32),
        thresholds=np.arange(2, len(groups) + 1, dtype=np.int32),
        tables=fit_tables(np.broadcast_to(kind, q.shape), q, len(groups), symbols),
    )
