"""How many training images a set has, counted before it is read."""

import numpy as np
import pytest

from ae_core import data
from ae_core.data.own import store


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize("count", [4, 20, 60, 500])
@pytest.mark.parametrize("parts", ["none", "train", "train and test", "all"])
def test_own_images_are_counted_as_they_are_split(count, parts):
    x = np.arange(count * 64, dtype=np.int64).astype(np.uint8).reshape(count, 8, 8, 1)
    made = {
        "none": None,
        "train": np.zeros(count, int),
        "train and test": np.arange(count) % 4 // 3 * 2,
        "all": np.arange(count) % 4 % 3,
    }[parts]
    store.save("mine", "Mine", x, np.zeros(count), ["-"], parts=made)
    assert abs(data.training_images("own-mine") - len(data.load("own-mine").train)) <= 1


def test_other_sets_are_counted_without_their_files():
    assert data.training_images("letters") == 8_400
    assert data.training_images("notmnist") == 42_000
    assert data.training_images("svhn-extra") > data.training_images("svhn") > 50_000
    assert all(data.training_images(name) for name in data.SETS)
    joined = data.training_images("notmnist+letters")
    assert joined == 50_400 and data.training_images("notmnist+letters", 60) == 60
