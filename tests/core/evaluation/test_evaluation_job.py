"""Measuring in a process of its own: one at a time, cancelled when asked, never silent at the end."""

import pytest

from ae_core import runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import evaluate, job
from ae_core.jobs.job import named_lock
from ae_core.machine import processes


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(job.backends, "use", lambda device: None)
    return runs.create(TrainConfig(), "Mine")


def test_it_is_started_once_and_measures_what_the_command_measures(run, monkeypatch):
    asked, seen = [], []
    monkeypatch.setattr(processes, "detach", lambda arguments, log, env: asked.append(arguments))
    assert job.of(run).state() == ""
    job.start(run)
    assert job.of(run).state() == "queued"
    with pytest.raises(UserError, match="already being measured"):
        job.start(run)

    def measure(measured, progress):
        progress(0.25, "network")
        seen.append(measured)

    monkeypatch.setattr(evaluate, "evaluate", measure)
    (arguments,) = asked
    assert main(arguments) == 0
    assert seen == [run] and job.of(run).state() == "finished"
    assert job.of(run).status()["done"] == 0.25


def test_a_cancel_is_heard_while_it_works_and_while_it_waits(run, monkeypatch):
    def measure(measured, progress):
        job.of(run).cancel_path.touch()
        progress(0.5, "network")  # heard at the next look
        progress(0.6, "network")

    monkeypatch.setattr(job.worker, "POLL", 0.0)
    monkeypatch.setattr(job.worker.Reporter.should_stop, "__defaults__", (0.0,))
    monkeypatch.setattr(processes, "detach", lambda *_: None)
    monkeypatch.setattr(evaluate, "evaluate", measure)
    job.start(run)
    assert job.work(run) == "cancelled"
    job.start(run)
    job.of(run).cancel_path.touch()
    with named_lock(run.folder.parent, "measuring", timeout=1):
        assert job.work(run) == "cancelled"


def test_what_is_wrong_is_told(run, monkeypatch):
    def measure(measured, progress):
        raise UserError("The set is gone.")

    monkeypatch.setattr(processes, "detach", lambda *_: None)
    monkeypatch.setattr(evaluate, "evaluate", measure)
    job.start(run)
    with pytest.raises(UserError):
        job.work(run)
    assert job.of(run).state() == "failed" and job.of(run).message() == "The set is gone."
