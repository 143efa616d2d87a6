"""What layers give is what the network computes, an elastic one's with the halves of its size."""

import keras
import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.drawing import activations, layers


@pytest.mark.parametrize("shape, size", [((28, 28, 1), 1), ((32, 32, 3), 3)])
def test_every_layer_of_an_elastic_network_is_at_work_at_its_size(shape, size, tmp_path):
    model = networks.build(TrainConfig(network="elastic", code=24), shape)
    chance = keras.random.SeedGenerator(2)
    for variable in model.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.1, seed=chance))
    model.save(tmp_path / "model.keras")
    network = networks.load(tmp_path / "model.keras")
    x = np.random.default_rng(0).integers(0, 256, (1, *shape), np.uint8)
    found, given = layers.read(tmp_path / "model.keras", size), {"level": 0.0, "size": float(size)}
    made = {i.path: activations.activations(network, i, x, given) for i in found if i.inputs}
    (code,) = [i for i in found if i.code]
    assert np.allclose(
        made[code.path].ravel()[:size], network.encode(x, size=size).ravel(), atol=1e-5
    )
    eight_bit = np.clip(np.rint(made[found[-1].path] * 255), 0, 255)
    assert np.abs(eight_bit.reshape(x.shape) - network.reconstruct(x, size=size)).max() <= 1
