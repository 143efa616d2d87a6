"""A set to download is a module and its entry in ``sets.SETS``; its words are in the catalogues."""

import hashlib
import sys
import types

import numpy as np
import pytest

from ae_core import data
from ae_core.data import downloads, official, sets
from ae_core.data.splits import assemble
from ae_core.errors import DataError, DataMissing

CONTENT = np.arange(40 * 8 * 8, dtype=np.uint8).tobytes()


@pytest.fixture
def dots(monkeypatch, tmp_path):
    """A set "dots" of one file, as its module would have it."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    module = types.ModuleType("dots_reader")

    def read(path):
        if not path.is_file():
            raise DataMissing("No dots.")
        content = path.read_bytes()
        if len(content) != len(CONTENT):
            raise DataError("Cut dots.")
        return np.frombuffer(content, np.uint8).reshape(40, 8, 8, 1)

    def load():
        x = read(data.data_dir() / "dots" / "dots.bin")
        labels = np.zeros(len(x), np.int64)
        train, test = (x[:30], labels[:30]), (x[30:], labels[30:])
        return assemble("dots", "Dots", train, test, ("dot",), "official files")

    module.load, module.check = load, read
    monkeypatch.setitem(sys.modules, "dots_reader", module)
    digest = ("sha256", hashlib.sha256(CONTENT).hexdigest())
    address = (tmp_path / "served").as_uri()
    entry = sets.SetInfo(
        *("dots", "Dots", (8, 8, 1), "download", "", "", "", ""),
        download=sets.Download("dots_reader", address, {"dots.bin": digest}),
    )
    monkeypatch.setitem(sets.SETS, "dots", entry)
    # What is made of the table when the program starts.
    monkeypatch.setitem(official.OFFICIAL, "dots.bin", digest)
    for table, value in ((downloads.SOURCES, address), (downloads.FILES, ["dots.bin"])):
        monkeypatch.setitem(table, "dots", value)
    monkeypatch.setitem(downloads.EXTRA, "dots", [])
    monkeypatch.setattr(data, "_loaded", {})


def test_it_is_listed_downloaded_and_read(dots, tmp_path):
    assert ("dots", "missing") in [(info.name, state) for info, state in data.available()]
    with pytest.raises(DataMissing, match="No dots"):
        data.load("dots")
    place = data.data_dir() / "dots"
    place.mkdir(parents=True)
    (place / "dots.bin").write_bytes(CONTENT)
    data.download("dots")  # it is the official file, so nothing is fetched
    assert ("dots", "ready") in [(info.name, state) for info, state in data.available()]
    assert data.load("dots").test.x.shape == (10, 8, 8, 1)


def test_an_own_copy_of_it_is_never_overwritten(dots):
    place = data.data_dir() / "dots"
    place.mkdir(parents=True)
    (place / "dots.bin").write_bytes(CONTENT[::-1])
    with pytest.raises(DataError, match="own copy"):
        data.download("dots")
