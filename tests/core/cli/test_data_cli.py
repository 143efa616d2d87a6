"""``data remove``: sets of one's own, as the Data page deletes them."""

import numpy as np
import pytest

from ae_core import data
from ae_core.cli import main
from ae_core.data.own import store
from ae_core.jobs import owners


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two own sets; the second is that of a visitor called Ana."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    x = np.arange(24 * 64, dtype=np.uint32).reshape(24, 8, 8, 1).astype(np.uint8)
    for name, who in (("mine", ""), ("hers", '{"id": "ana"}')):
        monkeypatch.setenv(owners.VARIABLE, who)
        store.save(name, name, x, np.zeros(24, int), ["a"])
    monkeypatch.setenv(owners.VARIABLE, "")
    return tmp_path / "own"


def own():
    return [info.name for info, _ in data.available() if info.kind == "own"]


def test_a_set_is_removed_without_a_question(folder, capsys):
    assert main(["data", "remove", "own-mine"]) == 0
    assert capsys.readouterr().out == "removed own-mine\n"
    assert own() == ["own-hers"] and not (folder / "mine").exists()


@pytest.mark.parametrize("other", ["own-nothing", "letters", "mine", "own-mine+own-hers", "own-.."])
def test_what_cannot_be_removed_is_one_sentence_and_nothing_else_is_lost(folder, capsys, other):
    assert main(["data", "remove", "own-mine", other]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and other in error
    assert own() == ["own-hers", "own-mine"]


def test_another_visitors_set_is_left_to_them(folder, capsys, monkeypatch):
    monkeypatch.setenv(owners.VARIABLE, '{"id": "bob"}')
    assert main(["data", "remove", "own-hers"]) == 2
    error = capsys.readouterr().err
    assert "another visitor's" in error and error.count("\n") == 1
    monkeypatch.setenv(owners.VARIABLE, "")
    assert own() == ["own-hers", "own-mine"]
