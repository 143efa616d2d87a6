"""A stand-in for a rate network: whole-number transforms, so that every machine makes the same."""

import numpy as np

from ae_core.codec.prior import FINE, Prior, State, to_frequencies


def prior(positions=48, tables=12, symbols=18, rates=5, seed=0, reach=0.3, shapes=0):
    """Return a prior of plausible form: Laplacian tables, few weights, falling biases."""
    random = np.random.default_rng(seed)
    chosen = random.random((positions, positions)) < reach
    weights = np.triu(random.exponential(300, (positions, positions)) * chosen, 1)
    bias = np.geomspace(0.3, 4, rates)[:, None] * np.geomspace(900, 20, positions)
    scales = np.geomspace(0.02, 8, tables)[:, None]
    distance = np.abs(np.arange(symbols - 1) - (symbols - 2) // 2)
    chances = np.exp(-distance / scales) + 1e-4
    tables_ = to_frequencies(np.hstack([chances, chances.min(axis=1, keepdims=True)]))
    thresholds = np.sqrt(scales[1:, 0] * scales[:-1, 0]) * 1024
    numbers = (weights, np.maximum(bias, 1), thresholds, tables_)
    if shapes:
        numbers += (to_frequencies(random.exponential(size=(rates, shapes)) ** 3, FINE),)
    return Prior(*(n.astype(np.int32) for n in numbers))


def codes(prior, n, level, seed=0, escapes=True):
    """Draw codes from a prior; where it says escape, values far outside are drawn."""
    random = np.random.default_rng(seed)
    state, q = State(prior, n, level), np.zeros((n, prior.positions), np.int32)
    steps = np.cumsum(prior.tables, axis=1)
    for i in range(prior.positions):
        symbols = (random.integers(0, 65536, n)[:, None] >= steps[state.classes(i)]).sum(axis=1)
        q[:, i] = symbols + prior.reach[0]
        escaped = symbols == prior.tables.shape[1] - 1
        if escapes:
            far = random.integers(prior.reach[1] + 1, prior.reach[1] + 40, n)
            q[:, i] = np.where(escaped, np.where(random.random(n) < 0.5, far, -far), q[:, i])
        else:
            q[:, i][escaped] = 0
        state.tell(i, q[:, i])
    return q


class TinyNetwork:
    """Every value rounded to a multiple of a step that the rate sets: 64 at rate 0, 1 at 255."""

    def __init__(self, image_shape=(4, 4, 3), seed=0):
        self.image_shape = image_shape
        self.positions = int(np.prod(image_shape))
        self.prior = prior(self.positions, seed=seed)
        self.fingerprint = bytes([seed, *image_shape, 1, 2, 3, 4])

    def encode(self, x, level=0.0, size=None, rate=128):
        """Return whole numbers: uint8 (N, H, W, C) → int32 (N, 1, 1, positions)."""
        assert x.dtype == np.uint8 and x.shape[1:] == self.image_shape
        flat = x.reshape(len(x), -1).astype(np.int32) - 128
        q = np.sign(flat) * ((np.abs(flat) + _step(rate) // 2) // _step(rate))
        return q[:, None, None]

    def decode(self, y, rate=128):
        """Return images: int32 (N, 1, 1, positions) → uint8 (N, H, W, C)."""
        x = np.clip(128 + y * _step(rate), 0, 255)
        return x.astype(np.uint8).reshape(-1, *self.image_shape)


def _step(rate):
    return 1 + (255 - rate) // 4
