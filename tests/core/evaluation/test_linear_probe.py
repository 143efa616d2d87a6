"""A linear classifier on codes, against what theory says of normal distributions."""

import math

import numpy as np
import pytest

from ae_core.evaluation import linear_probe


def two_classes(apart, n, seed, scales=(1.0, 1000.0, 0.001)):
    """Normal codes of two classes whose means lie ``apart`` standard deviations from each other."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    y = random.normal(size=(n, 3))
    y[:, 0] += apart * labels
    return y * np.array(scales), labels


@pytest.mark.parametrize("apart", [0.0, 1.0, 3.0])
def test_two_normal_classes_are_told_apart_as_well_as_theory_allows(apart):
    best = 0.5 * (1 + math.erf(apart / 2 / math.sqrt(2)))  # of any classifier (Fisher 1936)
    found = linear_probe.accuracy(two_classes(apart, 2000, 0), two_classes(apart, 4000, 1))
    assert found == pytest.approx(best, abs=0.025)


def test_what_is_not_linear_is_not_read():
    random = np.random.default_rng(0)
    y = random.normal(size=(3000, 2))
    labels = (y[:, 0] * y[:, 1] > 0).astype(int)  # exclusive or
    found = linear_probe.accuracy((y[:1500], labels[:1500]), (y[1500:], labels[1500:]))
    assert found < 0.7  # a line can cut off one of the four corners


def test_many_classes_on_one_line_are_read_in_their_order():
    labels = np.arange(600) % 3
    y = (labels * 4 + np.random.default_rng(0).normal(size=600))[:, None]
    found = linear_probe.accuracy((y[:300], labels[:300]), (y[300:], labels[300:]))
    assert found > 0.9  # a regression on one column a class would never name the middle one


def test_chance_is_the_most_frequent_class_of_training():
    assert linear_probe.chance([0, 1, 1, 2], [1, 0, 2, 1]) == 0.5
    assert linear_probe.chance([2, 2, 0], [0, 0, 0]) == 0


def test_one_class_is_none():
    assert linear_probe.has_classes(np.array([0, 1, 1]))
    assert not linear_probe.has_classes(np.array([3, 3, 3]))
