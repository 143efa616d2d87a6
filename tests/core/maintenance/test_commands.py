"""The maintainers' commands as they are typed."""

import pytest

from ae_core.cli import main as program
from ae_core.maintenance import photo_codec, tune_denoisers
from ae_core.maintenance.__main__ import main as maintain


@pytest.mark.parametrize("words", [["--help"], ["publish", "--help"], ["tune-denoisers", "--help"]])
def test_help_says_what_a_command_is_for(words, capsys):
    with pytest.raises(SystemExit) as ended:
        maintain(words)
    assert ended.value.code == 0
    assert "usage: python -m ae_core.maintenance" in capsys.readouterr().out


def test_settings_go_where_they_are_told_to(tmp_path, monkeypatch, capsys):
    asked = []

    def tune(images, progress):
        asked.append(images)
        return {"settings": {"wavelets": {}}}

    monkeypatch.setattr(tune_denoisers, "tune", tune)
    assert maintain(["tune-denoisers", str(tmp_path / "a.json"), "--images", "3"]) == 0
    assert asked == [3] and (tmp_path / "a.json").is_file()
    assert "wavelets" in capsys.readouterr().out


def test_no_command_writes_into_the_program_by_itself(tmp_path, monkeypatch, capsys):
    """Where it is installed, the folder of the program is not the maintainer's to change."""
    fitted = []
    monkeypatch.setattr(photo_codec, "fit", lambda folder, output, changed: fitted.append(output))
    monkeypatch.setattr("ae_core.maintenance.__main__._on_the_processor", lambda: None)
    assert maintain(["fit-photo-codec", str(tmp_path), str(tmp_path / "numbers.npz")]) == 0
    assert fitted == [tmp_path / "numbers.npz"]
    for words in (["fit-photo-codec", str(tmp_path)], ["tune-denoisers"]):
        with pytest.raises(SystemExit):
            maintain(words)
    assert "required: FILE" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["publish", "no-run", "new"], ["refit", "no-run"]])
def test_a_run_that_is_not_there_is_one_sentence(words, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    assert maintain(words) == 2
    assert capsys.readouterr().err.startswith("error: There is no run")


@pytest.mark.parametrize("words", [["runs", "publish", "a", "b"], ["runs", "refit", "a"]])
def test_they_are_no_commands_of_the_program(words):
    with pytest.raises(SystemExit):
        program(words)
