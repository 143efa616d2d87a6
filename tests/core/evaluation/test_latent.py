"""Codes laid out, compared and walked through, against sums by hand and plain NumPy."""

import numpy as np
import pytest

from ae_core.errors import UserError
from ae_core.evaluation import latent


def codes(n=60, k=7, seed=3):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, k)) * np.arange(1, k + 1) + 4).astype(np.float32)


class Doubling:
    """A network whose decoder paints each value of a 1 x 2 x 2 code as one pixel, twice as bright."""

    code_shape = (1, 2, 2)

    def encode(self, x):
        return x.reshape(len(x), 1, 2, 2).astype(np.float32) / 2

    def decode(self, y):
        assert y.shape[1:] == self.code_shape
        return (2 * y).astype(np.uint8).reshape(len(y), 2, 2, 1)


def test_a_sample_begins_with_the_stored_images_and_only_grows():
    short, long = latent.rows(2000, 100), latent.rows(2000, 400)
    assert short[:16].tolist() == list(range(16))
    assert np.array_equal(long[:100], short)
    assert len(set(long.tolist())) == 400 and long.max() < 2000
    assert latent.rows(10, 100).tolist() == list(range(10))
    assert sorted(latent.rows(20, 100).tolist()) == list(range(20))


def test_encode_and_decode_are_flat_and_undo_each_other():
    x = np.arange(0, 48, 2, dtype=np.uint8).reshape(6, 2, 2, 1)
    y = latent.encode(Doubling(), x)
    assert y.shape == (6, 4) and y[1].tolist() == [4, 5, 6, 7]
    assert np.array_equal(latent.decode(Doubling(), y), x)


def test_a_code_of_another_length_is_one_sentence():
    with pytest.raises(UserError, match="not of size 3"):
        latent.decode(Doubling(), np.zeros((2, 3)))


@pytest.mark.parametrize("k", [1, 2])
def test_one_or_two_values_are_their_own_axes(k):
    y = codes(k=k)
    on = latent.plane(y)
    assert on.direct
    assert np.array_equal(on.place(y)[:, :k], y.astype(np.float64))
    assert not on.place(y)[:, k:].any()
    assert np.allclose(on.codes(on.place(y)), y)
    assert np.isclose(on.shares.sum(), 1)


def test_longer_codes_lie_on_the_two_axes_of_largest_variance():
    y = codes()
    on = latent.plane(y)
    centred = y.astype(np.float64) - y.mean(axis=0, dtype=np.float64)
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(y))
    expected = centred @ vectors[:, ::-1][:, :2]
    found = on.place(y)
    assert np.allclose(np.abs(found), np.abs(expected))
    assert np.allclose(found[:, 0] * found[:, 1], expected[:, 0] * expected[:, 1]) or np.allclose(
        found[:, 0] * found[:, 1], -expected[:, 0] * expected[:, 1]
    )
    assert np.allclose(on.shares, variances[::-1][:2] / variances.sum())
    assert np.allclose(on.axes @ on.axes.T, np.eye(2))
    assert (on.axes[[0, 1], np.abs(on.axes).argmax(axis=1)] > 0).all()


def test_a_plane_gives_back_the_codes_that_lie_on_it_and_none_beyond_what_was_seen():
    rng = np.random.default_rng(0)
    y = 5 + rng.normal(size=(40, 2)) @ np.array([[1.0, 2, 0, 0.5], [0, 1, 3, 0.5]])
    on = latent.plane(y)
    assert np.allclose(on.codes(on.place(y)), y)
    outside = on.codes(np.array([[1e6, -1e6]]))
    assert (outside >= y.min(axis=0)).all() and (outside <= y.max(axis=0)).all()


def test_codes_that_never_were_negative_do_not_become_so():
    y = np.maximum(codes(), 0)
    y[:, 2] = 0
    assert latent.grid(latent.plane(y), latent.plane(y).place(y), 7).min() >= 0


@pytest.mark.parametrize("y", [np.ones((1, 5)), np.ones((4, 5)), np.zeros((3, 9))])
def test_codes_without_any_spread_have_a_plane_all_the_same(y):
    on = latent.plane(y)
    assert on.shares.tolist() == [0, 0]
    assert np.allclose(on.place(y), 0) and np.isfinite(on.codes(np.zeros((1, 2)))).all()


def test_neighbours_are_those_of_a_sum_by_hand():
    y = np.array([[0, 0], [3, 4], [0, 1], [0, -1], [6, 8]], np.float32)
    near, far = latent.neighbours(y, 0, 3)
    assert near.tolist() == [2, 3, 1]
    assert far.tolist() == [1, 1, 5]
    assert latent.neighbours(y, 4, 9)[0].tolist() == [1, 2, 0, 3]


