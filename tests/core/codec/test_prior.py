"""The prior: exact whole numbers in both directions, honest lengths, and refusals."""

from contextlib import nullcontext

import numpy as np
import pytest
import tiny_codec
from hypothesis import given
from hypothesis import strategies as st

from ae_core.codec import prior as priors
from ae_core.codec.prior import CAP, Prior, State, bits, classes, fit_tables, to_frequencies
from ae_core.errors import UserError


def by_hand(q, level, prior):
    """Classes of one code in Python's own whole numbers, as the module's docstring says."""
    rows = prior.bias.tolist()
    low, part = divmod(level * (len(rows) - 1), 255)
    found = []
    for i in range(prior.positions):
        high = min(low + 1, len(rows) - 1)
        expected = (rows[low][i] * (255 - part) + rows[high][i] * part) // 255
        for j in range(i):
            expected += int(prior.weights[j, i]) * min(abs(int(q[j])), CAP)
        found.append(sum(int(t) <= expected for t in prior.thresholds))
    return found


@given(
    positions=st.integers(1, 70),
    tables=st.integers(1, 9),
    level=st.integers(0, 255),
    n=st.integers(0, 4),
    seed=st.integers(0, 99),
)
def test_encoder_decoder_and_arithmetic_by_hand_agree(positions, tables, level, n, seed):
    prior = tiny_codec.prior(positions, tables, seed=seed)
    random = np.random.default_rng(seed)
    q = random.integers(-3000, 3000, (n, positions)) * (random.random((n, positions)) < 0.3)
    found = classes(q, level, prior)
    assert found.dtype == np.uint8
    assert found.tolist() == [by_hand(code, level, prior) for code in q]
    state = State(prior, n, level)
    for i in range(positions):
        assert (state.classes(i) == found[:, i]).all()
        state.tell(i, q[:, i])


def test_the_largest_numbers_there_can_be_stay_exact():
    """Sums near 2⁵³, one apart, fall on the two sides of a threshold where they must."""
    positions, top = 300, 2**31 - 1
    weights = np.triu(np.full((positions, positions), top), 1).astype(np.int32)
    weights[:, -1] = -top
    weights[0, -1], weights[-1, -1] = top, 0
    bias = np.full((1, positions), 1, np.int32)
    prior = Prior(weights, bias, np.array([2], np.int32), np.full((2, 2), 2**15, np.int32))
    q = np.zeros((2, positions), np.int32)
    q[:, 0], q[:, 1] = 500, 500
    assert classes(q, 0, prior)[:, -1].tolist() == [0, 0]  # 1 + 500 top - 500 top = 1
    prior.bias[0, -1] = 2
    assert classes(q, 0, prior)[:, -1].tolist() == [1, 1]


def test_a_state_is_asked_in_order():
    state = State(tiny_codec.prior(), 1, 0)
    state.tell(0, np.zeros(1, np.int32))
    for out_of_order in (lambda: state.classes(0), lambda: state.tell(2, np.zeros(1, np.int32))):
        with pytest.raises(ValueError, match="Position 1 is next"):
            out_of_order()


def test_biases_are_rows_at_the_rates_and_between_them_in_between():
    prior = tiny_codec.prior(rates=4)
    assert (prior.bias_at(0) == prior.bias[0]).all()
    assert (prior.bias_at(85) == prior.bias[1]).all()
    assert (prior.bias_at(255) == prior.bias[3]).all()
    between = prior.bias_at(100)
    assert ((between >= prior.bias[1]) & (between <= prior.bias[2])).all()
    assert (tiny_codec.prior(rates=1).bias_at(77) == tiny_codec.prior(rates=1).bias[0]).all()


def test_bits_are_those_of_the_tables():
    tables = np.array([[2**14, 2**15, 2**13, 2**13]], np.int32)  # values -1, 0, 1 and the escape
    nothing = np.zeros((3, 3), np.int32)
    prior = Prior(nothing, np.ones((1, 3), np.int32), np.zeros(0, np.int32), tables)
    assert prior.reach == (-1, 1)
    assert bits(np.array([[0, -1, 1]]), 0, prior).tolist() == [1 + 2 + 3]
    # An escape by one: 3 bits, then 1 of the unary length, 2 digits and a sign.
    assert bits(np.array([[0, 0, 2], [0, 0, -2]]), 9, prior).tolist() == [1 + 1 + 3 + 4] * 2
    assert bits(np.zeros((0, 3), np.int32), 0, prior).shape == (0,)


@given(st.integers(1, 6), st.integers(2, 40), st.integers(0, 99))
def test_frequencies_sum_to_all_and_leave_nobody_out(rows, symbols, seed):
    random = np.random.default_rng(seed)
    weights = random.exponential(1, (rows, symbols)) ** 4 + 1e-12
    tables = to_frequencies(weights)
    assert tables.dtype == np.int32
    assert (tables.sum(axis=1) == 65536).all() and tables.min() >= 1
    share = weights / weights.sum(axis=1, keepdims=True)
    assert np.abs(tables / 65536 - share).max() <= (symbols + 1) / 65536


def test_tables_follow_what_was_counted():
    random = np.random.default_rng(3)
    of = random.integers(0, 3, (5000, 4))
    q = np.rint(random.laplace(0, np.array([0.3, 1, 4])[of])).astype(np.int32)
    tables = fit_tables(of, q, 4, 12)
    assert tables.shape == (4, 12) and (tables.sum(axis=1) == 65536).all()
    for row in range(3):
        assert tables[row, 5] / 65536 == pytest.approx((q[of == row] == 0).mean(), abs=0.01)
        outside = (q < -5) | (q > 5)
        assert tables[row, 11] / 65536 == pytest.approx(outside[of == row].mean(), abs=0.01)
    assert (tables[3] > 0).all()  # no image ever had this class
    assert (fit_tables(of[:0], q[:0], 2, 6).sum(axis=1) == 65536).all()


