"""A rate network's prior in whole numbers, its choice of what to send, and its bytes."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.codec import entropy
from ae_core.codec.prior import bits
from ae_core.codec.rdo import choose
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.networks import rate
from ae_core.networks.rate import counted, fitting
from ae_core.networks.rate.inference import RateNetwork

SHAPE = (32, 32, 3)


def smooth(count, seed):
    random = np.random.default_rng(seed)
    v, u = np.mgrid[0:32, 0:32] / 32
    a, b, phase = random.uniform(-9, 9, (3, count, 3, 1, 1))
    x = 128 + 90 * np.sin(a * u + b * v + phase)
    return (
        np.clip(np.rint(x + random.normal(0, 3, x.shape)), 0, 255)
        .astype(np.uint8)
        .transpose(0, 2, 3, 1)
    )


@pytest.fixture(scope="module")
def model():
    x = smooth(200, 0)
    network = networks.build(TrainConfig(network="rate", code=64), SHAPE)
    counted.start_at_transform(network, x, np.ones(len(x)))
    return fitting.with_tables(network, x[:100])


@pytest.fixture(scope="module")
def codec(model):
    return RateNetwork(model)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_bytes_give_back_the_encoders_own_pictures(codec, level):
    x = smooth(70, 1)
    y = codec.encode(x, rate=level)
    assert y.shape == (70, *codec.code_shape)
    stream = entropy.encode(y[:, 0, 0], level, codec.prior)
    back = entropy.decode(stream, len(x), level, codec.prior)
    assert np.array_equal(back, y[:, 0, 0])
    assert np.array_equal(codec.decode(y, level), codec.reconstruct(x, rate=level))


def test_pixels_do_not_depend_on_how_many_are_decoded(codec):
    q = codec.encode(smooth(70, 1), rate=128)
    whole = codec.decode(q, 128)
    parts = np.concatenate(
        [codec.decode(q[:1], 128), codec.decode(q[1:50], 128), codec.decode(q[50:], 128)]
    )
    assert np.array_equal(parts, whole)


def test_the_tables_promise_what_the_bytes_are(codec):
    q = codec.encode(smooth(1000, 2), rate=100)[:, 0, 0]
    promised = bits(q, 100, codec.prior).sum()
    real = 8 * len(entropy.encode(q, 100, codec.prior))
    assert abs(real / promised - 1) < 0.01


def test_choosing_beats_rounding_on_the_lagrangian(codec, model):
    x, level = smooth(100, 3), 64
    levels = np.full((len(x), 1, 1, 1), level, np.float32)
    z = np.asarray(model.get_layer("encoder").predict_on_batch([x.astype(np.float32) / 255, levels]))
    weight = rate.lagrangian(level, 3) * rate.steps(model, level) ** 2

    def cost(q):
        return ((q - z) ** 2 @ weight + bits(q, level, codec.prior)).mean()

    rounded = np.rint(z).astype(np.int32)
    assert cost(choose(z, codec.prior, level, weight)) < 0.99 * cost(rounded)


def test_a_free_choice_is_rounding(codec):
    z = np.random.default_rng(0).normal(0, 3, (20, 64)).astype(np.float32)
    q = choose(z, codec.prior, 128, np.full(64, 1e9))
    assert np.array_equal(q, np.rint(z))


def test_saved_and_loaded_it_writes_the_same_bytes(codec, model, tmp_path):
    model.save(tmp_path / "model.keras")
    again = networks.load_codec(tmp_path / "model.keras")
    x = smooth(10, 4)
    assert again.fingerprint == codec.fingerprint and len(again.fingerprint) == 8
    assert np.array_equal(again.encode(x, rate=200), codec.encode(x, rate=200))
    assert networks.load(tmp_path / "model.keras").bits


def test_other_networks_write_no_bytes(tmp_path):
    networks.build(TrainConfig(network="conv", code=4), SHAPE).save(tmp_path / "conv.keras")
    with pytest.raises(UserError, match="no rate network"):
        networks.load_codec(tmp_path / "conv.keras")


@pytest.mark.parametrize("level", [-1, 256])
def test_levels_outside_are_refused(codec, level):
    with pytest.raises(UserError, match="0 to 255"):
        codec.encode(smooth(1, 0), rate=level)


def test_pictures_of_another_shape_are_refused(codec):
    with pytest.raises(UserError, match="takes uint8 images"):
        codec.encode(np.zeros((1, 28, 28, 1), np.uint8), rate=100)
    with pytest.raises(UserError, match="Codes must be"):
        codec.decode(np.zeros((1, 1, 1, 3), np.int32), 100)
