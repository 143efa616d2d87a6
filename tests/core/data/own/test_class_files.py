"""Files of rows of images, one for each class, beside files of one image each."""

import numpy as np
import pytest
from image_files import waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices

COUNT = 96
X = waves(np.random.default_rng(4), 16, 1, COUNT)[..., 0]
WORDS = ["cat", "ice cream", "The Eiffel Tower", "train"]


def classes(seen):
    key = {x.tobytes(): n for n, x in enumerate(X)}
    found = {key[x.tobytes()]: seen.classes[n] for x, n in zip(seen.x, seen.labels, strict=True)}
    return [found[n] for n in range(len(found))]


@pytest.mark.parametrize("prefix", ["", "full_numpy_bitmap_"])
@pytest.mark.parametrize("counts", [(24, 24, 24, 24), (20, 28, 24, 24), (9, 12, 40, 35)])
@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_file_of_rows_is_a_class(prefix, counts, one_by_one, tmp_path):
    """As QuickDraw has them: the name of the class after what all names have."""
    of = np.repeat(WORDS, counts)
    for word in WORDS:
        rows = X[of == word].reshape(-1, 256)
        np.save(tmp_path / f"{prefix}{word}.npy", rows)
    seen = prepare(sorted(tmp_path.glob("*.npy")) if one_by_one else tmp_path, None, "grey")
    assert len(seen.x) == COUNT and classes(seen) == of.tolist() and seen.parts is None
    said = [str(entry.said) for entry in seen.assumed if entry.option == "axes"]
    assert said == ["Each array was read as images × height·width; arrays: 4."]


def test_few_rows_of_each_class_are_no_flat_images(tmp_path):
    for n in range(8):
        np.save(tmp_path / f"c{n}.npy", X[n::8].reshape(-1, 256))
    seen = prepare(tmp_path, None, "grey")
    assert classes(seen) == [f"c{n % 8}" for n in range(COUNT)]
    again = prepare(tmp_path, None, "grey", Choices(axes="N,HW"))  # as the assumption says it
    assert np.array_equal(again.x, seen.x) and again.classes == seen.classes


def test_folders_of_parts_are_those_of_the_classes(tmp_path):
    for part, rows in {"train": slice(0, 64), "test": slice(64, COUNT)}.items():
        (tmp_path / part).mkdir()
        for n, word in enumerate(WORDS):
            np.save(tmp_path / part / f"{word}.npy", X[rows][n::4].reshape(-1, 256))
    seen = prepare(tmp_path, None, "grey")
    assert classes(seen) == [WORDS[n % 4] for n in range(COUNT)]
    assert np.bincount(seen.parts).tolist() == [64, 0, 32]


@pytest.mark.parametrize("shape", [(64, 64), (100, 64), (32, 256)])
def test_a_file_of_one_image_stays_one(shape, tmp_path):
    at, down = np.linspace(0, 3, shape[1]), np.linspace(0, 3, shape[0])[:, None]
    for n in range(24):
        image = np.rint(127 + 100 * np.sin(at + (1 + n / 9) * down + n)).astype(np.uint8)
        np.save(tmp_path / f"{n}.npy", image)
    assert prepare(tmp_path, None, "grey").x.shape == (24, *shape, 1)


def test_parts_in_files_are_no_classes(tmp_path):
    np.save(tmp_path / "x_train.npy", X[:60].reshape(60, -1))
    np.save(tmp_path / "x_test.npy", X[60:].reshape(36, -1))
    assert "train" not in prepare(sorted(tmp_path.glob("*.npy")), None, "grey").classes
