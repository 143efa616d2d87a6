"""The book of shapes: better than a linear code for the same bits, and chosen as it says."""

import numpy as np
import pytest

from ae_core.networks.rate import shape_book
from ae_core.networks.rate.layers import CANDIDATES, SHAPE_ROWS, TOP_LEVEL, NearestShape, Shape


@pytest.fixture(scope="module")
def points():
    """2,000 points around 12 centres in 6 dimensions."""
    random = np.random.default_rng(3)
    centres = random.normal(size=(12, 6)) * 4
    return (centres[random.integers(0, 12, 2000)] + random.normal(size=(2000, 6)) * 0.2).astype(
        np.float32
    )


def spent(y, found, bits, slope):
    """Mean error, mean bits and the sum to be made small, for the best choice of each point."""
    error = ((y[:, None] - found[None]) ** 2).sum(axis=2)
    chosen = (slope * error + bits).argmin(axis=1)
    error, bits = error[np.arange(len(y)), chosen].mean(), bits[chosen].mean()
    return error, bits, slope * error + bits


def test_finds_the_centres_that_are_there(points):
    random = np.random.default_rng(0)
    _, found, bits = shape_book.entropy_constrained(points, np.ones(2000), 60, 10.0, random)
    error, mean_bits, _ = spent(points, found, bits, 10.0)
    assert error < 2 * 6 * 0.2**2 and mean_bits < np.log2(60)
    assert np.sum(2.0**-bits) == pytest.approx(1)


def test_few_bits_where_errors_are_cheap(points):
    """At a low slope fewer vectors are kept, and the sum is less than with all of them."""
    random = np.random.default_rng(0)
    _, *many = shape_book.entropy_constrained(points, np.ones(2000), 60, 10.0, random)
    _, *few = shape_book.entropy_constrained(points, np.ones(2000), 60, 0.05, random)
    assert len(few[0]) < len(many[0])
    assert spent(points, *few, 0.05)[2] < spent(points, *many, 0.05)[2]


def test_points_that_weigh_nothing_are_not_served(points):
    weights = (np.arange(2000) < 40).astype(float)
    _, found, _ = shape_book.entropy_constrained(
        points, weights, 60, 1000.0, np.random.default_rng(0)
    )
    apart = ((points[40:, None] - found[None]) ** 2).sum(axis=2).min(axis=1)
    near = ((points[:40, None] - found[None]) ** 2).sum(axis=2).min(axis=1)
    assert near.max() < 0.01 < apart.mean()


def test_the_smallest_book_has_as_many_shapes_as_pay(points):
    """Twelve centres far apart: none of them twice, and more only where errors are dear."""
    for slope, count in ((1.0, 12), (0.001, 1)):
        found, bits = shape_book.smallest(points, np.ones(2000), slope)
        assert found.shape == (shape_book.SIZES[0], 6)
        assert np.count_nonzero(bits < shape_book.NEVER) <= count
        _, *plain = shape_book.entropy_constrained(
            points, np.ones(2000), shape_book.SIZES[0], slope, np.random.default_rng(0)
        )
        there = bits < shape_book.NEVER
        pruned = spent(points, found[there], bits[there], slope)[2]
        assert pruned <= spent(points, *plain, slope)[2] + 1e-3


def test_a_book_for_higher_levels_begins_with_long_numbers():
    small = [np.full(size, 5.0) for size in shape_book.SIZES]
    bits = shape_book.first_bits(small)
    ends = np.cumsum(shape_book.SIZES)
    for book, level in enumerate(shape_book.LEVELS):
        row = bits[round(level * (SHAPE_ROWS - 1) / TOP_LEVEL)]
        assert (row[: ends[book]] == 5).all() and (row[ends[book] :] > 10).all()


@pytest.fixture(scope="module")
def filled(points):
    """A layer with its book of the points, and the points as it takes them; do not change it."""
    layer = NearestShape(sum(shape_book.SIZES), 4, 2.0, 0.1)
    y = np.hstack([points, np.zeros((len(points), 2), np.float32)])
    layer(y[:1], np.zeros((1, 1, 1, 1), np.float32))
    book, bits = shape_book.book(y[:, :4], np.ones(len(y)), np.array([0.1, 1.0, 10.0, 100.0]))
    layer.set_weights([book, bits])
    shape_book.fit_bits(layer, y, np.ones(len(y)), rounds=2)
    return layer, y


@pytest.mark.long
def test_of_the_nearest_shapes_the_layer_takes_the_one_that_leaves_least_to_say(filled):
    layer, y = filled
    book, bits = layer.get_weights()
    for level in (0, 100, 255):
        levels = np.full((50, 1, 1, 1), level, np.float32)
        number, shape = (np.asarray(part) for part in layer(y[:50], levels))
        step = 2.0 * (0.1 / 2.0) ** (level / TOP_LEVEL)
        row = round(level * (SHAPE_ROWS - 1) / TOP_LEVEL)
        left = np.abs(y[:50, None, :4] - book[None]) / step
        plain = 8 * (left**2).sum(axis=2) + bits[row]
        sent = 4 + 12 * max(0, 1 - 2.5 * level / TOP_LEVEL)
        cost = np.minimum(8 * left**2, sent + np.log2(1 + left)).sum(axis=2) + bits[row]
        near = np.argsort(plain, axis=1)[:, :CANDIDATES]
        best = np.take_along_axis(cost, near, axis=1).min(axis=1)
        taken = cost[np.arange(50), number[:, 0].astype(int)]
        np.testing.assert_allclose(taken, best, rtol=1e-4)
        np.testing.assert_array_equal(shape[:, :4], book[number[:, 0].astype(int)])
        assert not shape[:, 4:].any()


def test_the_bits_at_each_level_are_those_of_a_code_that_can_be_told_apart(filled):
    layer, _ = filled
    _, bits = layer.get_weights()
    assert np.all((2.0 ** -bits.astype(float)).sum(axis=1) < 1 + 1e-3)
    there = bits.min(axis=0) < shape_book.NEVER
    assert bits[:, ~there].min() == shape_book.NEVER
    few, many = (np.sort(2.0 ** -bits[row])[::-1][:12].sum() for row in (0, SHAPE_ROWS - 1))
    assert few > many  # fewer shapes share the short numbers where bits are dear


def test_a_number_leads_to_its_shape_and_none_leads_outside():
    layer = Shape(5, 3, 4)
    layer(np.zeros((1, 1), np.float32))
    book = np.arange(15, dtype=np.float32).reshape(5, 3)
    layer.set_weights([book])
    found = np.asarray(layer(np.array([[2.0], [0.0], [99.0]], np.float32)))
    np.testing.assert_array_equal(found, [[6, 7, 8, 0], [0, 1, 2, 0], [12, 13, 14, 0]])
