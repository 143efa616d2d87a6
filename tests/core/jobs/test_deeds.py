"""The log of who asked for what."""

import json
import os
import signal
import time

from ae_core.jobs import deeds
from ae_core.jobs.job import Job


def test_who_cancelled_and_deleted_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(deeds, "who", lambda: "visitor at ::1")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    made = Job(tmp_path / "runs" / "mine")
    made.make({"status.json": {"state": "finished"}})
    made.remove()
    (line,) = (tmp_path / deeds.LOG).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["do"] == "delete" and json.loads(line)["what"] == "runs/mine"
    assert json.loads(line)["by"] == "visitor at ::1"


def said(folder):
    lines = (folder / deeds.LOG).read_text(encoding="utf-8").splitlines()
    return [(entry["do"], entry["what"]) for entry in map(json.loads, lines)]


def test_what_the_command_line_does_itself_is_written_down(tmp_path, monkeypatch):
    from ae_core import data
    from ae_core.cli import main
    from ae_core.training import worker
    from ae_core.training.sweeps import queue

    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "sets"))
    monkeypatch.setattr(worker, "work", lambda run, **_: "finished")
    monkeypatch.setattr(queue, "drive", lambda *_: "finished")
    monkeypatch.setattr(data, "download", lambda *_, **__: None)
    how = ["--network", "dense", "--code", "4"]
    assert main(["train", *how]) == 0
    (run,) = (tmp_path / "runs").glob("[!.]*")
    assert main(["sweep", *how, "--name", "one", "--devices", "cpu"]) == 0
    assert main(["data", "download", "svhn"]) == 0
    assert said(tmp_path) == [
        ("start", f"runs/{run.name}"),
        ("start", "sweeps/one"),
        ("download", "sets/svhn"),
    ]


def test_a_network_that_is_imported_is_written_down(tmp_path, monkeypatch):
    from ae_core.training import adopt

    class Answers:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def ask(self, request, _):
            run = "" if request["title"] is None else "made"
            return {"said": [], "data": "letters", "squared_error": 0.1, "run": run}

    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(adopt, "Child", Answers)
    adopt.look(tmp_path / "one.keras")  # which makes none
    adopt.look(tmp_path / "one.keras", title="")
    assert said(tmp_path) == [("import", "runs/made")]


def test_a_pipe_in_the_logs_place_holds_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    os.mkfifo(tmp_path / deeds.LOG)
    before = signal.signal(signal.SIGALRM, lambda *_: os.open(tmp_path / deeds.LOG, os.O_RDONLY))
    signal.alarm(5)
    begun = time.monotonic()
    deeds.note("start", tmp_path / "runs" / "one")
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begun < 4


def test_a_name_that_is_no_unicode_is_written_down_too(tmp_path, monkeypatch):
    monkeypatch.setattr(deeds, "who", lambda: "visitor \ud800")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    deeds.note("start", tmp_path / "runs" / os.fsdecode(b"odd-\xff"))
    entry = json.loads((tmp_path / deeds.LOG).read_text(encoding="utf-8"))
    assert (entry["by"], entry["what"]) == ("visitor ?", "runs/odd-?")
