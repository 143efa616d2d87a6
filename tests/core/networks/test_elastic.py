"""The elastic network: prefixes of one code, every noise level, at its start as good as PCA."""

import numpy as np
import pytest
from keras import random
from keras.random import SeedGenerator

from ae_core import networks
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import metrics
from ae_core.networks import inference
from ae_core.networks.elastic import bands, fitting, short
from ae_core.networks.elastic import network as elastic

COLOUR, GREY = (32, 32, 3), (28, 28, 1)


@pytest.fixture(scope="module")
def started(pictures):
    """``started(shape)``: the untrained network at its start, and the PCA that it starts at."""
    kept = {}

    def get(shape):
        if shape not in kept:
            linear = pca.fit(pictures(shape, 80, seed=1), 24)
            model = networks.build(TrainConfig(network="elastic", code=24), shape)
            elastic.start_at_pca(model, linear.mean, linear.components, linear.variances)
            kept[shape] = inference.of(model), linear
        return kept[shape]

    return get


@pytest.mark.parametrize("size", [1, 3, 24])
def test_untrained_it_is_pca_of_every_size(size, started, pictures):
    network, linear = started(COLOUR)
    x = pictures(COLOUR, 12, seed=2)
    x_hat, peer = network.at(size).reconstruct(x), linear.take(size).reconstruct(x)
    assert np.abs(x_hat.astype(int) - peer.astype(int)).max() <= 1


def test_on_letters_all_but_the_free_values_start_at_pca(started, pictures):
    network, linear = started(GREY)
    x = pictures(GREY, 12, seed=2)
    x_hat = network.reconstruct(x)
    peer = linear.take(24 - elastic.FREE).reconstruct(x)
    assert np.abs(x_hat.astype(int) - peer.astype(int)).max() <= 1


def bent(shape, code=24):
    """A network of which every layer has weights drawn by chance, as after a training."""
    model, chance = networks.build(TrainConfig(network="elastic", code=code), shape), SeedGenerator(1)
    for variable in model.trainable_variables:
        variable.assign(random.normal(variable.shape, stddev=0.1, seed=chance))
    return inference.of(model)


@pytest.mark.parametrize("shape, tops", [(GREY, [1]), (COLOUR, [4, 8, 16])])
def test_a_code_is_the_beginning_of_longer_ones_but_for_the_shortest(shape, tops, pictures):
    network, x = bent(shape), pictures(shape, 5, seed=3)
    made = {top: network.at(top).encode(x, level=10) for top in [*tops, 24]}
    whole = made[24]
    for longer, top in zip([*tops[1:], 24], tops, strict=True):
        assert not np.allclose(made[top], made[longer][..., :top], atol=0.01)
    for size in (1, 3, 4, 5, 8, 9, 16, 17, 24):
        view, expected = network.at(size), next(y for top, y in made.items() if size <= top)
        assert view.code_shape == (1, 1, size)
        y = view.encode(x, level=10)
        assert np.allclose(y, expected[..., :size], atol=1e-5)
        assert np.allclose(view.shorten(whole), y, atol=1e-5)
        assert np.array_equal(view.decode(y), view.reconstruct(x, 10))
        assert np.array_equal(view.at(24).encode(x, level=10), whole)
        told = [np.full((5, 1, 1, 1), value, np.float32) for value in (10, size)]
        x_hat = network.model.predict_on_batch([x / np.float32(255), *told])
        eight_bit = np.clip(np.rint(np.asarray(x_hat) * 255), 0, 255)
        assert np.abs(eight_bit - view.reconstruct(x, 10)).max() <= 1


@pytest.mark.parametrize("shape", [GREY, COLOUR])
def test_the_shortest_codes_are_trained_alone_and_change_nothing_else(shape, pictures):
    model, x = networks.build(TrainConfig(network="elastic", code=24), shape), pictures(shape, 96, 5)
    linear = pca.fit(x, 24)
    elastic.start_at_pca(model, linear.mean, linear.components, linear.variances)
    network, trainable = inference.of(model), len(model.trainable_variables)
    shortest = short.tops(shape, 24)[-1]
    longer, few = network.encode(x), network.at(shortest).reconstruct(x)
    drawn = network.at(shortest + 1).reconstruct(x)
    config = TrainConfig(network="elastic", code=24, loss="psnr")
    losses, orders = [], [np.arange(96, dtype=np.int32)] * 30
    fitting.fit(model, config, x, orders, 3e-3, told=lambda epoch, loss: losses.append(loss))
    assert len(losses) == 30 and losses[-1] < losses[0]
    assert np.array_equal(network.encode(x), longer)
    assert np.array_equal(network.at(shortest + 1).reconstruct(x), drawn)
    better = network.at(shortest).reconstruct(x)
    assert metrics.psnr(x, better).mean() > metrics.psnr(x, few).mean()
    assert len(model.trainable_variables) == trainable


