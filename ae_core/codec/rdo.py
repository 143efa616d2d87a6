"""Which whole numbers to send: by rate and distortion together, not by rounding alone.

Of the two nearest whole numbers and zero, each value takes the one of least λ · error² + bits, the
bits being those under the prior given what was chosen before it; the number of a shape is the
encoder's (Sullivan & Wiegand 1998,
"Rate-distortion optimization for video compression"). Only the encoder does this.
"""

from __future__ import annotations

import numpy as np

from ae_core.codec.prior import Prior, State


def choose(z: np.ndarray, prior: Prior, level: int, weight: np.ndarray) -> np.ndarray:
    """Return the code to send, int32 (N, P).

    Args:
        z: the encoder's values, in units of one quantisation step, float (N, P).
        prior: of P positions.
        level: 0 to 255.
        weight: bits that a squared error of one step is worth at each value, float (P,) without
            the number of the shape.
    """
    whole = np.rint(z).astype(np.int32)
    q, z = whole[:, prior.lead :], z[:, prior.lead :]
    state = State(prior, len(z), level)
    costs = _costs(prior)
    reach = (costs.shape[1] - 1) // 2
    for i in range(z.shape[1]):
        classes, value = state.classes(i), z[:, i]
        near = np.rint(value).astype(np.int32)
        options = np.stack([near, near - np.sign(near), np.zeros_like(near)])
        bits = costs[classes, np.clip(options, -reach, reach) + reach]
        chosen = np.argmin(weight[i] * (options - value) ** 2 + bits, axis=0)
        q[:, i] = options[chosen, np.arange(len(z))]
        state.tell(i, q[:, i])
    return whole


def _costs(prior: Prior) -> np.ndarray:
    """Bits of the values -r - 1 to r + 1 in each class; beyond r all cost an escape."""
    bits = -np.log2(prior.tables / prior.total)
    plain, escape = bits[:, :-1], bits[:, -1:] + 4
    return np.hstack([escape, plain, escape])
