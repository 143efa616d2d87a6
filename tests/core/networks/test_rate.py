"""The rate network before training: a transform code whose parts are what they claim to be."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.networks import rate
from ae_core.networks.rate import counted, layers
from ae_core.networks.rate.inference import RateNetwork

COLOUR, GREY = (32, 32, 3), (28, 28, 1)
CODE = 48


@pytest.fixture(scope="module")
def network(pictures):
    """``network(shape)``: started at the transform of 120 images."""
    kept = {}

    def get(shape):
        if shape not in kept:
            kept[shape] = networks.build(TrainConfig(network="rate", code=CODE), shape)
            x = pictures(shape, 120, seed=1)
            counted.start_at_transform(kept[shape], x, np.ones(len(x)))
        return kept[shape]

    return get


def through(model, x, level):
    levels = np.full((len(x), 1, 1, 1), level, np.float32)
    x_hat, bits = model.predict_on_batch([x.astype(np.float32) / 255, levels])
    error = ((np.asarray(x_hat) - x / 255.0) ** 2).sum(axis=(1, 2, 3))
    return error, np.asarray(bits)[:, 0]


def test_no_images_give_no_images_as_with_every_other_kind(network, pictures):
    model = networks.kind("rate").stored(network(GREY), pictures(GREY, 40))
    wrapped = RateNetwork(model)
    none = np.zeros((0, *GREY), np.uint8)
    assert wrapped.encode(none).shape == (0, 1, 1, CODE)
    assert wrapped.reconstruct(none, rate=255).shape == none.shape
    assert wrapped.decode(np.zeros((0, 1, 1, CODE), np.int32)).dtype == np.uint8


@pytest.mark.parametrize("shape", [COLOUR, GREY])
def test_more_bits_give_less_error(shape, network, pictures):
    x = pictures(shape, 16, seed=2)
    found = [through(network(shape), x, level) for level in (0, 64, 128, 192, 255)]
    errors, bits = [e.mean() for e, _ in found], [b.mean() for _, b in found]
    assert errors == sorted(errors, reverse=True) and bits == sorted(bits)
    assert bits[-1] > 2 * bits[0] > 0


def test_the_linear_layers_are_orthonormal_and_each_others_inverse(network):
    encoder, decoder = (network(COLOUR).get_layer(half) for half in ("encoder", "decoder"))
    for name, size in zip(("brightness", "colour"), rate.shares(CODE, 3), strict=True):
        down = np.asarray(encoder.get_layer(name).get_weights()[0])
        assert down.shape == (1024, size)
        assert np.abs(down.T @ down - np.eye(size)).max() < 1e-4
        assert np.array_equal(down.T, decoder.get_layer(name).get_weights()[0])


def test_values_come_by_falling_variance(network, pictures):
    x = pictures(COLOUR, 400, seed=3).astype(np.float32) / 255
    levels = np.full((len(x), 1, 1, 1), 128, np.float32)
    z = np.asarray(network(COLOUR).get_layer("encoder").predict_on_batch([x, levels]))
    energy = (z**2).mean(axis=0)
    assert energy[:8].mean() > energy[8:16].mean() > energy[24:].mean()


def test_gains_lie_between_those_of_the_neighbouring_rows():
    gain = layers.Gain(1.0, 1.2, 0.05)
    y = np.ones((3, 4), np.float32)
    levels = np.array([0, 255 / 16, 255 / 8], np.float32).reshape(3, 1, 1, 1)
    low, middle, high = np.asarray(gain(y, levels))[:, 0]
    assert np.isclose(low, 1 / 1.2) and np.isclose(middle, np.sqrt(low * high))


def test_the_prior_counts_the_bits_of_laplacian_intervals():
    prior = layers.ScalePrior()
    q = np.array([[0.0, 3.0, -1.0]], np.float32)
    level = np.zeros((1, 1, 1, 1), np.float32)
    prior(q, q, level)
    weights = np.full((3, 3), -50.0, np.float32)
    weights[1, 2] = np.log(0.5)
    prior.log_bias.assign(np.full((layers.ROWS, 3), np.log(0.7) / layers.HASTE))
    prior.log_weight.assign(weights / layers.HASTE)
    scales = np.array([0.7, 0.7, 0.7 + 0.5 * 3]) + 1e-3
    edges = np.linspace(-60, 60, 2_400_001)
    bits = 0.0
    for value, scale in zip(q[0], scales, strict=True):  # numerically, from the density
        inside = (edges >= value - 0.5) & (edges <= value + 0.5)
        density = np.exp(-np.abs(edges) / scale) / (2 * scale)
        bits -= np.log2(np.trapezoid(density[inside], edges[inside]))
    assert np.isclose(float(prior(q, q, level)[0, 0]), bits, rtol=1e-3)


def test_rounding_passes_the_gradient():
    import tensorflow as tf

    z = tf.constant([[0.2, 1.7, -2.4]])
    with tf.GradientTape() as tape:
        tape.watch(z)
        q = layers.Round()(z)
        total = tf.reduce_sum(q * [[1.0, 2.0, 3.0]])
    assert np.array_equal(q, [[0, 2, -2]]) and np.array_equal(tape.gradient(total, z), [[1, 2, 3]])


def test_a_step_is_worth_the_same_at_every_level():
    levels = np.array([0.0, 100.0, 255.0])
    for channels, (coarsest, finest) in rate.STEPS.items():
        step = coarsest * (finest / coarsest) ** (levels / 255)
        assert np.allclose(rate.lagrangian(levels, channels) * step**2, 8)


def test_a_code_too_short_for_its_parts_is_refused():
    with pytest.raises(UserError, match="at least 16 values, not 15"):
        networks.build(TrainConfig(network="rate", code=15), GREY)
    assert networks.build(TrainConfig(network="rate", code=16), GREY).inputs