def test_an_image_twice_in_the_sample_is_its_own_neighbour_at_no_distance():
    y = np.array([[1.0, 2], [1, 2], [9, 9]])
    near, far = latent.neighbours(y, 1, 1)
    assert near.tolist() == [0] and far.tolist() == [0]


def test_a_path_goes_through_all_its_ends_in_even_steps():
    ends = np.array([[0.0, 0], [4, 8], [4, 0]])
    found = latent.path(ends, 5)
    assert found.tolist() == [
        [0, 0],
        [1, 2],
        [2, 4],
        [3, 6],
        [4, 8],
        [4, 6],
        [4, 4],
        [4, 2],
        [4, 0],
    ]


def test_a_path_between_codes_that_are_never_negative_stays_so():
    y = np.maximum(codes(n=4), 0)
    assert latent.path(y, 9).min() >= 0


def test_a_square_has_its_corners_and_its_middle():
    corners = np.array([[0.0], [2], [4], [10]])
    found = latent.square(corners, 3).reshape(3, 3)
    assert found.tolist() == [[0, 1, 2], [2, 4, 6], [4, 7, 10]]


def test_a_traversal_moves_one_value_and_no_other():
    found = latent.traverse(np.array([7.0, 8, 9]), 1, -1, 1, 5)
    assert found[:, 1].tolist() == [-1, -0.5, 0, 0.5, 1]
    assert (found[:, [0, 2]] == [7, 9]).all()


def test_the_grid_of_two_values_runs_right_and_upwards():
    y = np.array([[x, 10 * z] for x in range(5) for z in range(5)], np.float64)
    on = latent.plane(y)
    found = latent.grid(on, on.place(y), 3, margin=0).reshape(3, 3, 2)
    assert found[:, :, 0].tolist() == [[0, 2, 4]] * 3
    assert found[:, :, 1].tolist() == [[40] * 3, [20] * 3, [0] * 3]


def test_the_grid_of_one_value_is_one_row():
    y = np.linspace(0, 8, 30)[:, None]
    on = latent.plane(y)
    assert latent.grid(on, on.place(y), 5, margin=0)[:, 0].tolist() == [0, 2, 4, 6, 8]


def test_dead_values_are_those_that_never_move():
    y = np.abs(codes())
    y[:, 1], y[:, 4] = 0, 2.5
    y[:, 5] = 1 + 1e-12 * np.arange(len(y))
    assert np.flatnonzero(latent.dead(y)).tolist() == [1, 4, 5]
    assert latent.dead(np.zeros((3, 2))).all()


def test_values_are_ordered_by_their_spread():
    y = np.array([[0, 5, 1.0], [0, -5, 2], [0, 5, 3]])
    assert latent.by_spread(y).tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    "y", [np.zeros((0, 3)), np.zeros((2, 0)), np.zeros(3), np.full((2, 2), np.nan)]
)
def test_what_is_no_set_of_codes_is_one_sentence(y):
    for asked in (latent.plane, latent.dead, latent.by_spread):
        with pytest.raises(UserError, match="codes of finite numbers"):
            asked(y)


def test_a_path_needs_two_ends_and_a_square_four():
    with pytest.raises(UserError, match="At least 2 codes"):
        latent.path(np.zeros((1, 2)), 3)
    with pytest.raises(UserError, match="At least 4 codes"):
        latent.square(np.zeros((3, 2)), 3)


def test_tsne_keeps_groups_together_and_is_always_the_same():
    random = np.random.default_rng(1)
    group = np.repeat(np.arange(3), 20)
    y = (np.eye(3, 30)[group] * 20 + random.normal(size=(60, 30))).astype(np.float32)
    found = latent.tsne(y)
    assert found.shape == (60, 2) and np.isfinite(found).all()
    np.testing.assert_array_equal(found, latent.tsne(y))
    distance = ((found[:, None] - found[None]) ** 2).sum(axis=2) + 1e9 * np.eye(60)
    assert (group[distance.argmin(axis=1)] == group).all()


@pytest.mark.parametrize("y", [np.zeros((8, 3), np.float32), np.ones((8, 1), np.float32)])
def test_tsne_of_codes_that_are_all_alike_is_one_place(y):
    assert not latent.tsne(y).any()


def test_tsne_takes_codes_of_one_value_and_refuses_a_handful():
    y = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    assert np.isfinite(latent.tsne(y)).all()
    with pytest.raises(UserError, match="at least 5"):
        latent.tsne(y[:4])
