"""Sets in MATLAB's files: rows that are images, cells, structures, classes as an axis or apart."""

import h5py
import numpy as np
import pytest
from image_files import waves
from scipy.io import savemat

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import UserError

COUNT = 24


def images(side=16, count=COUNT):
    """Smooth grey images, uint8 (count, side, side), none of which is its own mirror image."""
    return waves(np.random.default_rng(5), side, 1, count)[..., 0]


def by_matlab(path, named):
    """Write a file as MATLAB does: its head names the platform in MATLAB's words."""
    savemat(path, named)
    with path.open("r+b") as file:
        file.write(b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2007")


def read(path, **choices):
    return prepare(path, None, "grey", Choices(**choices))


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def test_classes_as_an_axis(tmp_path):
    """USPS: pixels × images × classes."""
    x = images(count=10 * 30).reshape(10, 30, 256)
    savemat(tmp_path / "usps_all.mat", {"data": x.transpose(2, 1, 0)})
    with pytest.raises(UserError, match="HW,N,K.*WH,N,K.*axes"):
        read(tmp_path / "usps_all.mat")
    seen = read(tmp_path / "usps_all.mat", axes="HW,N,K")
    assert np.array_equal(seen.x, x.reshape(300, 16, 16, 1))
    assert seen.classes == [str(n) for n in range(10)]  # the tenth is the digit 0
    assert seen.labels[::30].tolist() == [*range(1, 10), 0] and "classes" in said(seen)
    np.save(tmp_path / "a.npy", x)  # the same in Python counts from 0, row by row
    seen = read(tmp_path / "a.npy")
    assert np.array_equal(seen.x, x.reshape(300, 16, 16, 1)) and seen.labels[-1] == 9
    seen = read(tmp_path / "a.npy", labels="none")
    assert seen.classes == ["image"]


def test_an_axis_of_classes_is_named_by_its_letter(tmp_path):
    x = images(count=12 * 5).reshape(12, 5, 16, 16)
    np.save(tmp_path / "a.npy", x)
    seen = read(tmp_path / "a.npy", axes="KNHW")
    assert np.array_equal(seen.x[..., 0], x.reshape(60, 16, 16)) and len(seen.classes) == 12


@pytest.mark.parametrize("layout", ["N,WH", "WH,N", "N,HW"])
def test_rows_column_by_column_are_asked_about(layout, tmp_path):
    """Olivetti's and Yale's faces, Caltech's silhouettes."""
    x = images()
    rows = (x if layout == "N,HW" else x.transpose(0, 2, 1)).reshape(COUNT, -1)
    labels = (1 + np.arange(COUNT) % 3)[:, None]
    by_matlab(tmp_path / "a.mat", {"fea": rows.T if layout == "WH,N" else rows, "gnd": labels})
    with pytest.raises(UserError, match="row by row.*column by column.*axes"):
        read(tmp_path / "a.mat")
    seen = read(tmp_path / "a.mat", axes=layout)
    assert np.array_equal(seen.x[..., 0], x) and seen.classes == ["1", "2", "3"]


@pytest.mark.parametrize("turn", [False, True])
def test_rows_of_no_square_show_which_way_they_lie(turn, tmp_path):
    x = images(28)[:, :, :20]  # as Frey's faces
    rows = (x.transpose(0, 2, 1) if turn else x).reshape(COUNT, -1)
    by_matlab(tmp_path / "a.mat", {"ff": rows.T})
    with pytest.raises(UserError, match="option rows"):
        read(tmp_path / "a.mat")
    assert np.array_equal(read(tmp_path / "a.mat", rows="28x20").x[..., 0], x)


@pytest.mark.parametrize("kind", ["idx", "csv", "mat"])
def test_emnist_is_turned_upright(kind, tmp_path):
    x = images(28)
    stored, y = x.transpose(0, 2, 1), np.arange(COUNT) % 3
    if kind == "idx":
        for name, array in (("images-idx3", stored), ("labels-idx1", y)):
            sides = b"".join(size.to_bytes(4, "big") for size in array.shape)
            head = bytes([0, 0, 8, array.ndim]) + sides
            path = tmp_path / f"emnist-letters-train-{name}-ubyte"
            path.write_bytes(head + array.astype(np.uint8).tobytes())
        source = tmp_path
    elif kind == "csv":
        source = tmp_path / "emnist-balanced-train.csv"
        np.savetxt(source, np.c_[y, stored.reshape(COUNT, -1)], "%d", ",")
    else:
        source = tmp_path / "emnist-letters.mat"
        part = {"images": stored.reshape(COUNT, -1), "labels": y[:, None]}
        by_matlab(source, {"dataset": {"train": part}})
    seen = read(source)
    assert np.array_equal(seen.x[..., 0], x) and len(seen.classes) == 3
    assert "width" in said(seen)


def test_an_array_a_class(tmp_path):
    """As Roweis's mnist_all.mat: train0, test0, train1 ..., of as many images as there are."""
    x, named = images(28, 200), {}
    for digit in range(10):
        named[f"train{digit}"] = x[20 * digit : 20 * digit + 12 + digit % 3].reshape(-1, 784)
        named[f"test{digit}"] = x[20 * digit + 15 : 20 * digit + 20].reshape(-1, 784)
    by_matlab(tmp_path / "mnist_all.mat", named)
    with pytest.raises(UserError, match="N,HW.*axes"):
        read(tmp_path / "mnist_all.mat")
    seen = read(tmp_path / "mnist_all.mat", axes="N,HW")
    assert seen.classes == [str(n) for n in range(10)] and "Classes" in said(seen)
    assert np.bincount(seen.parts)[2] == 50
    assert np.array_equal(seen.x[0, ..., 0], x[0])


def test_a_group_a_class(tmp_path):
    x = images()
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, some in (("cat", x[:14]), ("dog", x[14:])):
            file[f"{name}/images"] = some
    seen = read(tmp_path / "a.h5")
    assert [(name, count) for name, (count,) in seen.counts()] == [("cat", 14), ("dog", 10)]


def cells(values, shape):
    found = np.empty(shape, object)
    for place, value in zip(np.ndindex(shape), values, strict=True):
        found[place] = value
    return found


def test_cells_of_images_of_several_sizes(tmp_path):
    x = images()
    several = [one[: 16 - n % 2] for n, one in enumerate(x)]
    named = {"imgs": cells(several, (1, COUNT)), "labels": 1 + np.arange(COUNT)[:, None] % 2}
    savemat(tmp_path / "a.mat", named)
    seen = read(tmp_path / "a.mat")
    assert len(seen.x) == COUNT and seen.classes == ["1", "2"]
    assert np.array_equal(seen.x[0, ..., 0], x[0])


def test_a_table_of_cells_has_a_class_a_row_and_a_cell_of_stacks_one_a_cell(tmp_path):
    x, words = images(), cells(["ann", "bea", "cem"], (1, 3))
    savemat(tmp_path / "a.mat", {"dat": cells(x, (3, 8)), "classlabels": words})
    seen = read(tmp_path / "a.mat")
    assert seen.counts() == [("ann", [8]), ("bea", [8]), ("cem", [8])]
    assert np.array_equal(seen.x[..., 0], x) and "left out" not in said(seen)
    stacks = [x[:10].transpose(1, 2, 0), x[10:15].transpose(1, 2, 0), x[15:].transpose(1, 2, 0)]
    savemat(tmp_path / "b.mat", {"facedat": cells(stacks, (1, 3)), "dirnames": words})
    seen = read(tmp_path / "b.mat")
    assert seen.counts() == [("ann", [10]), ("bea", [5]), ("cem", [9])]
    assert np.array_equal(seen.x[..., 0], x)


def test_an_array_of_structures(tmp_path):
    x, found = images(), np.zeros((1, COUNT), [("image", object), ("label", object)])
    for n, one in enumerate(x):
        found[0, n] = one, ("cat", "dog")[n % 2]
    savemat(tmp_path / "a.mat", {"s": found})
    seen = read(tmp_path / "a.mat")
    assert np.array_equal(seen.x[..., 0], x) and seen.classes == ["cat", "dog"]


def test_cells_of_matlab_7_3(tmp_path):
    x, path = images(), tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        references = np.empty((COUNT, 1), h5py.ref_dtype)
        for n, one in enumerate(x):
            file[f"#refs#/{n}"] = one.T
            references[n, 0] = file[f"#refs#/{n}"].ref
        file.create_dataset("imgs", data=references, dtype=h5py.ref_dtype)
        file["labels"] = 1.0 + np.arange(COUNT)[None] % 2
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM")
    seen = read(path)
    assert np.array_equal(seen.x[..., 0], x) and seen.classes == ["1", "2"]


def test_names_of_classes_count_from_1(tmp_path):
    """And are not said to be left out."""
    words = cells(["ant", "bee", "cow"], (1, 3))
    y = 1 + np.arange(COUNT)[None] % 3
    savemat(tmp_path / "a.mat", {"X": images(), "Y": y, "classnames": words})
    seen = read(tmp_path / "a.mat")
    assert seen.classes == ["ant", "bee", "cow"] and "left out" not in said(seen)


def test_an_imdb_of_matconvnet(tmp_path):
    """Its mean is no image, its set the part of each image."""
    x, parts = images(), np.repeat([0, 1, 2], [COUNT - 8, 4, 4])
    colours = np.repeat(x[..., None], 3, 3).transpose(1, 2, 3, 0).astype(np.float32)
    about = {"sets": np.array(["train", "val", "test"], object)}
    about["classes"] = np.array(["cat", "dog"], object)
    inner = {"data": colours, "data_mean": colours.mean(3), "set": parts[None] + 1.0}
    inner["labels"] = 1.0 + np.arange(COUNT)[None] % 2
    savemat(tmp_path / "imdb.mat", {"images": inner, "meta": about})
    seen = read(tmp_path / "imdb.mat")
    assert np.array_equal(seen.x[..., 0], x) and np.array_equal(seen.parts, parts)
    assert seen.classes == ["cat", "dog"] and np.array_equal(seen.labels, np.arange(COUNT) % 2)
    assert "1 training, 2 validation, 3 test" in said(seen)
