"""The wrapper that is trained: image numbers in, loss out. The network inside it is what is kept."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from ae_core import noise
from ae_core.config import TrainConfig
from ae_core.networks import info, rate
from ae_core.networks.augment import augment

WARM_UP = 0.03  # share of all steps


class Trainer(keras.Model):
    """index (B,) int32 → images → augmented → noisy → network → loss, in one compiled step."""

    def __init__(self, network: keras.Model, x_train: np.ndarray, config: TrainConfig):
        """Put ``x_train`` uint8 (N, H, W, C) on the device and wrap ``network``."""
        super().__init__(name="trainer")
        self.network, self.config = network, config
        self.images = _Resident(x_train)
        self.seeds = keras.random.SeedGenerator(config.seed)
        about = info(config.network)
        self.takes_level, self.elastic, self.rate = about.takes_level, about.elastic, about.rate

    def compile_for(self, steps: int) -> None:
        """Compile with Adam, a warm-up and a cosine decay to zero over ``steps``."""
        rate = self.config.learning_rate
        warm = max(1, int(WARM_UP * steps))
        self.schedule = keras.optimizers.schedules.CosineDecay(
            rate / 100, max(1, steps - warm), warmup_target=rate, warmup_steps=warm
        )
        # "auto": XLA on GPUs; off on the CPU, where it halves TensorFlow's speed.
        self.compile(keras.optimizers.Adam(self.schedule), jit_compile="auto")

    def call(self, index, training=False):
        """Return x (B, H, W, C) and x_hat side by side: (2, B, H, W, C).

        For a rate network: each image's Lagrangian, (B,).
        """
        x = augment(self.images(index), self.config.augment, self.seeds)
        if self.rate:
            shape = (ops.shape(x)[0], 1, 1, 1)
            level = keras.random.uniform(shape, 0.0, rate.TOP_LEVEL, seed=self.seeds)
            x_hat, bits = self.network([x, level], training=training)
            error = ops.sum(ops.square(ops.cast(x_hat, "float32") - x), axis=(1, 2, 3))
            return rate.cost(error, bits[:, 0], level[:, 0, 0, 0], x.shape[-1])
        x_noisy, level = noise.corrupt_on_device(x, self.config.noise, self.seeds)
        inputs = [x_noisy, level] if self.takes_level else x_noisy
        if self.elastic:
            inputs.append(self._sizes(level))
        x_hat = self.network(inputs, training=training)
        return ops.stack([x, ops.cast(x_hat, "float32")])

    def _sizes(self, like):
        """Draw a code size per image, log-uniformly from 1 to the longest."""
        u = keras.random.uniform(ops.shape(like), seed=self.seeds)
        return ops.floor(ops.exp(u * np.log(self.config.code + 1.0)))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean squared error on [0, 1], or the mean over the images of its logarithm.

        The logarithm is PSNR up to a factor (as in HINet, Chen et al. 2021, section 3.3): an image
        that is easy counts as much as one that is hard.
        """
        if self.rate:
            return ops.mean(y_pred)
        mse = ops.mean(ops.square(y_pred[1] - y_pred[0]), axis=(1, 2, 3))
        return ops.mean(ops.log(mse + 1e-6) if self.config.loss == "psnr" else mse)

    def one_epoch(
        self, order: np.ndarray, batch: int, after_batch: Callable[[int, float], bool]
    ) -> float:
        """Train on the images ``order`` (int32) once; return the mean loss.

        Args:
            order: image numbers, a whole number of batches.
            batch: images a step.
            after_batch: gets the step and the mean loss so far; true stops the epoch.
        """
        watch = _Watch(after_batch)
        history = self.fit(order, batch_size=batch, epochs=1, shuffle=False, verbose=0,
                           callbacks=[watch])
        return float(history.history["loss"][0])

    def current_rate(self) -> float:
        """Return the learning rate of the next step."""
        return float(ops.convert_to_numpy(self.schedule(self.optimizer.iterations)))

    def state(self) -> list[np.ndarray]:
        """Return all that a later :meth:`set_state` needs to go on as if never interrupted."""
        return [ops.convert_to_numpy(v) for v in self._state_variables()]

    def set_state(self, values: list[np.ndarray]) -> None:
        """Restore :meth:`state`.

        Raises:
            ValueError: the values are those of another network.
        """
        variables = self._state_variables()
        if len(values) != len(variables):
            raise ValueError(f"{len(values)} arrays for {len(variables)} variables")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def _state_variables(self) -> list:
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        return [*self.network.variables, *self.optimizer.variables, self.seeds.state]


class _Resident(layers.Layer):
    """All training images on the device, as uint8: a step then transfers image numbers alone."""

    def __init__(self, x: np.ndarray):
        super().__init__(name="images", trainable=False, dtype="float32")
        self.x = self.add_weight(
            shape=x.shape, dtype="uint8", trainable=False, initializer="zeros", name="x"
        )
        self.x.assign(x)

    def call(self, index):
        return ops.cast(ops.take(self.x, index, axis=0), "float32") / 255.0


class _Watch(keras.callbacks.Callback):
    def __init__(self, after_batch: Callable[[int, float], bool]):
        super().__init__()
        self.after_batch = after_batch

    def on_train_batch_end(self, batch, logs=None):
        if self.after_batch(batch, float((logs or {}).get("loss", float("nan")))):
            self.model.stop_training = True
