"""The elastic network: prefixes of one code, every noise level, at its start as good as PCA."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.networks import elastic
from ae_core.networks.inference import Network

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
            kept[shape] = Network(model), linear
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


def test_a_short_code_is_the_beginning_of_a_long_one(started, pictures):
    network, _ = started(COLOUR)
    x = pictures(COLOUR, 5, seed=3)
    whole = network.encode(x, level=10)
    for size in (1, 7, 24):
        view = network.at(size)
        assert view.code_shape == (1, 1, size)
        assert np.array_equal(view.encode(x, level=10), whole[..., :size])
        assert np.array_equal(view.decode(whole[..., :size]), view.reconstruct(x, 10))


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


@pytest.mark.parametrize("size", [0, 25, -1])
def test_sizes_that_it_has_not_are_refused(size, started):
    with pytest.raises(UserError, match="from 1 to 24"):
        started(COLOUR)[0].at(size)


def test_other_networks_have_one_size(saved):
    with pytest.raises(UserError, match="one code size"):
        networks.load(saved("conv")).at(3)