def test_tables_are_counts_and_a_little_of_the_neighbours_and_of_all():
    random = np.random.default_rng(5)
    of, q = random.integers(0, 3, (5, 3)), random.integers(-5, 6, (5, 3))
    counts = np.zeros((3, 8))
    for row, value in zip(of.ravel(), q.ravel(), strict=True):
        counts[row, value + 3 if -3 <= value <= 3 else 7] += 1
    everyone = counts.sum(0) + 1 / 8
    weights = []
    for row in range(3):
        beside = sum(counts[near] for near in (row - 1, row, row + 1) if 0 <= near < 3)
        beside = beside + 4 * everyone / everyone.sum()
        weights.append(counts[row] + 4 * beside / beside.sum())
    shares = np.array(weights) / np.sum(weights, axis=1, keepdims=True)
    tables = fit_tables(of, q, 3, 8)
    # each symbol has one, and of the rest the next whole number below its share or above
    assert np.abs(tables - 1 - shares * (2**16 - 8)).max() < 1


def change(name, value):
    made = tiny_codec.prior(8, 3, 6, 2)
    arrays = {n: getattr(made, n).copy() for n in ("weights", "bias", "thresholds", "tables")}
    arrays[name] = value(arrays[name])
    return lambda: Prior(**arrays)


def at(place, number):
    def changed(array):
        array[place] = number
        return array

    return changed


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("weights", lambda a: a.astype(np.int64), "int32"),
        ("weights", lambda a: a.astype(float), "int32"),
        ("weights", lambda a: a.tolist(), "int32"),
        ("weights", lambda a: a[:-1], "square"),
        ("weights", lambda a: a[:0, :0], "1 to 4096"),
        ("weights", at((3, 3), 1), "to a later one"),
        ("weights", at((3, 1), -1), "to a later one"),
        ("bias", lambda a: a[0], "2 dimension"),
        ("bias", lambda a: a[:, :-1], "rows of 8"),
        ("bias", lambda a: a[:0], "rows of 8"),
        ("bias", at((0, 0), 0), "at least 1"),
        ("thresholds", lambda a: a[:-1], "one threshold less"),
        ("thresholds", lambda a: a[::-1].copy(), "ascend"),
        ("tables", at((0, 0), 7), "sum to 65536"),
        ("tables", lambda a: np.concatenate([a[:1] * 16, a[1:]]), "sum to 65536"),
        ("tables", lambda a: a * 65536, "sum to|at least 1|≥ 1"),
        ("tables", lambda a: np.full((3, 1), 65536, np.int32), "symbols"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(name, value, words):
    with pytest.raises(UserError, match=words):
        change(name, value)()


def test_so_many_tables_as_a_byte_can_tell_apart_are_taken():
    made = tiny_codec.prior(8, 3, 6, 2)
    for count in (256, 257):
        tables, thresholds = np.repeat(made.tables[:1], count, axis=0), np.zeros(count - 1, np.int32)
        with pytest.raises(UserError, match="256 tables") if count > 256 else nullcontext():
            Prior(made.weights, made.bias, thresholds, tables)


@pytest.mark.parametrize("level", [-1, 256, 1.5, True, "3", None])
def test_a_level_that_cannot_be_is_refused(level):
    with pytest.raises(UserError, match="whole number from 0 to 255"):
        classes(np.zeros((1, 48), np.int32), level, tiny_codec.prior())


@pytest.mark.parametrize(
    "q", [np.zeros((1, 47), int), np.zeros(48, int), np.zeros((1, 48)), np.full((1, 48), 2**20)]
)
def test_codes_that_cannot_be_are_refused(q):
    for use in (classes, bits):
        with pytest.raises(UserError, match="code|Codes"):
            use(q, 0, tiny_codec.prior())


def test_the_bound_of_the_positions_keeps_sums_exact():
    assert CAP * priors.LONGEST * 2**31 + 2**31 < 2**53


@pytest.mark.parametrize(
    "shapes",
    [
        np.full((3, 4), 2**22, np.int64),
        np.full((3, 4), 2**18, np.int32),
        np.array([[2**24, 0]], np.int32),
        np.full((300, 2), 2**23, np.int32),
        np.full(2, 2**23, np.int32),
    ],
)
def test_shapes_that_are_no_frequencies_are_refused(shapes):
    good = tiny_codec.prior(9)
    with pytest.raises(UserError, match="shapes"):
        Prior(good.weights, good.bias, good.thresholds, good.tables, shapes)


@pytest.mark.parametrize("total", [2**16, 2**24])
def test_coarse_and_fine_frequencies_are_both_taken(total):
    made = tiny_codec.prior(9)
    tables = to_frequencies(made.tables.astype(float), total)
    shapes = to_frequencies(np.ones((3, 40)), 2**24)
    prior = Prior(made.weights, made.bias, made.thresholds, tables, shapes)
    q = np.zeros((1, 10), np.int32)
    assert prior.total == total
    assert prior.shapes_at(0).sum() == 1 and (prior.probabilities.sum(axis=1) == 1).all()
    apart = bits(q, 0, prior) - bits(
        q,
        0,
        Prior(
            *map(
                np.copy,
                [
                    prior.weights,
                    prior.bias,
                    prior.thresholds,
                    prior.tables,
                ],
            ),
            to_frequencies(np.ones((3, 80)), 2**24),
        ),
    )
    assert apart[0] == pytest.approx(-1, abs=1e-3)  # half as many shapes: a bit less
