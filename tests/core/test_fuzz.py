"""Files that are nearly right are read, or refused in one sentence; ``tests/fuzz.py`` tries more."""

import time

import pytest

from tests import fuzz

INPUTS = 12  # a kind
MANY = 240


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A folder to read in, and one to work in that must stay empty."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in ("AE_ARTIFACTS_DIR", "AE_DATA_DIR"):  # put back whatever the readers are shown
        monkeypatch.setenv(name, str(tmp_path / "none"))
    yield
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_nearly_right_files_break_nothing(kind, tmp_path):
    assert fuzz.attack(kind, fuzz.inputs(kind, INPUTS), tmp_path / "in") == []


@pytest.mark.long
@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_many_nearly_right_files_break_nothing(kind):
    for first in range(0, MANY, fuzz.BATCH):  # a library may crash
        assert fuzz.in_a_process(kind, fuzz.BATCH, 1, first)[0] == []


def test_the_attack_sees_what_breaks(tmp_path, monkeypatch):
    def read(path):
        if b"a" in path.read_bytes():
            raise KeyError("untold")
        while b"b" in path.read_bytes() and time.process_time() < end:
            pass

    end = time.process_time() + 0.2
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 0.1)
    monkeypatch.setitem(fuzz.KINDS, "own", fuzz.Kind(lambda: [b""], read, "file"))
    broken = fuzz.attack("own", enumerate([b"a", b"b", b""]), tmp_path)
    assert len(broken) == 2 and "KeyError" in broken[0] and broken[1].endswith(" s")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "work"}


def test_the_same_number_is_the_same_file():
    (once,), (again,) = (list(fuzz.inputs("npz", 1, first=n)) for n in (7, 7))
    assert once == again != next(fuzz.inputs("npz", 1, first=8))