def test_the_layers_of_some_of_the_shortest_codes_are_trained_alone(pictures):
    network, x = bent(COLOUR), pictures(COLOUR, 96, 5)
    config = TrainConfig(network="elastic", code=24, loss="psnr")
    before = {size: network.at(size).reconstruct(x) for size in (4, 5, 8, 16, 24)}
    fitting.fit(network.model, config, x, [np.arange(96, dtype=np.int32)] * 4, 3e-3, longest=4)
    changed = [s for s, x_hat in before.items() if (network.at(s).reconstruct(x) != x_hat).any()]
    assert changed == [4]


@pytest.mark.parametrize("shape, shortest", [(GREY, 0), (COLOUR, 0), (COLOUR, 4)])
def test_a_network_of_other_shortest_codes_works_as_before_and_can_be_begun_with(
    shape, shortest, pictures, monkeypatch, tmp_path
):
    config = TrainConfig(network="elastic", code=24)
    with monkeypatch.context() as before:
        before.setattr(short, "tops", lambda *_: [shortest] if shortest else [])
        old = bent(shape).model
    old.save(tmp_path / "old.keras")
    network, x = networks.load(tmp_path / "old.keras"), pictures(shape, 4, seed=8)
    whole = network.encode(x)
    for size in (1, 4, 5, 20):
        y = network.encode(x, size=size)
        assert np.array_equal(y, whole[..., :size]) == (size > shortest)
        assert np.allclose(network.at(size).shorten(whole), y, atol=1e-5)
    new = networks.build(config, shape)
    assert fitting.inherit(new, network.model)
    made = inference.of(new)
    assert np.array_equal(made.encode(x), whole)
    own = short.tops(shape, 24)
    assert [band.until for band in bands.decoders(new)][: len(own)] == own
    for size in (max(5, own[-1] + 1), 24):
        assert np.array_equal(made.reconstruct(x, size=size), network.reconstruct(x, size=size))
    other = networks.build(TrainConfig(network="elastic", code=16), shape)
    assert not fitting.inherit(other, network.model)


def test_values_beyond_the_size_change_nothing(started, pictures):
    network, _ = started(COLOUR)
    y = network.encode(pictures(COLOUR, 4))
    decoder, size = network.model.get_layer("decoder"), np.full((4, 1, 1, 1), 5, np.float32)
    other = y.copy()
    other[..., 5:] = 1e3
    x_hat = decoder.predict_on_batch([y, size])
    assert np.array_equal(x_hat, decoder.predict_on_batch([other, size]))


def test_untrained_it_shrinks_the_code_as_wiener_does(started, pictures):
    network, linear = started(COLOUR)
    x = pictures(COLOUR, 20, seed=4)
    for level in (25, 75):
        share = linear.variances / (linear.variances + (level / 255) ** 2)
        y = network.encode(x, level)[:, 0, 0]
        assert np.allclose(y, network.encode(x)[:, 0, 0] * share, atol=1e-4)


def test_the_linear_layers_are_not_trained(started):
    model = started(COLOUR)[0].model
    for half in ("encoder", "decoder"):
        assert not model.get_layer(half).get_layer("linear").trainable_variables


