"""Elastic and rate networks from training to figures: the whole way, on a few drawn letters."""

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.config import TrainConfig
from ae_core.evaluation import card, code_sizes, evaluate
from ae_core.images import metrics
from ae_core.images.noise import Noise
from ae_core.runs.choose import SHOWN_SIZE
from ae_core.training import examples, worker

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def trained(few_letters):
    """Finished runs: an elastic network of 8 values, a conv network of 4, a rate network."""

    def train(**asked):
        run = runs.create(TrainConfig(data="letters", epochs=2, batch=32, device="cpu", **asked))
        assert worker.work(run) == "finished"
        return run

    noisy = Noise("gaussian", 50.0, low=0.0, clean=0.5)
    made = {
        "conv": train(network="conv", code=4),
        "elastic": train(network="elastic", code=8, noise=noisy, loss="psnr", augment="shapes"),
        "rate": train(network="rate", code=24),
    }
    evaluate.evaluate(made["conv"])
    return made


def test_an_elastic_run_is_measured_at_its_sizes_beside_its_peers(trained):
    result = evaluate.evaluate(trained["elastic"])
    rows = result["tests"][0]["sizes"]
    assert [row["size"] for row in rows] == [1, 2, 4, 8] and result["noise"]["kind"] == "none"
    x, network = data.load("letters").test.x, networks.load(trained["elastic"].model_path)
    for row in rows:
        x_hat = network.at(row["size"]).reconstruct(x)
        assert row["network"]["psnr"] == pytest.approx(metrics.psnr(x, x_hat).mean())
        peer = evaluate.pca_reference(data.load("letters"), row["size"])
        assert row["pca"]["psnr"] == pytest.approx(metrics.psnr(x, peer.reconstruct(x)).mean())
    known = {row["size"]: row["dedicated"] for row in rows}
    conv = trained["conv"]
    assert [peer["run"] for peer in known[4]] == [conv.id] and not known[8]
    assert known[4][0]["psnr"] == conv.evaluation()["tests"][0]["network"]["psnr"]


def test_the_table_of_sizes_shows_the_difference_in_decibels(trained):
    evaluate.evaluate(trained["elastic"])
    table = card.table([trained["elastic"]])
    row = next(
        r
        for r in evaluate.evaluate(trained["elastic"], write=False)["tests"][0]["sizes"]
        if r["size"] == 4
    )
    difference = row["network"]["psnr"] - row["dedicated"][0]["psnr"]
    assert f"| {difference:+.2f} |" in table and trained["conv"].id in table


def test_only_networks_measured_on_the_same_images_are_compared(trained):
    assert code_sizes.dedicated(4, "letters", 24) and not code_sizes.dedicated(4, "letters", 23)
    assert not code_sizes.dedicated(4, "notmnist", 24) and not code_sizes.dedicated(5, "letters", 24)


def test_an_elastic_run_is_validated_over_all_sizes_and_levels(trained):
    run = trained["elastic"]
    samples = np.load(run.folder / "samples" / "x_noisy.npy")
    clean = np.load(run.folder / "samples" / "x.npy")
    same = [(a == b).all() for a, b in zip(clean, samples, strict=True)]
    assert 0 < sum(same) < len(same)


def test_a_rate_run_keeps_its_bytes_and_its_examples(trained):
    run = trained["rate"]
    codec = networks.load_codec(run.model_path)
    stored = examples.read(run)
    y = stored.y.astype(np.int32)
    assert np.array_equal(codec.encode(stored.x), y)
    assert np.array_equal(codec.decode(y), stored.x_hat)


def test_a_rate_run_is_measured_in_real_bits(trained):
    result = evaluate.evaluate(trained["rate"])
    test = result["tests"][0]
    assert test["rate_level"] == 128 and 0 < test["stored"]["bits_per_image"] < 8 * 28 * 28
    assert result["code"]["stored_bits"] == test["stored"]["bits_per_image"]
    assert "whole numbers" in card.card("x", trained["rate"].info, trained["rate"].history(), result)


def test_elastic_examples_are_clean_and_of_one_size(trained):
    stored = examples.read(trained["elastic"])
    assert np.array_equal(stored.x, stored.x_noisy) and stored.y.shape == (16, 1, 1, SHOWN_SIZE)
    network = networks.load(trained["elastic"].model_path)
    assert np.array_equal(network.decode(stored.y), stored.x_hat)
