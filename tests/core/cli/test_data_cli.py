"""``data remove``: sets of one's own, as the Data page deletes them."""

import numpy as np
import pytest

from ae_core import data
from ae_core.cli import main
from ae_core.data.own import store
from ae_core.jobs import owners

LONG = "own-" + "a" * 300  # of which no system makes a file


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


@pytest.mark.parametrize(
    "other", ["own-nothing", "letters", "mine", "own-mine+own-hers", "own-..", LONG]
)
def test_what_cannot_be_removed_is_one_sentence_and_nothing_else_is_lost(folder, capsys, other):
    assert main(["data", "remove", "own-mine", other]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and other in error
    assert own() == ["own-hers", "own-mine"]


@pytest.mark.parametrize("command", [["data", "import", LONG, "--dry-run"], ["denoise", LONG, "-oy"]])
def test_a_name_longer_than_systems_take_is_one_sentence(folder, capsys, monkeypatch, command):
    monkeypatch.chdir(folder.parent)
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: A name is longer than systems take") and LONG in error


@pytest.mark.parametrize("variable", ["AE_DATA_DIR", "AE_ARTIFACTS_DIR"])
@pytest.mark.parametrize("leads_to", [LONG, "circle/inner"])
def test_a_folder_that_cannot_be_is_one_sentence_that_names_its_variable(
    folder, capsys, monkeypatch, variable, leads_to
):
    (folder / "circle").symlink_to(folder / "circle")
    monkeypatch.setenv(variable, str(folder / leads_to))
    assert main(["data" if variable == "AE_DATA_DIR" else "runs", "list"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and variable in error


def test_another_visitors_set_is_left_to_them(folder, capsys, monkeypatch):
    monkeypatch.setenv(owners.VARIABLE, '{"id": "bob"}')
    assert main(["data", "remove", "own-hers"]) == 2
    error = capsys.readouterr().err
    assert "another visitor's" in error and error.count("\n") == 1
    monkeypatch.setenv(owners.VARIABLE, "")
    assert own() == ["own-hers", "own-mine"]
