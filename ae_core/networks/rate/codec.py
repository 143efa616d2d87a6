"""The rate network as the codec sees it: pictures to whole numbers, whole numbers to pictures."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np

from ae_core.codec.prior import Prior
from ae_core.codec.rdo import choose
from ae_core.errors import UserError

# Always so many at once, the last batch filled up: sums in another order would round differently.
BATCH = 64


class RateNetwork:
    """Encoder, decoder and prior of a network that was trained for bits and quality.

    Attributes:
        image_shape: (H, W, C).
        positions: whole numbers in a code.
        prior: the integer prior under which codes are written.
        fingerprint: 8 bytes that name the weights and the prior.
        parameters: number of weights.
    """

    def __init__(self, model):
        from ae_core.networks import rate

        self.model = model
        self.image_shape = tuple(model.inputs[0].shape[1:])
        self.prior = Prior(*(np.asarray(n) for n in model.get_layer("tables").get_weights()))
        self.positions = self.prior.positions
        self.parameters = model.count_params()
        digest = hashlib.sha256()
        for weights in model.get_weights():
            digest.update(np.ascontiguousarray(weights).tobytes())
        self.fingerprint = digest.digest()[:8]
        self._rate, self._lock = rate, threading.Lock()

    def encode(self, x: np.ndarray, level: int) -> np.ndarray:
        """Return the code to send of ``x``: uint8 (N, H, W, C) → int32 (N, positions).

        Raises:
            UserError: images of another shape or kind, or a level outside 0 to 255.
        """
        _check_level(level)
        if x.dtype != np.uint8 or x.ndim != 4 or x.shape[1:] != self.image_shape:
            raise UserError(
                "This codec takes uint8 images of shape {image_shape}, but these are {dtype} "
                "{shape}.",
                image_shape=self.image_shape,
                dtype=x.dtype,
                shape=x.shape[1:],
            )
        z = self._run("encoder", x.astype(np.float32) / 255, level, (self.positions,))
        weight = self._rate.lagrangian(level, self.image_shape[2])
        weight = weight * self._rate.steps(self.model, level) ** 2
        return choose(z, self.prior, level, weight)

    def decode(self, q: np.ndarray, level: int) -> np.ndarray:
        """Return the images of the codes ``q``: int32 (N, positions) → uint8 (N, H, W, C).

        Raises:
            UserError: codes of another shape, or a level outside 0 to 255.
        """
        _check_level(level)
        if q.ndim != 2 or q.shape[1] != self.positions:
            raise UserError(
                "Codes must be (N, {positions}), but they are {shape}.",
                positions=self.positions,
                shape=q.shape,
            )
        x_hat = self._run("decoder", q.astype(np.float32), level, self.image_shape)
        return np.clip(np.rint(x_hat * 255), 0, 255).astype(np.uint8)

    def _run(self, half: str, inputs: np.ndarray, level: int, shape: tuple) -> np.ndarray:
        out = np.empty((len(inputs), *shape), np.float32)
        levels = np.full((BATCH, 1, 1, 1), level, np.float32)
        for first in range(0, len(inputs), BATCH):
            part = inputs[first : first + BATCH]
            full = np.zeros((BATCH, *inputs.shape[1:]), np.float32)
            full[: len(part)] = part
            with self._lock:  # Keras models are not safe to call from two threads
                made = self.model.get_layer(half).predict_on_batch([full, levels])
            out[first : first + len(part)] = np.asarray(made)[: len(part)]
        return out


def load(path: Path) -> RateNetwork:
    """Load a trained rate network from a ``.keras`` file, in Keras's safe mode.

    Raises:
        UserError: the file is missing, damaged, or holds another kind of network.
    """
    from ae_core import networks

    network = networks.load(path)
    if not network.rate:
        raise UserError("{path} holds no rate network, so it cannot write or read bytes.", path=path)
    return RateNetwork(network.model)


def _check_level(level: int) -> None:
    if not 0 <= level <= 255:
        raise UserError("The rate level must be from 0 to 255, but it is {level}.", level=level)
