"""Codes drawn at random, against covariances and distances by plain NumPy and scikit-learn."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from ae_core.errors import UserError
from ae_core.evaluation import sampling

MANY = 40_000


def codes(n, k, seed=0):
    random = np.random.default_rng(seed)
    return (random.normal(size=(n, k)) @ random.normal(size=(k, k)) + 3).astype(np.float32)


def test_draws_have_the_mean_and_the_covariance_of_the_codes():
    y = codes(500, 4)
    drawn = sampling.fit(y).draw(MANY, seed=1)
    assert drawn.shape == (MANY, 4)
    scale = np.cov(y.T).max()
    np.testing.assert_allclose(drawn.mean(axis=0), y.mean(axis=0), atol=0.03 * scale**0.5)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(y.T, ddof=0), atol=0.04 * scale)


def test_with_fewer_codes_than_values_correlations_are_shrunk_as_by_ledoit_and_wolf():
    y = codes(30, 40).astype(np.float64)
    found = sampling.fit(y)
    correlations, shrinkage = ledoit_wolf((y - y.mean(0)) / y.std(0), assume_centered=True)
    assert found.shrinkage == pytest.approx(shrinkage) and 0 < shrinkage < 1
    free = sampling.Gaussian(**vars(found) | {"low": -np.inf, "high": np.inf})  # as few are narrow
    drawn = (free.draw(MANY, seed=1) - y.mean(0)) / y.std(0)
    np.testing.assert_allclose(np.cov(drawn.T), correlations, atol=0.04)


def test_draws_stay_within_what_was_seen_and_dead_values_as_they_are():
    y = np.maximum(codes(200, 5), 0)
    y[:, 2] = 0.1  # not exact in binary: its mean is another number
    drawn = sampling.fit(y).draw(500, seed=0)
    assert (drawn >= y.min(axis=0)).all() and (drawn <= y.max(axis=0)).all()
    assert set(drawn[:, 2]) == {np.float64(np.float32(0.1))}


def test_a_seed_gives_the_same_draw_and_another_seed_another():
    found = sampling.fit(codes(50, 3))
    assert np.array_equal(found.draw(8, 5), found.draw(8, 5))
    assert not np.array_equal(found.draw(8, 5), found.draw(8, 6))
    assert np.array_equal(sampling.from_prior(3, 8, 5), sampling.from_prior(3, 8, 5))


def test_the_prior_is_a_standard_normal_distribution():
    drawn = sampling.from_prior(3, MANY, seed=2)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), np.eye(3), atol=0.03)


def test_remoteness_is_a_ratio_of_distances_by_hand():
    seen = np.array([[0.0, 0], [10, 0]])
    known, drawn = np.array([[0.0, 1], [10, 3]]), np.array([[4.0, 0], [10, 8]])
    assert sampling.remoteness(drawn, known, seen) == pytest.approx(6 / 2)
    assert sampling.remoteness(drawn, seen, seen) == np.inf


def test_one_code_is_too_few():
    with pytest.raises(UserError, match="At least 2 codes"):
        sampling.fit(np.zeros((1, 3)))
