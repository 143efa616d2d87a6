"""What every job has: one folder, one worker, an end that is told, and a cancel that is obeyed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ae_core.errors import Cancelled, UserError
from ae_core.files import write_json
from ae_core.files.reading import read_json
from ae_core.jobs import job, states, worker
from ae_core.jobs.job import Job

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0  # seconds; a process begins late on a busy machine


@pytest.fixture
def made(tmp_path):
    found = Job(tmp_path / "jobs" / "one")
    found.make({"asked.json": {"n": 3}, "status.json": states.queued(doing="")})
    return found


def sleeper(folder, *, deaf=False):
    """Start a process that stands for a worker, and a child of its own; it tells its status."""
    code = (
        "import signal, subprocess, sys, time\n"
        "from ae_core.jobs import states\n"
        "from ae_core.jobs.job import Job\n"
        + ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else "")
        + "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "from pathlib import Path\n"
        "Job(Path(sys.argv[1])).update_status(\n"
        "    state='running', child=child.pid, heartbeat=time.time(), **states.myself())\n"
        "time.sleep(600)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


def until(true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_work_that_leaves_nothing_half_done_hears_a_cancel_at_any_moment(made):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from ae_core.jobs import worker\n"
        "from ae_core.jobs.job import Job\n"
        "def body(reporter):\n"
        "    reporter.write(state='running')\n"
        "    with worker.leaving_at_once(reporter):\n"
        "        time.sleep(600)\n"
        "worker.work(Job(Path(sys.argv[1])), body)\n"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", code, str(made.folder)], env=env)
    until(lambda: made.state() == "running")
    made.cancel_path.touch()
    assert process.wait(PATIENCE) == 0 and made.state() == "cancelled"
    assert not made.cancel_path.exists()


def test_a_job_is_made_whole_once_and_removed_whole(made):
    assert read_json(made.folder / "asked.json") == {"n": 3}
    assert (made.state(), made.id, made.message(), made.tail()) == ("queued", "one", "", "")
    with pytest.raises(UserError):
        made.make({"asked.json": {}})
    assert [path.name for path in made.folder.parent.iterdir()] == ["one"]
    with pytest.raises(UserError, match="cancel"):
        made.remove()
    made.update_status(state="finished")
    made.remove()
    made.remove()  # somebody else was quicker
    assert [path.name for path in made.folder.parent.iterdir()] == [".locks"]
    assert list((made.folder.parent / ".locks").iterdir()) == []


def test_what_has_a_longer_name_keeps_its_locks(made):
    longer = job.Job(made.folder.with_name("one.more"))
    longer.make({"asked.json": {}})
    made.update_status(state="finished")
    with longer.lock("worker", timeout=0), longer.lock("status", timeout=0):
        made.remove()
        kept = sorted(path.name for path in (made.folder.parent / ".locks").iterdir())
        assert kept == ["one.more.status.lock", "one.more.worker.lock"]


def test_a_link_that_cannot_be_followed_hides_no_other_job(made):
    (made.folder.parent / "loopy").symlink_to("loopy")
    (made.folder.parent / "dangling").symlink_to("nowhere")
    assert job.names(made.folder.parent) == ["one"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"state": "running", "pid": 2**30}, "ended unexpectedly"),
        ({"state": "queued", "pid": None, "heartbeat": 5.0}, "never started"),
        ({"state": "failed", "error": "The data is wrong."}, "The data is wrong."),
        ({}, "ended unexpectedly"),
        (None, "status.json"),
    ],
)
def test_a_failure_is_one_sentence(made, status, words):
    (made.folder / "status.json").unlink()
    if status is not None:
        write_json(made.folder / "status.json", status)
    assert made.state() == "failed" and words in made.message()


def test_the_end_of_the_work_is_told(made):
    seen = []

    def body(reporter):
        reporter.write(state="running")
        reporter.progress(done=0.5)
        assert made.state() == "running" and states.alive(made.status())
        return "finished"

    assert worker.work(made, body, seen.append) == "finished"
    status = made.status()
    assert (status["state"], status["done"], status["error"]) == ("finished", 0.5, "")
    assert {"state": "running", "done": 0.5} in seen and status["finished"] <= time.time()


def test_a_cancel_that_was_asked_for_before_the_worker_began_is_obeyed(made):
    def body(reporter):
        if reporter.should_stop():
            raise Cancelled
        return "finished"

    made.cancel()
    assert made.state() == "cancelled"
    assert worker.work(made, body) == "cancelled" and not made.cancel_path.exists()


def test_a_second_worker_is_refused_and_changes_nothing(made):
    begun, go_on = threading.Event(), threading.Event()

    def body(reporter):
        reporter.write(state="running")
        begun.set()
        assert go_on.wait(PATIENCE)
        return "finished"

    first = threading.Thread(target=worker.work, args=(made, body))
    first.start()
    assert begun.wait(PATIENCE)
    with pytest.raises(UserError, match=f"already .* process {os.getpid()}"):
        worker.work(made, lambda reporter: pytest.fail("a second worker"))
    assert made.state() == "running"
    go_on.set()
    first.join()
    assert made.state() == "finished"


def test_what_fails_is_told_and_its_traceback_is_in_the_log(made):
    def body(reporter):
        raise KeyError("x")

    with pytest.raises(UserError, match="KeyError"):
        worker.work(made, body)
    assert made.state() == "failed" and "KeyError" in made.message() and "Traceback" in made.tail()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("deaf", [False, True])
def test_a_worker_that_does_not_stop_is_ended_and_at_last_its_children(made, monkeypatch, deaf):
    monkeypatch.setattr(Job, "GRACE", 0.2)
    monkeypatch.setattr(job, "TERM_GRACE", 1.0)
    process = sleeper(made.folder, deaf=deaf)
    until(lambda: made.status().get("pid"))
    started = made.status()["child"]
    made.cancel(wait=True)
    assert process.wait(PATIENCE) == -(signal.SIGKILL if deaf else signal.SIGTERM)
    assert made.state() == "cancelled"
    if deaf:
        until(lambda: not alive(started))
    else:
        os.kill(started, signal.SIGKILL)


@pytest.mark.parametrize("wrong", [{"pid_started": 5.0}, {"host": "another"}])
def test_another_process_of_the_same_number_is_never_ended(made, monkeypatch, wrong):
    monkeypatch.setattr(Job, "GRACE", 0.2)
    monkeypatch.setattr(job, "TERM_GRACE", 0.2)
    process = sleeper(made.folder)
    try:
        until(lambda: made.status().get("pid"))
        made.update_status(heartbeat=time.time(), **wrong)
        made.cancel(wait=True)
        assert process.poll() is None
    finally:
        os.kill(made.status()["child"], signal.SIGKILL)
        process.kill()
        process.wait()


def alive(pid):
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
