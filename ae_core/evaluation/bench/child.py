"""The process that trains on one device and is timed: ``python -m ae_core.evaluation.bench.child``.

It is asked by :class:`ae_core.jobs.child.Child`. Images, weights and order of the batches
come from a folder that all such processes of a measurement share::

    images.npz   x_train uint8 (N, H, W, C), x_val uint8 (V, H, W, C), mean, components: the start
    start-SIZE.npz   the first weights, written by the first process that needs them

It trains by the code that every training uses: :class:`ae_core.networks.trainer.Trainer` on batches
of :func:`ae_core.training.images.epoch_order`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ae_core.config import TrainConfig
from ae_core.evaluation.bench import plan
from ae_core.files import replacing
from ae_core.images import metrics as quality
from ae_core.images import noise
from ae_core.images.noise import Noise
from ae_core.jobs.child import serve
from ae_core.machine import backends
from ae_core.training import images as training_images

SEED = 0


class Measurer:
    """One device's side of the measurement; every public method answers one kind of request."""

    def __init__(self, folder: Path, precision: str):
        backends.load()
        import keras

        keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
        self.folder = folder
        with np.load(folder / "images.npz", allow_pickle=False) as stored:
            self.x_train, self.x_val = stored["x_train"], stored["x_val"]
            self.mean, self.components = stored["mean"], stored["components"]
        self.config = TrainConfig(
            data=plan.DATA,
            code=plan.CODE,
            noise=Noise("gaussian", plan.SIGMA),
            seed=SEED,
            precision=precision,
        )
        self.size = ""

    def hello(self) -> dict[str, Any]:
        """Load everything; say whether it is a GPU that computes."""
        from ae_core.machine import devices

        return {"gpu": devices.accelerated()}

    def prepare(self, size: str, batch: int) -> dict[str, Any]:
        """Compile for a size and a batch and train until a step takes its usual time."""
        self._build(size)
        self.trainer.compile_for(1_000, batch)
        stretch = self.trainer.steps_per_execution
        times = [time.perf_counter()]

        def after_batch(step: int, loss: float) -> bool:
            times.append(time.perf_counter())
            return len(times) > 2

        self.trainer.one_epoch(self._order(batch, 2 * stretch), batch, after_batch)
        return {
            "parameters": int(self.network.count_params()),
            "compile_seconds": times[1] - times[0],
            "step_seconds": (times[2] - times[1]) / stretch,
            "steps_per_execution": stretch,
        }

    def measure(self, batch: int, seconds: float) -> dict[str, Any]:
        """Train for so many seconds, at least one step, over as many epochs as it takes."""
        steps_of_epoch = max(1, plan.EPOCH_IMAGES // batch)
        order = self._order(batch, steps_of_epoch)
        begun, done, before = 0.0, 0, 0

        def on_start() -> None:
            nonlocal begun
            begun = begun or time.perf_counter()

        def after_batch(step: int, loss: float) -> bool:
            nonlocal done
            done = before + step + 1
            return time.perf_counter() - begun >= seconds

        while not begun or time.perf_counter() - begun < seconds:
            loss = self.trainer.one_epoch(order, batch, after_batch, on_start)
            before = done
        spent = time.perf_counter() - begun
        if not np.isfinite(loss):
            raise ArithmeticError(f"the loss became {loss}")
        return {"steps": done, "images": done * batch, "seconds": spent}

    def quality(self, size: str, images: int, batch: int, epochs: int) -> dict[str, Any]:
        """Train from the shared start for a few equal epochs; return the validation PSNR in dB."""
        self.size = ""
        self._build(size)
        batch = min(batch, images, len(self.x_train))
        steps = min(images, len(self.x_train)) // batch
        self.trainer.compile_for(steps * epochs, batch)
        for epoch in range(1, epochs + 1):
            order = training_images.epoch_order([steps * batch], SEED, epoch)
            self.trainer.one_epoch(order, batch, lambda step, loss: False)
        x_noisy = noise.corrupt(self.x_val, self.config.noise, training_images.VALIDATION_SEED)
        x_hat = self.network.predict(x_noisy.astype(np.float32) / 255, batch_size=128, verbose=0)
        self.size = ""  # trained now: the next request begins anew
        x_hat = noise.to_8_bit(255 * np.asarray(x_hat, np.float32))
        return {"psnr": float(np.mean(quality.psnr(self.x_val, x_hat)))}

    def _build(self, size: str) -> None:
        """Build the network of a size with the weights that all devices begin with."""
        if size == self.size:
            return
        import keras

        from ae_core.networks import conv
        from ae_core.networks.trainer import Trainer

        self.network = self.trainer = None  # before the next one takes memory
        keras.backend.clear_session()
        keras.utils.set_random_seed(SEED)
        self.network = conv.build(self.x_train.shape[1:], plan.CODE, plan.SIZES[size])
        start = self.folder / f"start-{size}.npz"
        if not start.is_file():
            conv.start_at_pca(self.network, self.mean, self.components)
            weights = {f"w{i:04d}": w for i, w in enumerate(self.network.get_weights())}
            with replacing(start) as path:
                np.savez(path, **weights)
        with np.load(start, allow_pickle=False) as stored:
            self.network.set_weights([stored[name] for name in sorted(stored.files)])
        self.trainer = Trainer(self.network, self.x_train, self.config)
        self.size = size

    def _order(self, batch: int, steps: int) -> np.ndarray:
        """Return the images of so many steps, all of them in turn, shuffled anew each time."""
        count = len(self.x_train)
        epochs = -(-steps * batch // count)
        parts = [training_images.epoch_order([count], SEED, epoch) for epoch in range(1, epochs + 1)]
        return np.concatenate(parts)[: steps * batch]


def main() -> None:
    """Answer requests until there are no more."""
    folder, precision = Path(sys.argv[1]), sys.argv[2]
    measurers: list[Measurer] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if not measurers:  # here, so that what fails is told
            measurers.append(Measurer(folder, precision))
        return getattr(measurers[0], request.pop("do"))(**request)

    serve(answer)


if __name__ == "__main__":
    main()
