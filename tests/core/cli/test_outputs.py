"""Where commands write: nothing that is there is lost unasked, and no work is done for nothing."""

import os

import pytest

from ae_core import networks, runs
from ae_core.cli import main, outputs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import bench
from ae_core.networks import export
from ae_core.report import builder

LINE = "conv8:k3:relu > vector4 > mirror"
FILES = [  # commands that write a file; RUN and OUT are filled
    ["export", "RUN", "-o", "OUT"],
    ["design", "code", LINE, "-o", "OUT"],
    ["design", "notebook", LINE, "-o", "OUT"],
    ["bench", "devices", "--devices", "cpu", "-o", "OUT"],
    ["compress", "a.png", "-o", "OUT"],
]
FOLDERS = [
    ["report", "RUN", "-o", "OUT"],
    ["decode", "RUN", "a.npy", "-o", "OUT"],
    ["reconstruct", "RUN", "a.png", "-o", "OUT"],
    ["denoise", "a.png", "-o", "OUT"],
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run; whoever begins the work of a command fails."""
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.chdir(tmp_path)

    def work(*args, **kwargs):
        pytest.fail("work was begun")

    for module, name in ((networks, "load"), (export, "write"), (bench, "run"), (builder, "chosen")):
        monkeypatch.setattr(module, name, work)
    return runs.create(TrainConfig()).id


def refused(words, run, output, capsys):
    words = [{"RUN": run, "OUT": str(output)}.get(word, word) for word in words]
    capsys.readouterr()
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1
    return said


@pytest.mark.parametrize("words", FILES, ids=lambda words: " ".join(words[:2]))
def test_a_file_is_not_written_over_and_is_in_a_folder_that_exists(words, run, tmp_path, capsys):
    mine = tmp_path / "mine.onnx"
    mine.write_text("mine")
    said = refused(words, run, mine, capsys)
    assert f"{mine} is there already" in said and "--replace" in said and mine.read_text() == "mine"
    for place in (tmp_path, tmp_path / "nowhere" / "a.onnx", "/dev/null"):
        said = refused([*words, "--replace"], run, place, capsys)
        assert "must be a file in a folder that exists" in said
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("words", FOLDERS, ids=lambda words: words[0])
def test_a_folder_is_none_where_a_file_is_and_is_not_made_for_nothing(words, run, tmp_path, capsys):
    (tmp_path / "mine").write_text("mine")
    for place in (tmp_path / "mine", tmp_path / "mine" / "inside"):
        assert "must be a folder" in refused(words, run, place, capsys)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("name", ["report.ipynb", "report.html"])
def test_a_report_is_not_written_over(name, run, tmp_path, capsys):
    (tmp_path / name).write_text("mine")
    said = refused(["report", "RUN", "-o", "OUT"], run, tmp_path, capsys)
    assert f"already holds {name}" in said and (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("kind", ["code", "notebook"])
def test_what_is_asked_for_is_written_over(kind, run, tmp_path, capsys):
    words = ["design", kind, LINE, "-o", str(tmp_path / "made")]
    assert main(words) == 0
    made = (tmp_path / "made").read_text()
    (tmp_path / "made").write_text("old")
    assert main(words) == 2 and main([*words, "--replace"]) == 0
    assert (tmp_path / "made").read_text() == made


def test_a_link_to_nothing_is_there_too(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(UserError, match="is there already"):
        outputs.check_file(tmp_path / "link", replace=False)


def test_a_folder_in_the_place_of_a_file_is_not_replaced(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UserError, match="holds a folder a.png"):
        outputs.check_folder(tmp_path, ["a.png"], replace=True)


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "/y"])
def test_a_name_that_no_system_takes_is_one_sentence(name, tmp_path):
    for check in (outputs.check_file, outputs.check_folder):
        with pytest.raises(UserError, match="longer than|folder that exists"):
            check(tmp_path / name, replace=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said_before_the_work(tmp_path):
    tmp_path.chmod(0o500)
    for check in (outputs.check_file, outputs.check_folder):
        with pytest.raises(UserError, match="Cannot write to"):
            check(tmp_path / "new", replace=False)
    tmp_path.chmod(0o700)
