"""The optimisers of a training; Adam's step is one operation a weight where TensorFlow has it.

Keras's Adam goes through a weight, its gradient and its two moments twelve times a step, an eighth of
the time of a step of dense layers. TensorFlow's own operation does the same in one.
"""

from __future__ import annotations

import keras

from ae_core.config import MOMENTUM
from ae_core.machine import devices


def of(name: str, schedule) -> keras.optimizers.Optimizer:
    """Return the optimiser of that name in a configuration, with a learning rate or its schedule."""
    if name == "sgd":
        return keras.optimizers.SGD(schedule, momentum=MOMENTUM)
    if name == "rmsprop":
        return keras.optimizers.RMSprop(schedule)
    # XLA makes one operation of Keras's own, and several devices need what Keras does for them.
    alone = (
        devices.backend() == "tensorflow" and not devices.accelerated() and devices.replicas() == 1
    )
    if name == "adamw":
        return (AdamW if alone else keras.optimizers.AdamW)(schedule)
    return (Adam if alone else keras.optimizers.Adam)(schedule)


class _InOneOperation:
    """The same step (Kingma & Ba 2015, algorithm 1, with ε where Keras has it)."""

    def update_step(self, gradient, variable, learning_rate):
        import tensorflow as tf

        k = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[k].value.handle,
            v=self._velocities[k].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(tf.convert_to_tensor(gradient), variable.dtype),
        )


class Adam(_InOneOperation, keras.optimizers.Adam):
    pass


class AdamW(_InOneOperation, keras.optimizers.AdamW):
    pass
