"""HDF5 files whose values are whole picture files."""

import h5py
import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import DataError, UserError

COUNT = 24
X = waves(np.random.default_rng(5), 16, 3, COUNT)
PNG = [file(x, "png") for x in X]
ROWS = [np.frombuffer(content, np.uint8) for content in PNG]
Y = np.arange(COUNT) % 3


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def as_rows(archive, name, rows=ROWS):
    entry = archive.create_dataset(name, (len(rows),), h5py.vlen_dtype(np.uint8))
    for n, row in enumerate(rows):
        entry[n] = row


def as_opaque(archive, name):
    longest = max(map(len, PNG))
    archive[name] = np.array([np.void(content.ljust(longest, b"\0")) for content in PNG])


def as_padded(archive, name):
    padded = np.zeros((COUNT, max(map(len, PNG))), np.uint8)
    for n, row in enumerate(ROWS):
        padded[n, : len(row)] = row
    archive[name] = padded


@pytest.mark.parametrize("how", [as_rows, as_opaque, as_padded])
def test_a_file_a_row(how, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as archive:
        how(archive, "images")
        archive["labels"] = Y
    seen = prepare(tmp_path / "a.h5", None, "colour")
    assert np.array_equal(seen.x, X) and np.array_equal(seen.labels, Y)
    assert "the files in images of a.h5" in said(seen) and "Labels: labels" in said(seen)
    without = prepare(tmp_path / "a.h5", None, "colour", Choices(labels="none"))
    assert without.classes == ["image"]


def test_parts(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as archive:
        as_rows(archive, "train_img")
        as_rows(archive, "test_img", ROWS[:8])
        archive["train_label"], archive["test_label"] = Y, Y[:8]
    seen = prepare(tmp_path / "a.h5", None, "colour")
    for part, count in ((0, COUNT), (2, 8)):
        of = seen.parts == part
        assert np.array_equal(seen.x[of], X[:count]) and np.array_equal(seen.labels[of], Y[:count])


def test_a_group_a_class_and_a_file_an_array(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as archive:
        for n, row in enumerate(ROWS):
            archive[f"{'ab'[n % 2]}/{n:02}.png"] = row
    seen = prepare(tmp_path / "a.h5", None, "colour")
    assert seen.classes == ["a", "b"] and np.bincount(seen.labels).tolist() == [12, 12]
    assert {x.tobytes() for x in seen.x} == {x.tobytes() for x in X}


def test_two_that_fit_and_one_that_is_damaged(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as archive:
        as_rows(archive, "left")
        as_rows(archive, "right", [*ROWS[:2], ROWS[2][:60], *ROWS[3:]])
    with pytest.raises(UserError, match="left, right; say which with the option images"):
        prepare(tmp_path / "a.h5", None, "colour")
    seen = prepare(tmp_path / "a.h5", None, "colour", Choices(images="right"))
    assert len(seen.x) == COUNT - 1 and [name for name, _ in seen.skipped] == ["a.h5[2]"]
    with pytest.raises(UserError, match="no array 'middle'"):
        prepare(tmp_path / "a.h5", None, "colour", Choices(images="middle"))


def test_bytes_that_are_no_images(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as archive:
        as_rows(archive, "images", [row[20:] for row in ROWS])
    with pytest.raises(DataError):
        prepare(tmp_path / "a.h5", None, "colour")
