"""Fingerprints and exact duplicates."""

import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae_core.data import splits
from ae_core.data.sets import DIGITS
from ae_core.errors import UserError


def make(train, validation, test):
    parts = [
        splits.frozen(np.asarray(x, np.uint8), np.zeros(len(x))) for x in (train, validation, test)
    ]
    return splits.finish("n", "t", *parts, DIGITS, "o")


def naive(dataset):
    train, validation, test = (
        [image.tobytes() for image in split.x]
        for split in (dataset.train, dataset.validation, dataset.test)
    )
    return {
        "test_in_train": sum(image in {*train, *validation} for image in test),
        "within_test": len(test) - len(set(test)),
        "validation_in_train": sum(image in set(train) for image in validation),
        "within_train": len(train) - len(set(train)),
    }


@pytest.mark.parametrize("shape", [(4, 4, 1), (3, 3, 3), (28, 28, 1)])
@pytest.mark.parametrize("levels", [2, 256])
def test_duplicates_as_counted_one_by_one(shape, levels):
    rng = np.random.default_rng(levels)
    pool = rng.integers(0, levels, (60, *shape), np.uint8)
    dataset = make(*(pool[rng.integers(0, 60, count)] for count in (80, 40, 50)))
    assert dataset.duplicates == naive(dataset)
    mask = splits.duplicates_of_train(dataset)
    assert mask.shape == (50,) and mask.dtype == bool
    assert mask.sum() == dataset.duplicates["test_in_train"]


def test_one_bit_makes_another_image():
    x = np.zeros((8 * 16 + 1, 4, 4, 1), np.uint8)
    for bit in range(8 * 16):
        x[bit].reshape(-1)[bit // 8] = 1 << bit % 8
    assert len(set(splits.image_ids(x))) == len(x)


def test_fingerprint_sees_names_shapes_bytes_and_labels():
    x = np.zeros((4, 4, 4, 1), np.uint8)
    split = splits.frozen(x, np.zeros(4))
    other = x.copy()
    other[2, 1, 1] = 1
    seen = {
        splits.fingerprint_of("a", split),
        splits.fingerprint_of("b", split),
        splits.fingerprint_of("a", splits.frozen(x.reshape(4, 2, 8, 1), np.zeros(4))),
        splits.fingerprint_of("a", splits.frozen(other, np.zeros(4))),
        splits.fingerprint_of("a", splits.frozen(x, np.ones(4))),
    }
    assert len(seen) == 5
    assert splits.fingerprint_of("a", split) == splits.fingerprint_of("a", split)


def test_seventy_thousand_images_take_no_time():
    import time

    x = np.random.default_rng(0).integers(0, 256, (70_000, 28, 28, 1), np.uint8)
    start = time.process_time()
    ids = splits.image_ids(x)
    assert time.process_time() - start < 2
    assert len(set(ids)) == len(x)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(1, 99))
def test_a_photograph_is_on_one_side_alone(photographs, percent):
    photographs = np.array(photographs)
    first, rest = splits.split_rows(len(photographs), percent, photographs=photographs)
    assert sorted([*first, *rest]) == list(range(len(photographs)))
    assert not set(photographs[first]) & set(photographs[rest])
    largest = np.bincount(photographs).max()
    assert abs(len(first) - len(photographs) * percent / 100) <= largest / 2 + 0.5


def test_rows_of_one_photograph_each_are_split_as_any_others():
    first, rest = splits.split_rows(100, photographs=np.arange(100))
    assert (len(first), len(rest)) == (70, 30)
    again, _ = splits.split_rows(100, photographs=np.arange(100))
    assert np.array_equal(first, again)


def test_images_in_pieces_are_dealt_to_their_parts_and_each_piece_is_let_go():
    x = np.arange(40 * 4, dtype=np.uint8).reshape(40, 2, 2, 1)
    parts = splits.split_rows(40)
    seen = []

    def noted(piece):
        seen.append(weakref.ref(piece))
        return piece

    def pieces():
        for first, last in ((0, 7), (7, 8), (8, 40)):
            assert all(piece() is None for piece in seen)
            yield noted(x[first:last].copy())

    for whole in (splits.parted([x], parts), splits.parted([x[:7], x[7:8], x[8:]], parts)):
        for part, rows in zip(whole, parts, strict=True):
            assert np.array_equal(part, x[rows]) and part.flags.c_contiguous
    assert np.array_equal(splits.parted(pieces(), parts)[1], x[parts[1]])


def test_sets_of_different_sizes_are_said_with_the_width_first():
    sets = [SimpleNamespace(name="a", shape=(30, 45, 3)), SimpleNamespace(name="b", shape=(8, 8, 1))]
    said = "a has 45×30 colour pixels and b has 8×8 grey pixels"
    with pytest.raises(UserError, match=said):
        splits.join(sets)
