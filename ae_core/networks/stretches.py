"""Steps of a training on the CPU, as many in one call of TensorFlow's graph as a moment holds.

Between two steps Keras's own loop takes a third of the time of a small network's step. Here the
graph goes from one to the next by itself; network, loss and optimiser are Keras's as before. The
images stay where they are, and those of each call go along with it: none lie in memory twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

MOMENT = 0.25  # seconds of one call: so soon a cancel is heard, and progress is told
FASTER = 4  # times as many steps as in the call before, at the most
MOST_BYTES = 1 << 26  # of the images of one call


def train(
    several: Callable,
    x: np.ndarray,
    order: np.ndarray,
    batch: int,
    after_batch: Callable[[int, float], bool],
) -> float:
    """Train on the images ``order`` once; return the mean loss.

    Args:
        several: from :func:`in_graph`.
        x: the training images, uint8 (N, H, W, C).
        order, batch, after_batch: as ``Trainer.one_epoch`` takes them.
    """
    steps = order.reshape(-1, batch)
    loss = float("nan")
    for first, last in _parts(len(steps), max(1, MOST_BYTES // (batch * x[0].size))):
        loss = float(several(x[steps[first:last]]))
        if after_batch(last - 1, loss):
            break
    return loss


def in_graph(trainer):
    """Return the function that trains on images uint8 (steps, batch, H, W, C) → mean loss so far."""
    import tensorflow as tf

    images = tf.TensorSpec([None, None, *trainer.network.inputs[0].shape[1:]], tf.uint8)

    @tf.function(input_signature=[images], autograph=False)
    def several(steps):
        def one(k):
            trainer.train_step((steps[k],))
            return (k + 1,)

        tf.while_loop(lambda k: k < tf.shape(steps)[0], one, [0])
        return trainer.get_metrics_result()["loss"]

    return several


def _parts(steps: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield which steps are done in each call, by how long those of the call before took."""
    first, count = 0, 1
    while first < steps:
        last = min(first + count, steps)
        begun = time.perf_counter()
        yield first, last
        each = (time.perf_counter() - begun) / (last - first)
        count = max(1, min(FASTER * count, most, int(MOMENT / max(each, 1e-9))))
        first = last
