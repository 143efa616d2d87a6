"""The PCA codec: files come back, bytes are those promised, more bits buy more quality."""

import numpy as np
import pytest
from skimage import data

from ae_core.baselines import pca
from ae_core.codec import pca_codec
from ae_core.codec import prior as priors
from ae_core.errors import UserError
from ae_core.images import metrics


@pytest.fixture(scope="module")
def crops():
    photograph = data.astronaut()
    places = [(r, c) for r in range(0, 496, 12) for c in range(0, 496, 12)]
    x = np.stack([photograph[r : r + 16, c : c + 16] for r, c in places])
    mixed = np.random.default_rng(0).permutation(len(x))
    return x[mixed[:-200]], x[mixed[-200:]]


@pytest.fixture(scope="module")
def analysis(crops):
    return pca.fit(crops[0], 300)


def test_more_bits_buy_more_quality(crops, analysis):
    train, test = crops
    sizes, psnr = [], []
    for step in (400, 150, 50, 15):
        codec = pca_codec.fit(analysis, train, step)
        file = codec.encode(test)
        x_hat = codec.decode(file)
        assert x_hat.dtype == np.uint8 and x_hat.shape == test.shape
        sizes.append(8 * len(file) / len(test))
        psnr.append(metrics.summary(test, x_hat)["psnr_of_mean_mse"])
    assert sizes == sorted(sizes) and psnr == sorted(psnr)
    assert sizes[0] < 60 and psnr[-1] > 30, (sizes, psnr)
    assert psnr[-1] <= metrics.summary(test, analysis.reconstruct(test))["psnr_of_mean_mse"]


def test_bytes_are_those_that_the_tables_promise(crops, analysis):
    train, test = crops
    codec = pca_codec.fit(analysis, train, 60)
    file = codec.encode(test)
    q = np.rint(analysis.encode(codec.decode(file)) * 255 / 60)
    promised = priors.bits(
        pca_codec._choose(pca_codec._scaled(analysis, test, 60), codec.prior), 0, codec.prior
    ).sum()
    assert promised <= 8 * len(file) < 1.01 * promised + 8 * 10
    assert len(np.unique(q)) > 5


def test_choosing_beats_rounding(crops, analysis):
    """At the same quality: rounding to a coarser step reaches it with more bits."""
    train, test = crops
    chosen, rounded = [], []
    for step in (40, 60, 90, 130):
        codec = pca_codec.fit(analysis, train, step)
        z = pca_codec._scaled(analysis, test, step)
        prior = pca_codec._prior(np.rint(pca_codec._scaled(analysis, train, step)).astype(np.int32))
        for q, table, points in (
            (pca_codec._choose(z, codec.prior), codec.prior, chosen),
            (np.rint(z).astype(np.int32), prior, rounded),
        ):
            x_hat = analysis.decode(q * np.float32(step / 255))
            bits = priors.bits(q, 0, table).mean()
            points.append((metrics.summary(test, x_hat)["psnr_of_mean_mse"], np.log(bits)))
    (p, b), (p_round, b_round) = (np.array(points[::-1]).T for points in (chosen, rounded))
    at = np.linspace(max(p[0], p_round[0]), min(p[-1], p_round[-1]), 20)
    assert np.mean(np.interp(at, p, b) - np.interp(at, p_round, b_round)) < np.log(0.97)


def test_every_component_has_its_table_until_they_are_too_many():
    random = np.random.default_rng(0)
    for positions, tables in ((10, 10), (256, 256), (300, 256)):
        scale = random.permutation(np.geomspace(20, 0.01, positions))
        q = np.rint(random.normal(0, scale, (500, positions))).astype(np.int32)
        prior = pca_codec._prior(q)
        assert len(prior.tables) == tables
        found = priors.classes(q, 0, prior)
        assert (found == found[0]).all() and set(found[0]) == set(range(tables))
        spread = [np.abs(q[:, found[0] == k]).mean() for k in (0, tables // 2, tables - 1)]
        assert spread == sorted(spread, reverse=True)


def test_what_cannot_be_is_refused(crops, analysis):
    train, test = crops
    for step in (1, 65_535):
        assert pca_codec.fit(analysis.take(3), train[:50], step).step == step
    for step in (0, 2.5, 65_536):
        with pytest.raises(UserError, match="step"):
            pca_codec.fit(analysis, train, step)
    with pytest.raises(UserError, match="images"):
        pca_codec.fit(analysis, train[:0], 50)
    codec, other = pca_codec.fit(analysis, train, 50), pca_codec.fit(analysis, train, 60)
    file = codec.encode(test[:3])
    with pytest.raises(UserError, match="50"):
        other.decode(file)
    for damaged in (b"", file[:5], b"\xff" * 4 + file[4:]):
        with pytest.raises(UserError):
            codec.decode(damaged)
