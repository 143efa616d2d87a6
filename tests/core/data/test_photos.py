"""Photographs put into a folder: a set of tiles, all tiles of a photograph in one part."""

import numpy as np
import pytest

from ae_core import data
from ae_core.data import photos
from ae_core.errors import DataMissing
from ae_core.images import files

COUNT = 40


@pytest.fixture
def there(tmp_path, monkeypatch):
    """Photographs of 130×70, two tiles each, of a brightness of their own."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(data, "_loaded", {})
    folder = photos.folder()
    folder.mkdir(parents=True)
    for number in range(COUNT):
        x = np.full((70, 130, 3), 6 * number, np.uint8)
        x[::2, ::3] += 1
        files.to_pillow(x).save(folder / f"{number:02d}.png")
    return folder


def test_all_tiles_of_a_photograph_are_in_one_part(there):
    found = data.load("photos")
    assert found.shape == (64, 64, 3) == data.info("photos").shape
    shown = [{int(tile.min()) // 6 for tile in part.x} for part in _parts(found)]
    assert set.union(*shown) == set(range(COUNT)) and sum(map(len, shown)) == COUNT
    assert [len(part) for part in _parts(found)] == [2 * len(numbers) for numbers in shown]
    assert ("photos", "ready") in [(info.name, state) for info, state in data.available()]


def test_nine_of_ten_photographs_are_trained_on(there):
    assert [len(part) for part in _parts(data.load("photos"))] == [72, 4, 4]


def test_a_new_photograph_is_read(there):
    before = data.load("photos").fingerprint
    files.to_pillow(np.full((64, 64, 3), 250, np.uint8)).save(there / "new.png")
    assert data.load("photos").fingerprint != before


def test_without_photographs_it_is_not_listed_and_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    assert "photos" not in [info.name for info, _ in data.available()]
    with pytest.raises(DataMissing, match="Photographs were expected in"):
        data.load("photos")


def _parts(found):
    return found.train, found.validation, found.test
