"""A step of Adam in one operation is the step of Keras's own."""

import keras
import numpy as np
import pytest

from ae_core.networks import optimizers

RATES = keras.optimizers.schedules.CosineDecay(1e-4, 9, warmup_target=3e-2, warmup_steps=3)
NAMES = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW}


def weights(optimizer, dtype, side=40):
    """Return the weights and the optimiser's moments after twelve steps along drawn gradients."""
    rng = np.random.default_rng(0)
    shapes = [(side, 30), (30,)]
    given = [keras.Variable(rng.normal(size=shape), dtype=dtype) for shape in shapes]
    optimizer.build(given)
    for _ in range(12):
        drawn = [keras.ops.convert_to_tensor(rng.normal(size=shape), "float32") for shape in shapes]
        optimizer.apply([drawn[0], sparse(drawn[1])], given)
    return [keras.ops.convert_to_numpy(v) for v in (*given, *optimizer.variables)]


def sparse(gradient):
    """As TensorFlow gives the gradient of weights that are looked up."""
    import tensorflow as tf

    return tf.IndexedSlices(gradient, tf.range(len(gradient)), gradient.shape)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's operation")
@pytest.mark.parametrize(("name", "dtype"), [(n, "float32") for n in NAMES] + [("adam", "float64")])
def test_its_steps_are_those_of_keras(name, dtype):
    ours = optimizers.of(name, RATES)
    assert isinstance(ours, NAMES[name]) and type(ours) is not NAMES[name]
    # TensorFlow rounds 1 - beta in 32 bits, Keras before.
    for found, wanted in zip(weights(ours, dtype), weights(NAMES[name](RATES), dtype), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=3e-6)
