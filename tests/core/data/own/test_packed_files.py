"""Single files that are packed with gzip, bzip2 or xz are read as they would be unpacked."""

import bz2
import gzip
import io
import lzma
import struct

import h5py
import numpy as np
import pytest
from image_files import waves

from ae_core.data.own import limits
from ae_core.data.own.convert import prepare
from ae_core.errors import DataError

COUNT = 48
X = waves(np.random.default_rng(5), 16, 1, COUNT)
Y = np.arange(COUNT) % 3
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def npy(x):
    buffer = io.BytesIO()
    np.save(buffer, x)
    return buffer.getvalue()


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def hdf5(**arrays):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, x in arrays.items():
            file[name] = x
    return buffer.getvalue()


def idx(x):
    head = struct.pack(f">BBBB{x.ndim}I", 0, 0, 8, x.ndim, *x.shape)
    return head + x.astype(np.uint8).tobytes()


def csv():
    buffer = io.BytesIO()
    np.savetxt(buffer, np.hstack([Y[:, None], X.reshape(COUNT, -1)]), "%d", ",")
    return buffer.getvalue()


SETS = {
    "npy": lambda: {"images.npy": npy(X), "labels.npy": npy(Y)},
    "by column": lambda: {"images.npy": npy(np.asfortranarray(X)), "labels.npy": npy(Y)},
    "npz": lambda: {"set.npz": npz(x=X, y=Y)},
    "hdf5": lambda: {"set.h5": hdf5(x=X, y=Y)},
    "idx": lambda: {"x-idx3-ubyte": idx(X[..., 0]), "y-labels-idx1-ubyte": idx(Y)},
    "csv": lambda: {"set.csv": csv()},
}


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("one_by_one", [True, False])
def test_packed_files_are_read(kind, ending, one_by_one, tmp_path):
    for name, content in SETS[kind]().items():
        (tmp_path / f"{name}.{ending}").write_bytes(PACKERS[ending](content))
    seen = prepare(sorted(tmp_path.iterdir()) if one_by_one else tmp_path, None, "grey")
    assert np.array_equal(seen.x, X) and np.array_equal(seen.labels, Y) and not seen.skipped


@pytest.mark.parametrize("name", ["images.npy", "set.npz", "x-idx3-ubyte"])
@pytest.mark.parametrize("ending", PACKERS)
def test_what_unpacks_to_too_much_is_refused(name, ending, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SMALL", 1 << 12)
    monkeypatch.setattr(limits, "UNPACKS_TO", 2)
    empty = np.zeros((400, 16, 16), np.uint8)
    content = {"images.npy": npy(empty), "set.npz": npz(x=empty), "x-idx3-ubyte": idx(empty)}[name]
    (tmp_path / f"{name}.{ending}").write_bytes(PACKERS[ending](content))
    with pytest.raises(DataError, match="unpacks to more than"):
        prepare(tmp_path / f"{name}.{ending}", None, "grey")


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("name", ["images.npy", "set.npz", "set.csv"])
def test_what_is_cut_off_is_one_sentence(name, ending, tmp_path):
    content = {"images.npy": npy(X), "set.npz": npz(x=X, y=Y), "set.csv": csv()}[name]
    packed = PACKERS[ending](content)
    (tmp_path / f"{name}.{ending}").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError) as caught:
        prepare(tmp_path / f"{name}.{ending}", None, "grey")
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("ending", PACKERS)
def test_objects_in_a_packed_file_are_never_opened(ending, tmp_path):
    content = npy(np.array([{"a": 1}] * 30, object))
    (tmp_path / f"a.npy.{ending}").write_bytes(PACKERS[ending](content))
    with pytest.raises(DataError, match="Python objects, which are never opened"):
        prepare(tmp_path / f"a.npy.{ending}", None, "grey")
