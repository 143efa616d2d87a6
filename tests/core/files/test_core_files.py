"""Names of files: as a person spelled them, as far as systems take them; JSON that is printed."""

import json

import pytest

from ae_core.errors import UserError
from ae_core.files import as_json, own_name, own_stems, replacing, writing


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("minha foto é", "minha foto é"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("../../etc/passwd", "etc-passwd"),
        ('a<b>:"c|d?*', "a-b-c-d"),
        (" .hidden. ", "hidden"),
        ("two\nlines\x00", "two-lines"),
        ("nul", "_nul"),
        ("CON.final", "_CON.final"),
        ("console", "console"),
        ("写真", "写真"),
        ("\ud800", "picture"),
        ("...", "picture"),
    ],
)
def test_names_stay_as_far_as_they_can(given, name):
    assert own_name(given) == name


def test_names_are_no_longer_than_systems_take():
    assert len(own_name("é" * 500).encode()) <= 120 and set(own_name("é" * 500)) == {"é"}


def test_stems_are_without_folder_and_ending_and_no_two_alike():
    given = ["a/foto.png", "foto-2.png", "b\\Foto.jpg", "foto.gif", "other"]
    assert own_stems(given) == ["foto", "foto-2", "Foto-3", "foto-4", "other"]


def test_a_folder_of_equal_names_is_named_without_trying_each_number_anew():
    alike = own_stems(f"{n}/foto.png" for n in range(5000))  # anew, this would take minutes
    assert alike[-1] == "foto-5000" and len(set(alike)) == 5000


def test_json_that_is_printed_steers_no_terminal_and_is_read_back_as_it_was():
    title = "a\u202eb\x9b31m\u2066c é 図"
    text = as_json({"title": title})
    assert not set(text) & set("\u202e\x9b\u2066") and "é 図" in text
    assert json.loads(text) == {"title": title}


@pytest.mark.parametrize("length", [245, 300])
def test_a_name_that_is_too_long_is_said_as_it_was_given(length, tmp_path):
    path = tmp_path / ("x" * length)
    with pytest.raises(UserError) as refused, writing(tmp_path), replacing(path) as new:
        new.write_bytes(b"")
    assert str(refused.value) == f"A name is longer than systems take: {path}."
    assert not any(tmp_path.iterdir())
