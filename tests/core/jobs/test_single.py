"""A job of which there is one in its place: begun anew, never twice, by the rules of all jobs."""

import contextlib
import json

import pytest

from ae_core.errors import UserError
from ae_core.evaluation.bench import worker
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.jobs import owners
from ae_core.jobs.job import Job
from ae_core.jobs.single import Single

FREE = contextlib.nullcontext()


def test_what_the_one_before_said_is_gone_and_whose_it_is_too(tmp_path, monkeypatch):
    job = Single(tmp_path / "job")
    assert job.state() == "" and not job.folder.exists()
    for name in ("ana", "bia"):
        monkeypatch.setenv(owners.VARIABLE, json.dumps({"id": name}))
        job.begin(FREE, done=0.0)
        assert job.state() == "queued" and job.status()["done"] == 0.0
        assert owners.of(job.folder).id == name and not (job.folder / "cancel").exists()
        with pytest.raises(UserError, match="already being worked on"):
            job.begin(FREE)
        (job.folder / "log.txt").write_text("said")
        job.cancel_path.touch()
        job.update_status(state="finished", result="mine")
    job.begin(FREE)
    assert "result" not in job.status() and job.tail() == ""


@pytest.mark.parametrize("how_much", ["AE_MOST_DISK_GB", "AE_MOST_JOBS"])
def test_measuring_the_devices_keeps_to_what_there_is_room_for(how_much, tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    started = []
    monkeypatch.setattr(Job, "spawn", lambda self, arguments, **changes: started.append(arguments))
    plan = Plan((Contestant("cpu", "cpu"),), batches=(8,), sizes=("small",))
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "large").write_bytes(bytes(3_000_000))
    monkeypatch.setenv(how_much, "0.003" if how_much == "AE_MOST_DISK_GB" else "1")
    if how_much == "AE_MOST_JOBS":
        worker.start(plan)
        with pytest.raises(UserError, match="A measurement of the devices is already running"):
            worker.start(plan)
    else:
        with pytest.raises(UserError, match="0.003 GB"):
            worker.start(plan)
    assert len(started) == (how_much == "AE_MOST_JOBS")
