"""A trained rate network: its codes are whole numbers, chosen for the fewest bits."""

from __future__ import annotations

import hashlib

import keras
import numpy as np

from ae_core.codec.prior import Prior
from ae_core.codec.rdo import choose
from ae_core.errors import UserError
from ae_core.networks.network import CodedNetwork, plane, to_8_bit, to_unit
from ae_core.networks.rate.network import lagrangian, steps

# Always so many at once, the last batch filled up: sums in another order would round differently.
RATE_BATCH = 64
MIDDLE_RATE = 128  # of a network that is not asked for another


class RateNetwork(CodedNetwork):
    """A network that was trained for bits and quality: its codes are what an entropy coder stores.

    Attributes:
        positions: whole numbers in a code.
        prior: the integer prior under which codes are written.
        fingerprint: 8 bytes that name the weights and the prior.
    """

    bits = True

    def __init__(self, model: keras.Model):
        super().__init__(model)
        self.prior = Prior(*(np.asarray(n) for n in model.get_layer("tables").get_weights()))
        self.positions = self.prior.positions
        digest = hashlib.sha256()
        for weights in model.get_weights():
            digest.update(np.ascontiguousarray(weights).tobytes())
        self.fingerprint = digest.digest()[:8]

    def _searched(self, x, y, steps):
        raise UserError("The codes of this network are whole numbers; no search finds better ones.")

    def _encode(self, x, level, rate):
        rate = _checked(rate)
        z = self._run(self.encoder, x=to_unit(x), level=rate)
        weight = _lagrangian(self.model, rate, self.image_shape[2])
        return choose(z, self.prior, rate, weight)[:, None, None]

    def _decode(self, y, rate):
        q = y[:, 0, 0].astype(np.float32)
        return to_8_bit(self._run(self.decoder, q=q, level=_checked(rate)))

    def _reconstruct(self, x, level, rate):
        return self._decode(self._encode(x, level, rate), rate)

    def _run(self, model, **values):
        data, level = next(iter(values.values())), values["level"]
        out = np.empty((len(data), *model.output_shape[1:]), np.float32)
        levels = plane(RATE_BATCH, level)
        for first in range(0, len(data), RATE_BATCH):
            part = data[first : first + RATE_BATCH]
            full = np.zeros((RATE_BATCH, *data.shape[1:]), np.float32)
            full[: len(part)] = part
            with self._lock:
                made = model.predict_on_batch([full, levels])
            out[first : first + len(part)] = np.asarray(made)[: len(part)]
        return out


def _lagrangian(model: keras.Model, level: int, channels: int) -> np.ndarray:
    """Return what a squared error of one step costs at a rate level, in bits: (k,)."""
    return lagrangian(level, channels) * steps(model, level) ** 2


def _checked(level: int | None) -> int:
    if level is None:
        return MIDDLE_RATE
    if not 0 <= level <= 255:
        raise UserError("The rate level must be from 0 to 255, but it is {level}.", level=level)
    return level
