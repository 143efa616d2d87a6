"""A part of a network made anew: a rate network's tables, an elastic one's shortest codes."""

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.codec import entropy
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import card
from ae_core.maintenance import refit
from ae_core.networks.rate import shape_book
from ae_core.training import fit

LEVEL = 16  # where little but the number of a shape is sent

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def pair(few_letters):
    config = TrainConfig(network="rate", code=72, epochs=1, batch=64, learning_rate=1e-5)
    run = runs.create(config, "Any rate")
    letters = data.load("letters")
    run.update_info(data={"name": "letters", "fingerprint": letters.fingerprint})
    assert fit.fit(run) == "finished"
    return run, refit.refit(run)


def test_a_refitted_run_is_whole_and_says_that_it_is_one(pair):
    old, new = pair
    assert new.id != old.id and new.status()["state"] == "finished"
    assert new.title == old.title and new.config == old.config and new.epochs_done() == 1
    assert new.info["refitted"] > old.info["created"] and new.info["created"] == old.info["created"]
    assert new.samples().epochs == old.samples().epochs


def test_what_was_trained_stays_and_what_is_counted_is_new(pair):
    old, new = (networks.load_codec(run.model_path) for run in pair)
    assert old.fingerprint != new.fingerprint
    for half, kept in (("encoder", "nearest_shape"), ("decoder", "shape")):
        layers = (codec.model.get_layer(half) for codec in (old, new))
        for before, after in zip(*(half_.layers for half_ in layers), strict=True):
            if before.name != kept:
                for a, b in zip(before.get_weights(), after.get_weights(), strict=True):
                    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(old.prior.weights, new.prior.weights)
    books = [
        codec.model.get_layer("decoder").get_layer("shape").get_weights()[0] for codec in (old, new)
    ]
    np.testing.assert_array_equal(*(book[shape_book.SIZES[0] :] for book in books))


def test_it_writes_and_reads_its_own_bytes(pair):
    codec = networks.load_codec(pair[1].model_path)
    x = data.load("letters").test.x
    for level in (LEVEL, 255):
        q = codec.encode(x, rate=level)[:, 0, 0]
        stream = entropy.encode(q, level, codec.prior)
        np.testing.assert_array_equal(entropy.decode(stream, len(x), level, codec.prior), q)


def test_the_decoder_draws_new_shapes_as_the_encoder_knows_them(pair):
    codec = networks.load_codec(pair[1].model_path)
    book, bits = codec.model.get_layer("encoder").get_layer("nearest_shape").get_weights()
    few = np.flatnonzero(bits[1, : shape_book.SIZES[0]] < 12)
    q = np.zeros((len(few), codec.positions), np.int32)
    q[:, 0] = few
    encoder = codec.model.get_layer("encoder")
    basis = np.asarray(encoder.get_layer("brightness").get_weights()[0])
    basis = basis[:, np.asarray(encoder.get_layer("order").get_weights()[0])]
    drawn = (
        codec.decode(q[:, None, None], rate=shape_book.LEVELS[0]).reshape(len(few), -1) / 255 - 0.5
    ) @ basis
    assert np.abs(drawn[:, : book.shape[1]] - book[few]).max() < 0.2


def test_an_elastic_networks_shortest_codes_are_trained_anew(few_letters):
    run = runs.create(TrainConfig(network="elastic", code=8, epochs=1, batch=64), "Any elastic")
    run.update_info(data={"name": "letters", "fingerprint": "0" * 16})  # others than those here
    assert fit.fit(run) == "finished"
    told, letters = [], data.load("letters")
    made = refit.refit(run, lambda *news: told.append(news), refit.Short("colours", 8, longest=1))
    assert [done for done, _, _ in told] == list(range(1, told[-1][1] + 1))
    old, new = (networks.load(one.model_path) for one in (run, made))
    x = letters.test.x[:8]
    for size in (2, 5, 8):
        assert np.array_equal(new.reconstruct(x, size=size), old.reconstruct(x, size=size))
    assert not np.array_equal(new.encode(x, size=1), old.encode(x, size=1))
    (said,) = card._refitted(made.info)
    assert f"{len(letters.train.x):,} training images of letters, `{letters.fingerprint}`" in said
    assert said.endswith(
        ": `python -m ae_core.maintenance refit --augment colours --steps 8 --longest 1`"
    )


def test_only_a_rate_network_with_its_own_images_is_refitted(pair, few_letters):
    conv = runs.create(TrainConfig(network="conv", code=4), "No rate")
    with pytest.raises(UserError, match="neither a rate network"):
        refit.refit(conv)
    with pytest.raises(UserError, match="so --steps 8 means nothing"):
        refit.refit(pair[0], short=refit.Short(steps=8))
    other = runs.create(pair[0].config, "Elsewhere")
    other.update_info(data={"name": "letters", "fingerprint": "0" * 16})
    with pytest.raises(UserError, match="other images"):
        refit.refit(other)
