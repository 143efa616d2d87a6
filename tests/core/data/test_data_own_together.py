"""What belongs together is read together: tables of pandas, arrays in archives, labels apart."""

import io
import tarfile
import zipfile

import h5py
import numpy as np
import pandas
import pytest
from PIL import Image
from scipy.io import savemat

from ae_core.data.own import convert
from ae_core.data.own.reading import PARTS, Choices
from ae_core.errors import DataError

COUNT, H, W = 30, 12, 17
LABELS = np.arange(COUNT) % 3
AT = np.linspace(0, 1, W)[None, None] * np.linspace(1, 2, COUNT)[:, None, None]
GREY = np.rint(255 * np.abs(np.sin(3 * AT + np.linspace(0, 2, H)[None, :, None]))).astype(np.uint8)
COLOURS = np.stack([GREY, 255 - GREY, GREY // 2], axis=-1)
CLASSES = ["0", "1", "2"]
TRAIN, TEST = PARTS.index("train"), PARTS.index("test")


def prepare(source, colour="grey", **choices):
    return convert.prepare(source, None, colour, Choices(**choices))


def said(prepared):
    return " ".join(str(entry.said) for entry in prepared.assumed)


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("label_first", [True, False])
def test_a_table_as_pandas_writes_it(tmp_path, index, separator, label_first):
    columns = [LABELS[:, None], GREY.reshape(COUNT, -1)]
    table = np.concatenate(columns if label_first else columns[::-1], axis=1)
    pandas.DataFrame(table).to_csv(tmp_path / "a.csv", sep=separator, index=index)
    seen = prepare(tmp_path / "a.csv", rows=f"{H}x{W}")
    assert np.array_equal(seen.x[..., 0], GREY)
    assert seen.classes == CLASSES and np.array_equal(seen.labels, LABELS)


def test_rows_of_no_square_name_the_option(tmp_path):
    np.savez(tmp_path / "a.npz", data=GREY.reshape(COUNT, -1), target=LABELS)
    with pytest.raises(DataError, match="option rows"):
        prepare(tmp_path / "a.npz")
    assert np.array_equal(prepare(tmp_path / "a.npz", rows=f"{H}x{W}").x[..., 0], GREY)


def content(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_arrays_in_an_archive_are_read_as_in_a_folder(tmp_path, kind):
    members = {
        "set/x_train.npy": content(GREY[:20]),
        "set/y_train.npy": content(LABELS[:20]),
        "set/x_test.npy": content(GREY[20:]),
        "set/y_test.npy": content(LABELS[20:]),
        "set/README.txt": b"words",
        "../outside.npy": content(GREY),
    }
    path = tmp_path / "inner" / f"set.{kind}"
    path.parent.mkdir()
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, data in members.items():
                about = tarfile.TarInfo(name)
                about.size = len(data)
                archive.addfile(about, io.BytesIO(data))
    seen = prepare(path)
    assert np.array_equal(np.sort(seen.x.sum((1, 2, 3))), np.sort(GREY.sum((1, 2), dtype=int)))
    assert seen.classes == CLASSES and sorted(seen.parts) == [TRAIN] * 20 + [TEST] * 10
    assert [name for name, _ in seen.skipped] == ["../outside.npy", "set/README.txt"]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["inner", path.name]


def test_a_table_in_an_archive_is_read(tmp_path):
    table = pandas.DataFrame(GREY.reshape(COUNT, -1)).add_prefix("pixel")
    table.insert(0, "label", LABELS)
    with zipfile.ZipFile(tmp_path / "digits.zip", "w") as archive:
        archive.writestr("train.csv", table.to_csv(index=False))
    seen = prepare(tmp_path / "digits.zip", rows=f"{H}x{W}")
    assert np.array_equal(seen.x[..., 0], GREY) and seen.classes == CLASSES


def test_labels_in_a_file_of_their_own_join_the_images(tmp_path):
    for part, rows in {"train": slice(0, 20), "test": slice(20, COUNT)}.items():
        with h5py.File(tmp_path / f"set_split_{part}_x.h5", "w") as file:
            file["x"] = COLOURS[rows]
        with h5py.File(tmp_path / f"set_split_{part}_y.h5", "w") as file:
            file["y"] = LABELS[rows].reshape(-1, 1, 1, 1)
    seen = prepare(tmp_path, "colour")
    order = np.argsort(seen.parts, kind="stable")
    assert np.array_equal(seen.x[order], COLOURS)
    assert np.array_equal(seen.labels[order], LABELS) and seen.classes == CLASSES


def test_cells_of_images_are_images(tmp_path):
    cells = np.empty(COUNT, object)
    cells[:] = list(COLOURS)
    savemat(tmp_path / "a.mat", {"images": cells, "labels": LABELS})
    seen = prepare(tmp_path / "a.mat", "colour")
    assert np.array_equal(seen.x, COLOURS) and seen.classes == CLASSES


def test_masks_beside_the_images_of_a_table_are_said_to_be_left_out(tmp_path):
    def png(x):
        file = io.BytesIO()
        Image.fromarray(x).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}

    columns = {"image": map(png, COLOURS), "mask": map(png, GREY), "label": LABELS}
    table = pandas.DataFrame({name: list(values) for name, values in columns.items()})
    table.to_parquet(tmp_path / "a.parquet")
    seen = prepare(tmp_path / "a.parquet", "colour")
    assert np.array_equal(seen.x, COLOURS) and "left out mask" in said(seen)


def test_too_few_animations_name_the_option_that_takes_all_moments(tmp_path):
    frames = [Image.fromarray(x) for x in COLOURS]
    for n in range(2):
        part = frames[15 * n : 15 * n + 15]
        part[0].save(tmp_path / f"{n}.gif", save_all=True, append_images=part[1:])
    with pytest.raises(DataError, match="not 2.*animations left out: 28.*option pages"):
        prepare(tmp_path, "colour")
    assert len(prepare(tmp_path, "colour", pages="all").x) == COUNT
