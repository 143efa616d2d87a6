"""A trained elastic network: it answers for a code of any size."""

from __future__ import annotations

import copy

import keras
import numpy as np

from ae_core.errors import UserError
from ae_core.networks.elastic import bands
from ae_core.networks.network import CodedNetwork, to_8_bit


class ElasticNetwork(CodedNetwork):
    """A network whose code is one at every length; its decoder is that of its size."""

    def __init__(self, model: keras.Model):
        super().__init__(model)
        self.longest = self.code_shape[2]
        self._encoders, self._decoders = bands.encoders(model), bands.decoders(model)
        self.encoder = self._encoders.whole
        self.decoder = self._decoders[-1].model  # the whole would do the work of every size

    def sizes(self, offered):
        return [size for size in offered if size <= self.longest]

    def at(self, size):
        if size is None or size == self.code_shape[2]:
            return self
        if not 1 <= size <= self.longest:
            raise UserError(
                "The code size must be from 1 to {longest}, but it is {size}.",
                longest=self.longest,
                size=size,
            )
        view = copy.copy(self)
        view.code_shape = (1, 1, size)
        own = self._encoders.of(size)
        view.encoder = own.encoder if own else self._encoders.whole
        view.decoder = next(band.model for band in self._decoders if size <= band.until)
        return view

    def shorten(self, y: np.ndarray) -> np.ndarray:
        """Return codes of this size of the longest: (N, 1, 1, longest) → (N, 1, 1, size), float32.

        They are the first values, but for the shortest codes, which have layers of their own.
        """
        size = self.code_shape[2]
        if own := self._encoders.of(size):
            y = self._run(own.shorten, y=y)
        return y[..., :size]

    def decode(self, y, rate=None):
        shorter = y.ndim == 4 and y.shape[1:3] == (1, 1) and 1 <= y.shape[3] <= self.longest
        return super(ElasticNetwork, self.at(y.shape[3]) if shorter else self).decode(y, rate)

    def _encode(self, x, level, rate):
        return super()._encode(x, level, rate)[..., : self.code_shape[2]]

    def _decode(self, y, rate):
        size = self.code_shape[2]
        rest = np.zeros((len(y), 1, 1, self.longest - size), np.float32)
        whole = np.concatenate([y.astype(np.float32), rest], axis=-1)
        return to_8_bit(self._run(self.decoder, y=whole, size=size))

    def _draw(self, y):
        size = self.code_shape[2]
        whole = keras.ops.pad(y, [[0, 0], [0, 0], [0, 0], [0, self.longest - size]])
        return self.decoder([whole, keras.ops.zeros_like(y[..., :1]) + float(size)])

    def _reconstruct(self, x, level, rate):
        return self._decode(self._encode(x, level, rate), rate)
