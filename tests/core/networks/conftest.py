"""Networks as they are built, once for all tests here, and images to put through them."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig

CASES = {
    "situation-1": (196, (28, 28, 1)),
    "situation-2": (49, (28, 28, 1)),
    "situation-3": (4, (28, 28, 1)),
    "situation-4": (1, (28, 28, 1)),
    "conv": (24, (32, 32, 3)),
    "unet": (0, (32, 32, 3)),
    "elastic": (24, (28, 28, 1)),
}


@pytest.fixture(scope="session")
def built():
    """``built("conv")`` is a fresh-looking Keras model; each is built once, seed 0."""
    import keras

    kept = {}

    def get(name):
        if name not in kept:
            keras.utils.set_random_seed(0)
            code, image_shape = CASES[name]
            kept[name] = networks.build(TrainConfig(network=name, code=code), image_shape)
        return kept[name]

    return get


@pytest.fixture(scope="session")
def pictures():
    """``images((32, 32, 3), 20)``: smooth shapes with some texture, uint8."""

    def draw(shape, count=20, seed=0):
        height, width, channels = shape
        random = np.random.default_rng(seed)
        v, u = np.mgrid[0:height, 0:width] / max(height, width)
        x = np.zeros((count, *shape))
        for image in x:
            for c in range(channels):
                a, b, phase = random.uniform(-9, 9, 3)
                image[..., c] = 128 + 90 * np.sin(a * u + b * v + phase)
        return np.clip(x + random.normal(0, 8, x.shape), 0, 255).astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def saved(built, tmp_path_factory):
    """``saved("conv")``: the path of that network's .keras file, with weights as after training."""
    folder = tmp_path_factory.mktemp("saved")

    def get(name):
        path = folder / f"{name}.keras"
        if not path.exists():
            import keras

            code, image_shape = CASES[name]
            model = networks.build(TrainConfig(network=name, code=code), image_shape)
            random = np.random.default_rng(1)
            model.set_weights(
                [w + random.normal(0, 0.02, w.shape).astype(w.dtype) for w in model.get_weights()]
            )
            assert isinstance(model, keras.Model)
            model.save(path)
        return path

    return get
