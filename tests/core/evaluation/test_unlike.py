"""Reconstruction errors, their threshold and histogram, against sums by hand."""

import numpy as np

from ae_core.evaluation import unlike


def test_an_error_is_in_grey_levels():
    x = np.full((3, 4, 4, 3), 100, np.uint8)
    x_hat = x.copy()
    x_hat[1] += 7
    x_hat[2, :2] -= 10  # half of the pixels
    np.testing.assert_allclose(unlike.errors(x, x_hat), [0, 7, np.sqrt(50)])


def test_one_in_a_hundred_lies_beyond_the_usual_threshold():
    known = np.random.default_rng(0).permutation(np.arange(1000.0))
    assert len(unlike.beyond(known, unlike.usual_threshold(known))) == 10


def test_the_worst_come_first_and_the_threshold_itself_is_not_beyond():
    assert unlike.beyond(np.array([3.0, 9, 1, 5, 9]), 3.0).tolist() == [1, 4, 3]
    assert not len(unlike.beyond(np.array([1.0, 2]), 2.0))


def test_all_sets_have_the_same_bins_and_shares_that_add_up():
    few, many = np.array([0.0, 12]), np.linspace(0, 6, 600)
    edges, (first, second) = unlike.histogram([few, many])
    assert edges[0] == 0 and edges[-1] == 12 and len(edges) == unlike.BINS + 1
    assert first[0] == first[-1] == 0.5
    assert np.isclose(second.sum(), 1) and not second[unlike.BINS // 2 + 1 :].any()


def test_a_perfect_network_has_a_histogram_too():
    edges, (shares,) = unlike.histogram([np.zeros(5)])
    assert shares[0] == 1 and (edges[0], edges[-1]) == (0, 1)
