"""An HDF5 file that says to read its values from other files hands over none of them."""

import h5py
import numpy as np
import pytest

from ae_core.data import photographs
from ae_core.data.own.convert import prepare
from ae_core.errors import DataError

SHAPE = (30, 8, 8)
COUNT = 30 * 8 * 8


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_bytes(b"teacher_token = 'nobody is to read this' ".ljust(COUNT, b"."))
    return path


def external(archive, secret, name="x", shape=SHAPE):
    return archive.create_dataset(
        name, shape=shape, dtype="u1", external=[(str(secret), 0, int(np.prod(shape)))]
    )


def virtual(archive, secret):
    other = secret.with_name("others.h5")
    with h5py.File(other, "w") as file:
        file["images"] = np.zeros(SHAPE, np.uint8)
    layout = h5py.VirtualLayout(SHAPE, "u1")
    layout[:] = h5py.VirtualSource(str(other), "images", SHAPE)
    archive.create_virtual_dataset("x", layout)


def referred(archive, secret):
    cells = archive.create_dataset("cells", (1, 30), h5py.ref_dtype)
    for n in range(30):
        cells[0, n] = external(archive, secret, f"#refs#/{n}", (8, 8)).ref


@pytest.mark.parametrize("write", [external, virtual, referred])
@pytest.mark.parametrize("ending", ["h5", "mat"])
def test_values_of_other_files_are_not_read(secret, write, ending, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    with h5py.File(folder / f"a.{ending}", "w") as archive:
        write(archive, secret)
    with pytest.raises(DataError, match="reference to other files, which are not read"):
        prepare([folder / f"a.{ending}"], None, "grey")


def test_boxes_of_other_files_are_not_read(secret, tmp_path):
    with h5py.File(tmp_path / "boxes.mat", "w") as content:
        entry = external(content, secret, shape=(4, 1))
        with pytest.raises(ValueError, match="other files"):
            photographs._numbers(content, entry)
