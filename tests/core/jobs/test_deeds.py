"""The log of who asked for what."""

import json
import os

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


def test_a_name_that_is_no_unicode_is_written_down_too(tmp_path, monkeypatch):
    monkeypatch.setattr(deeds, "who", lambda: "visitor \ud800")
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    deeds.note("start", tmp_path / "runs" / os.fsdecode(b"odd-\xff"))
    entry = json.loads((tmp_path / deeds.LOG).read_text(encoding="utf-8"))
    assert (entry["by"], entry["what"]) == ("visitor ?", "runs/odd-?")