def test_each_size_is_drawn_by_the_decoder_of_its_band(started, pictures):
    network, _ = started(GREY)
    model = network.model
    for layer in model.get_layer("decoder").layers:  # at its start every decoder is the same
        if layer.name.startswith("last_"):
            layer.set_weights(
                [
                    0.01 * np.random.default_rng(len(layer.name)).normal(size=w.shape)
                    + float(layer.name[5:]) / 400
                    for w in layer.get_weights()
                ]
            )
    parts = bands.decoders(model)
    assert [(b.low, b.top, b.until) for b in parts] == [
        (0, 1, 1),
        (1, 4, 4),
        (4, 16, 16),
        (16, 24, 24),
    ]
    x = pictures(GREY, 24, seed=6)
    y = network.encode(x)
    y[0] = 0
    y[0, ..., :1] = network.encode(x[:1], size=1)[0]
    sizes = np.arange(1, 25, dtype=np.float32).reshape(24, 1, 1, 1)
    whole = model.get_layer("decoder").predict_on_batch([y, sizes])
    for size in range(1, 25):
        (part,) = [b.model for b in parts if b.low < size <= b.top]
        one = part.predict_on_batch([y[size - 1 : size], sizes[size - 1 : size]])
        assert np.allclose(whole[size - 1], one[0], atol=1e-5)
        again = network.at(size).reconstruct(x[size - 1 : size])[0]
        eight_bit = np.clip(np.rint(whole[size - 1] * 255), 0, 255)
        assert np.abs(again - eight_bit).max() <= 1
    assert not np.allclose(
        parts[1].model.predict_on_batch([y, sizes]),
        parts[2].model.predict_on_batch([y, sizes]),
        atol=1e-3,
    )


def test_on_colour_pictures_one_decoder_serves_all_but_the_shortest_codes(started):
    model = started(COLOUR)[0].model
    assert [(b.low, b.until) for b in bands.decoders(model)] == [(0, 4), (4, 8), (8, 16), (16, 24)]


@pytest.mark.parametrize("shape, code", [(GREY, 1), (COLOUR, 3), (COLOUR, 4)])
def test_a_longest_code_that_is_short_has_layers_of_its_own_alone(shape, code, pictures):
    network, x = bent(shape, code), pictures(shape, 3)
    assert [(b.low, b.until) for b in bands.decoders(network.model)] == [(0, code)]
    assert np.array_equal(network.encode(x, size=1), network.encode(x)[..., :1])


@pytest.mark.long
def test_a_band_answers_as_long_as_the_next_one_is_worse(pictures, tmp_path):
    model = networks.build(TrainConfig(network="elastic", code=24), GREY)
    linear = pca.fit(pictures(GREY, 80, seed=1), 24)
    elastic.start_at_pca(model, linear.mean, linear.components, linear.variances)
    decoder, x = model.get_layer("decoder"), pictures(GREY, 64, seed=7)
    worse = decoder.get_layer("last_16")  # it is off by a constant: worse than the band before
    kernel, offset = worse.get_weights()
    worse.set_weights([kernel, offset + 0.5])
    bands.settle(model, x)
    shortest, first, second, last = bands.decoders(model)
    assert shortest.until == 1
    assert first.until == 15  # the band's own longest code stays with it
    assert second.until < 24 and last.until == 24
    model.save(tmp_path / "settled.keras")
    network = networks.load(tmp_path / "settled.keras")
    assert np.array_equal(network.at(9).reconstruct(x), network.at(4).reconstruct(x))
    sizes = np.full((64, 1, 1, 1), 9, np.float32)
    level = np.zeros((64, 1, 1, 1), np.float32)
    whole = network.model.predict_on_batch([x / np.float32(255), level, sizes])
    eight_bit = np.clip(np.rint(np.asarray(whole) * 255), 0, 255)
    assert np.abs(eight_bit - network.at(9).reconstruct(x)).max() <= 1


def test_training_draws_every_size_of_a_band_log_uniformly():
    """Short codes are trained as much as long ones; of several bands half draw their longest."""
    count, config = 20_000, TrainConfig(network="elastic", code=24)
    for shape in (COLOUR, GREY):
        network = networks.build(config, shape)
        drawing, seeds = networks.kind("elastic").objective(network, config), SeedGenerator(0)
        for band in drawing.bands:
            like = np.zeros((count, 1, 1, 1), np.float32)
            sizes = np.asarray(drawing._sizes(like, band, seeds)).ravel()
            share = 0.5 if shape == GREY or band.top < 24 else 1.0
            for size in range(band.low + 1, band.top + 1):
                expected = np.log((size + 1) / size) / np.log((band.top + 1) / (band.low + 1))
                expected = expected * share + (1 - share) * (size == band.top)
                assert np.mean(sizes == size) == pytest.approx(expected, abs=0.02), (band.top, size)
            assert set(sizes) == set(range(band.low + 1, band.top + 1))


@pytest.mark.parametrize("size", [0, 25, -1])
def test_sizes_that_it_has_not_are_refused(size, started):
    with pytest.raises(UserError, match="from 1 to 24"):
        started(COLOUR)[0].at(size)


def test_other_networks_have_one_size(saved):
    with pytest.raises(UserError, match="one code size"):
        networks.load(saved("conv")).at(3)
