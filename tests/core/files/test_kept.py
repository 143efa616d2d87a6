"""What was read of a file is kept, and read by one of several who ask at once."""

import threading

import pytest

from ae_core.errors import UserError
from ae_core.files.reading import kept
from ae_core.files.reading.content import Damaged


def test_a_file_is_read_again_only_when_another_stands_in_its_place(tmp_path):
    path, asked = tmp_path / "a.txt", []

    def read(path):
        asked.append(path)
        return path.read_text()

    path.write_text("one")
    assert [kept(read, path), kept(read, path)] == ["one", "one"] and len(asked) == 1
    path.write_text("another")
    assert kept(read, path) == "another" and len(asked) == 2
    path.unlink()
    with pytest.raises(FileNotFoundError):
        kept(read, path)


def test_of_many_who_ask_at_once_one_reads_and_all_are_answered(tmp_path):
    path, asked, answers = tmp_path / "a.txt", [], []
    path.write_text("one")
    all_here, told = threading.Barrier(9), threading.Event()

    def read(path):
        asked.append(path)
        told.wait(10)  # the others come while this one reads
        return path.read_text()

    def ask():
        all_here.wait(10)
        answers.append(kept(read, path))

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    all_here.wait(10)
    while not asked:
        threading.Event().wait(0.01)
    threading.Event().wait(0.2)
    told.set()
    for asker in askers:
        asker.join(10)
    assert answers == ["one"] * 8 and len(asked) == 1


def test_a_file_that_refers_to_others_and_a_damaged_one_hold_nobody_up(tmp_path):
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.write_text("x"), outer.write_text("y")

    def refuse(path):
        raise UserError("It is damaged.")

    with pytest.raises(Damaged, match="It is damaged"):
        kept(refuse, inner)
    with pytest.raises(Damaged, match="It is damaged"):
        kept(refuse, inner)
    assert kept(lambda path: kept(lambda p: p.read_text(), inner) + path.read_text(), outer) == "xy"
