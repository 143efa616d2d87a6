"""The wrapper that is trained: image numbers in, loss out. The network inside it is what is kept."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from ae_core.config import TrainConfig
from ae_core.machine import devices
from ae_core.networks import kind, optimizers, stretches
from ae_core.networks.augment import augment

EXECUTION_PIXELS = 2**21  # of one uninterrupted stretch on a GPU, and so until a cancel is heard
MOST_STEPS = 32  # of such a stretch: more gain nothing


class Trainer(keras.Model):
    """Images → augmented → noisy → network → loss, in one compiled step.

    The images of a step are fed as uint8 (B, H, W, C) where TensorFlow computes on the CPU, else as
    their numbers (B,) int32 among those that lie on the device.
    """

    def __init__(self, network: keras.Model, x_train: np.ndarray, config: TrainConfig):
        """Put ``x_train`` uint8 (N, H, W, C) where it is needed, and wrap ``network``."""
        super().__init__(name="trainer")
        self.network, self.config = network, config
        self.sides = x_train.shape[1:3]
        apart = devices.accelerated() or devices.replicas() > 1
        self.fed = x_train if devices.backend() == "tensorflow" and not apart else None
        if self.fed is None:
            self.images = _Resident(x_train)
            self.images.build(())
        self.seeds = _Seeds(config.seed)
        self.objective = kind(config.network).objective(network, config)
        self.built = True  # its parts are; Keras would trace it once more to find out

    def compile_for(
        self, steps: int, batch: int | None = None, learning_rate: float | None = None
    ) -> None:
        """Compile with its optimiser, a warm-up and a cosine decay to zero over ``steps``.

        Args:
            steps: until the rate is zero: of the whole training, or of what is left of it.
            batch: images a step; a GPU then does several steps at a stretch, see :meth:`stretch`.
            learning_rate: the highest; that of the configuration where none is given.
        """
        rate = learning_rate or self.config.learning_rate
        warm = max(1, int(self.config.warm_up * steps))
        self.schedule = keras.optimizers.schedules.CosineDecay(
            rate / 100, max(1, steps - warm), warmup_target=rate, warmup_steps=warm
        )
        # "auto": XLA on GPUs; off on the CPU, where it halves TensorFlow's speed. It compiles for
        # one device alone.
        jit = "auto" if devices.replicas() == 1 else False
        self.compile(
            optimizers.of(self.config.optimizer, self.schedule),
            jit_compile=jit,
            steps_per_execution=1 if batch is None else self.stretch(batch),
        )
        # Else the first step makes its variables, and TensorFlow traces it a second time without.
        self.optimizer.build(self.trainable_variables)
        if self.fed is not None:
            self.several = stretches.in_graph(self)

    def stretch(self, batch: int) -> int:
        """Return how many steps Keras does at a stretch, between two looks at the loss and a cancel.

        One on the CPU, where :mod:`ae_core.networks.stretches` does several with TensorFlow. On a
        GPU small batches take less time than Python needs between them, so
        there it is about 2,000 images of 32×32: well below a second from 2,000 images/s on. The
        PyTorch backend knows only single steps, and so do several devices together.
        """
        single = devices.backend() == "torch" or devices.replicas() > 1
        if single or not devices.accelerated():
            return 1
        height, width = self.sides
        return max(1, min(MOST_STEPS, EXECUTION_PIXELS // (batch * height * width)))

    def call(self, batch, training=False):
        """Return the loss of each image, (B,); an elastic network's images come once a band."""
        x = self.images(batch) if self.fed is None else ops.cast(batch, "float32") / 255.0
        x = augment(x, self.config.augment, self.seeds)
        return self.objective.losses(x, self.seeds, training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the mean of the images' losses; gradients are summed over the devices."""
        return ops.mean(y_pred) / devices.replicas()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear every weight's gradient; Keras's PyTorch backend asks for it before each step.

        PyTorch's own clears what a module lists, and Keras lists weights by their paths: of two
        layers of one name, as encoder and decoder have them, one would add its gradients up for ever.
        """
        for variable in self.trainable_variables:
            variable.value.grad = None

    def one_epoch(
        self,
        order: np.ndarray,
        batch: int,
        after_batch: Callable[[int, float], bool],
        on_start: Callable[[], None] = lambda: None,
    ) -> float:
        """Train on the images ``order`` (int32) once; return the mean loss.

        Args:
            order: image numbers, a whole number of batches.
            batch: images a step.
            after_batch: gets the number of the last step done, from 0, and the mean loss so far;
                true stops the epoch. It is called after every step, or stretch of steps.
            on_start: called when the images are ready, just before the first step.
        """
        if self.fed is not None:
            self.reset_metrics()
            on_start()
            return stretches.train(self.several, self.fed, order, batch, after_batch)
        watch = _Watch(after_batch, on_start, len(order) // batch)
        history = self.fit(
            order, batch_size=batch, epochs=1, shuffle=False, verbose=0, callbacks=[watch]
        )
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
        return [*self.network.variables, *self.optimizer.variables, self.seeds.state]


class _Resident(layers.Layer):
    """All training images on the device, as uint8: a step then transfers image numbers alone."""

    def __init__(self, x: np.ndarray):
        super().__init__(name="images", trainable=False, dtype="float32")
        self.x = self.add_weight(
            shape=x.shape,
            dtype="uint8",
            trainable=False,
            initializer=lambda shape, dtype: ops.convert_to_tensor(x),  # zeros would lie beside it
            name="x",
        )

    def call(self, index):
        return ops.cast(ops.take(self.x, index, axis=0), "float32") / 255.0


class _Seeds(keras.random.SeedGenerator):
    """Seeds that differ between the devices that train one network together."""

    def next(self, ordered=True):
        return devices.replica_seed(super().next(ordered))


class _Watch(keras.callbacks.Callback):
    def __init__(self, after_batch: Callable[[int, float], bool], on_start, steps: int):
        super().__init__()
        self.after_batch, self.on_start, self.steps = after_batch, on_start, steps

    def on_epoch_begin(self, epoch, logs=None):
        self.on_start()

    def on_train_batch_end(self, batch, logs=None):
        last = min(batch, self.steps - 1)  # the last stretch may be shorter than Keras says
        if self.after_batch(last, float((logs or {}).get("loss", float("nan")))):
            self.model.stop_training = True
