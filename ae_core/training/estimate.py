"""How long a training will take here: tried for a few seconds, in a process of its own.

``python -m ae_core.training.estimate`` is that process (see :mod:`ae_core.jobs.child`): asked with a
training's configuration, it builds everything as the training would and does a few steps.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from dataclasses import dataclass

import numpy as np

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.jobs.child import Child, serve
from ae_core.machine import backends, devices, processes

LIMIT_S = 180.0
_WARM, _LEAST, _SECONDS = 2, 4, 3.0  # looks at the loss before time counts, in all at least; seconds
_TRIED_IMAGES = 256  # of the validation images
_alone = threading.Lock()  # side by side, trials measure each other, and thirty fill the memory


@dataclass(frozen=True)
class Estimate:
    """What was found; times in seconds.

    Attributes:
        parameters: weights of the network.
        images: training images, once an epoch.
        start_seconds: before the first epoch: libraries, data, compiling.
        epoch_seconds: one epoch with its part of a validation.
    """

    parameters: int
    images: int
    start_seconds: float
    epoch_seconds: float

    def total(self, epochs: int) -> float:
        """Return the seconds of a whole training."""
        return self.start_seconds + epochs * self.epoch_seconds


def measure(config: TrainConfig, limit_seconds: float = LIMIT_S) -> Estimate:
    """Try a training on its device; nothing is kept.

    Raises:
        UserError: the device or the data are not there, they do not fit the network, the memory is
            not enough, or it took too long, or those of others before it did.
    """
    env = devices.for_training(devices.resolve(config.device))
    if not _alone.acquire(timeout=limit_seconds):
        raise UserError("Others are trying out their trainings just now: try again in a minute.")
    try:
        begun = time.monotonic()
        with Child([sys.executable, "-m", "ae_core.training.estimate"], env) as child:
            found = child.ask(config.to_dict(), limit_seconds)
    finally:
        _alone.release()
    measured = found.pop("measured_seconds")
    return Estimate(start_seconds=max(0.0, time.monotonic() - begun - measured), **found)


def _tried(config: TrainConfig) -> dict:
    from ae_core import networks
    from ae_core.training import images as training_images

    if config.augment == "auto":  # what takes the longest
        config = dataclasses.replace(config, augment="both")
    x_train, sizes, x_val = training_images.load(config)
    networks.kind(config.network).check(config, x_train.shape[1:])
    backends.load()  # takes seconds: what is refused is refused before
    import keras

    from ae_core.networks.trainer import Trainer

    keras.config.set_dtype_policy("mixed_bfloat16" if config.precision == "bfloat16" else "float32")
    batch = min(config.batch, len(x_train))
    steps = len(x_train) // batch
    network = networks.build(config, x_train.shape[1:])
    trainer = Trainer(network, x_train, config)
    trainer.compile_for(steps * config.epochs, batch)
    order = training_images.epoch_order(sizes, config.seed, 1)[: steps * batch]
    seen: list[tuple[int, float]] = []  # steps so far, and when
    before = 0

    def after_batch(step: int, loss: float) -> bool:
        seen.append((before + step + 1, time.perf_counter()))
        return enough()

    def enough() -> bool:
        return len(seen) > _LEAST and seen[-1][1] - seen[_WARM][1] > _SECONDS

    while not enough():
        trainer.one_epoch(order, batch, after_batch)
        before = seen[-1][0]
    (first, then), (last, now) = seen[_WARM], seen[-1]
    training_seconds = (now - then) / (last - first) * steps
    return {
        "parameters": int(network.count_params()),
        "images": steps * batch,
        "epoch_seconds": training_seconds
        + _validation_seconds(network, x_val) / config.validate_every,
        "measured_seconds": time.perf_counter() - then,
    }


def _validation_seconds(network, x_val: np.ndarray) -> float:
    """Return about how long one round over the validation images takes."""
    x = x_val[:_TRIED_IMAGES].astype(np.float32) / 255
    others = [np.ones((len(x), *i.shape[1:]), np.float32) for i in network.inputs[1:]]
    inputs = [x, *others] if others else x
    network.predict(inputs, batch_size=_TRIED_IMAGES, verbose=0)  # compiles
    begun = time.perf_counter()
    network.predict(inputs, batch_size=_TRIED_IMAGES, verbose=0)
    return (time.perf_counter() - begun) * len(x_val) / len(x)


if __name__ == "__main__":
    processes.step_back()
    serve(lambda request: _tried(TrainConfig.from_dict(request)))
