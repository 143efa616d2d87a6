"""The search for better codes through the decoder."""

import functools
from pathlib import Path

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import SEARCH_STEPS
from ae_core.errors import UserError
from ae_core.images import metrics
from ae_core.networks import search
from ae_core.runs import Run
from ae_core.training import examples

FOLDER = Path(__file__).parents[3] / "artifacts" / "pretrained"


@pytest.fixture(scope="module")
def shipped():
    """A shipped network of letters, and images for it."""

    @functools.cache
    def get(name):
        run = Run(FOLDER / f"letters-{name}")
        return networks.load(run.model_path), examples.read(run).x

    return get


@pytest.mark.parametrize(
    "name", ["situation-3", pytest.param("conv-16", marks=pytest.mark.long), "elastic"]
)
def test_codes_are_better_and_decoders_unchanged(shipped, name):
    network, x = shipped(name)
    weights = [w.copy() for w in network.decoder.get_weights()]
    y, before = network.encode(x), network.reconstruct(x)
    better = network.encode(x, search=SEARCH_STEPS)
    after = network.reconstruct(x, search=SEARCH_STEPS)
    assert better.shape == y.shape and better.dtype == np.float32
    assert np.array_equal(network.decode(better), after)
    assert (metrics.psnr(x, after) >= metrics.psnr(x, before)).all()
    assert metrics.psnr(x, after).mean() > metrics.psnr(x, before).mean() + 0.05
    for old, new in zip(weights, network.decoder.get_weights(), strict=True):
        assert np.array_equal(old, new)
    assert np.array_equal(network.encode(x), y)


def test_an_elastic_network_searches_for_short_codes_too(shipped):
    network, x = shipped("elastic")
    y = network.encode(x, size=5, search=10)
    assert y.shape == (len(x), 1, 1, 5)
    assert (
        metrics.psnr(x, network.decode(y)) >= metrics.psnr(x, network.reconstruct(x, size=5))
    ).all()


def test_an_image_is_searched_for_alike_whatever_is_beside_it(saved, pictures):
    """Also in a last batch that is filled up, and again after another search."""
    network = networks.load(saved("conv"))
    x = pictures(network.image_shape, search.BATCH + 2)
    some = network.encode(x, search=3)
    assert some.shape[0] == len(x)
    again = network.encode(x, search=3)
    np.testing.assert_allclose(again, some, atol=1e-5)


def test_no_images_no_code_and_whole_numbers(saved, pictures):
    conv, unet = networks.load(saved("conv")), networks.load(saved("unet"))
    assert conv.encode(np.zeros((0, 32, 32, 3), np.uint8), search=3).shape == (0, 1, 1, 24)
    with pytest.raises(UserError, match="no code"):
        unet.reconstruct(pictures((32, 32, 3), 1), search=3)


def test_batches_are_powers_of_two():
    assert [search.batch(n) for n in (1, 2, 3, 8, 9, 64, 500)] == [1, 2, 4, 8, 16, 64, 64]
