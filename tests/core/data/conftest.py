"""A data folder of its own for each test, and small true files in the sets' formats."""

import gzip
import struct

import numpy as np
import pytest

import ae_core.data


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Data and cache folder in tmp_path; nothing loaded before is remembered."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("ae_core.data.folders.cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(ae_core.data, "_loaded", {})
    return tmp_path


@pytest.fixture
def data(folders):
    """The data folder, made."""
    folder = folders / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def notmnist(data):
    """An own copy of notMNIST: 100 + 30 images."""
    write_notmnist(data / "notmnist")
    return data / "notmnist"


@pytest.fixture
def svhn(data):
    """An own copy of SVHN: 50 + 20 images."""
    write_svhn(data / "svhn")
    return data / "svhn"


@pytest.fixture
def write_idx():
    """write_idx(path, magic, sizes, content): a gzipped IDX file."""
    return idx


def write_notmnist(folder, train=100, test=30):
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, count in (("train", train), ("t10k", test)):
        x = rng.integers(0, 256, (count, 28, 28), np.uint8)
        y = rng.integers(0, 10, count, np.uint8)
        idx(folder / f"{part}-images-idx3-ubyte.gz", 2051, (count, 28, 28), x.tobytes())
        idx(folder / f"{part}-labels-idx1-ubyte.gz", 2049, (count,), y.tobytes())


def idx(path, magic, sizes, content):
    path.write_bytes(gzip.compress(struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + content))


def write_svhn(folder, **counts):
    from scipy.io import savemat

    folder.mkdir()
    rng = np.random.default_rng(1)
    for part, count in (counts or {"train": 50, "test": 20}).items():
        x = rng.integers(0, 256, (32, 32, 3, count), np.uint8)
        y = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        savemat(folder / f"{part}_32x32.mat", {"X": x, "y": y}, do_compression=True)
