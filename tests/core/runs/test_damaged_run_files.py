"""Run folders as no program writes them: used as far as they are whole, or said to be damaged."""

import os
import shutil

import damaged_runs
import pytest

from ae_core import runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.training import examples

# Odd, but nothing in it is wrong: an earlier version, another machine or a person may write it.
HARMLESS = {
    "config-created-before",
    "config-created-beyond",
    "config-config-data-unknown",
    "config-title-empty",
    "config-title-long",
    "history-no-psnr",
    "history-ragged",
    "model-missing",
    "status-missing",
}
NAMED = {  # what must be said of some of them
    "config-config-code-huge": "a number in it is too large",
    "config-deep": "nested too deep",
    "config-title-surrogate": "not valid Unicode",
    "config-title-number": "its entry 'title'",
    "config-config-network-unknown": "'transformer', which this program does not have",
    "status-started-word": "its entry 'started'",
    "running-position-word": "its entry 'position'",
    "history-rows": "more than 10,000 rows",
    "samples-x-claims-730-gib": "cut off",
    "samples-x-noisy-other-side": "not those of x.npy",
    "model-encrypted": "damaged or was cut off",
    "model-deeper": "nested too deep",
    "model-bomb": "unpacks to more",
}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts")
    shutil.copytree(damaged_runs.WHOLE, folder / "runs" / "good")
    damaged_runs.write(folder / "runs")
    return folder


@pytest.fixture(autouse=True)
def artifacts(damaged, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(damaged))


def test_every_damage_is_said_and_the_rest_is_used():
    left_out, used = dict(runs.broken_runs()), {run.id: run for run in runs.list_runs()}
    assert {*left_out, *used} == {"good", *damaged_runs.CASES}
    said = dict(runs.damaged()) | left_out
    assert len(said) > 270 and not HARMLESS & set(said) and "good" not in said
    for name, words in NAMED.items():
        assert words in said[name], said[name]
    for name, reason in said.items():
        assert len(reason) < 1000 and "\n" not in reason, name
        reason.encode()


def test_what_is_read_of_a_damaged_run_can_be_shown():
    for run in runs.list_runs():
        str((run.title, run.message(), run.state())).encode()
        assert len(run.title) <= 200 and run.title.isprintable()
        assert list(run.history().columns) == list(runs.HISTORY_COLUMNS)
        run.evaluation()
        if (kept := examples.read(run)) is not None:
            assert kept.x.shape == kept.x_hat.shape and len(kept.y) == len(kept.x)
        for epoch in run.samples().epochs[-1:]:
            try:
                assert run.samples().at(epoch).shape == run.samples().x.shape
            except UserError as error:
                assert len(str(error)) < 1000


def test_the_command_line_lists_and_shows_them(capsys):
    assert main(["runs", "list"]) == 0
    listed = capsys.readouterr()
    assert "good" in listed.out and listed.err.count("damaged: ") > 270
    for name in NAMED:
        code = main(["runs", "show", name])
        shown = capsys.readouterr()
        assert code == 2 or "damaged" in shown.out
        assert "Traceback" not in shown.out + shown.err


def test_a_new_training_is_not_held_up_by_them():
    from ae_core.training import queue

    run = runs.create(TrainConfig())
    try:
        assert queue.position(run, "cpu") >= 0
    finally:
        shutil.rmtree(run.folder)


@pytest.mark.parametrize("name", ["model.keras", "examples.npz", "log.txt", "status.json"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_is_never_opened(tmp_path, kind, name):
    run = runs.Run(tmp_path / "odd")
    shutil.copytree(damaged_runs.WHOLE, run.folder)
    place = run.folder / name
    place.unlink(missing_ok=True)
    os.mkfifo(place) if kind == "pipe" else place.symlink_to("/dev/zero")
    assert [reason for reason in runs.faults(run) if name in reason and "it is no file" in reason]
    assert run.tail() == ""


def test_what_steers_a_terminal_is_not_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    folder = tmp_path / "runs" / "odd"
    shutil.copytree(damaged_runs.WHOLE, folder)
    odd = "2026\x1b[2J\x00\u202ebehind\r\n"
    damaged_runs.edit(folder / "config.json", "created", odd)
    (folder / "log.txt").write_text(f"first\t1\n{odd}last\x9b1m", encoding="utf-8")
    assert main(["runs", "show", "odd", "--log", "9"]) == 0
    shown = capsys.readouterr().out
    assert "first   1\n2026" in shown and "last 1m" in shown
    assert shown.replace("\n", "").isprintable()
