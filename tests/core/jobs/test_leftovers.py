"""What killed processes left behind is found and removed; what is in use stays."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import filelock
import pytest

from ae_core.cli import main
from ae_core.files import replacing, temporary_folder
from ae_core.jobs import leftovers, states, worker
from ae_core.jobs.job import Job


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Temporary folders of these tests alone."""
    room = tmp_path.with_name(f"{tmp_path.name}-temporary")
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    return room


def made(path, age=0.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 1000)
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.fixture
def jobs(tmp_path, dead):
    """Folders as a crash leaves them: (what is left over, what is in use)."""
    runs = tmp_path / "runs"
    job = Job(runs / "mine")
    job.make({"status.json": states.queued()})
    with job.lock("status", timeout=1):
        pass
    half = made(runs / "mine" / "samples" / f".{dead}-0a1b2c-x.npy", age=100)
    gone = made(runs / ".gone-other-0a1b2c" / "model.keras").parent
    new = made(runs / ".new-other" / "config.json").parent
    lock = made(runs / ".locks" / "other.worker.lock")
    for folder in (gone, new):
        os.utime(folder, (1, 1))
    beyond = [
        made(runs / "mine" / f".{pid}-0a1b2c-config.json", age=100)
        for pid in (2**32 + 1, 10**20)  # numbers that no process can have
    ]
    writing = made(runs / "mine" / f".{os.getpid()}-0a1b2c-model.keras", age=1e6)
    fresh = made(runs / ".new-just-now" / "config.json").parent
    of_job = runs / ".locks" / "mine.status.lock"
    held = made(runs / ".locks" / "held.worker.lock")
    device = made(runs / ".locks" / "device-cpu.lock")
    return {half, gone, new, lock, *beyond}, {writing, fresh, of_job, held, device, job.folder}


def test_only_what_nobody_uses_is_left_over(jobs, tmp_path):
    left, used = jobs
    with filelock.FileLock(tmp_path / "runs" / ".locks" / "held.worker.lock"):
        assert {found.path for found in leftovers.find(tmp_path)} == left
    assert all(path.exists() for path in used)


def test_the_command_says_what_it_removes(jobs, tmp_path, monkeypatch, capsys):
    left, used = jobs
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    with filelock.FileLock(tmp_path / "runs" / ".locks" / "held.worker.lock"):
        assert main(["clean", "--dry-run"]) == 0
        said = capsys.readouterr().out
        assert all(f"would remove {path}" in said for path in left) and "6 left behind" in said
        assert all(path.exists() for path in left)
        assert main(["clean"]) == 0
        said = capsys.readouterr().out
        assert all(f"removed {path}" in said for path in left)
    assert not any(path.exists() for path in left) and all(path.exists() for path in used)
    assert main(["clean"]) == 0 and "left behind" in capsys.readouterr().out


def test_a_worker_sweeps_after_the_one_that_was_killed(tmp_path, dead):
    job = Job(tmp_path / "one")
    job.make({"status.json": states.queued()})
    half = made(job.folder / f".{dead}-0a1b2c-checkpoint.npz", age=100)
    kept = made(job.folder / "checkpoint.npz", age=100)
    assert worker.work(job, lambda reporter: "finished") == "finished"
    assert kept.exists() and not half.exists()


def test_what_is_being_written_has_the_name_that_is_looked_for(tmp_path):
    with replacing(tmp_path / "a.json") as beside:
        beside.write_text("{}")
        assert leftovers._TEMPORARY.fullmatch(beside.name)
        assert list(leftovers.find(tmp_path)) == []


def test_deleting_twice_says_nothing_untrue(tmp_path, monkeypatch):
    job = Job(tmp_path / "one")
    job.make({"status.json": states.queued() | {"state": "finished"}})
    real = os.rename

    def rename(source, target):  # somebody else was faster
        real(source, target)
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(os, "rename", rename)
    job.remove()
    assert not job.folder.exists()
    job.remove()


KILLED = """
import sys, pathlib
from ae_core.files import temporary_folder
room = temporary_folder()
(pathlib.Path(room.name) / "x.npy").write_bytes(b"x" * 1000)
print(room.name, flush=True)
sys.stdin.read()
"""


def killed_at_work(temporary):
    """The temporary folder of a process that was killed a while ago."""
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    here = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", KILLED], **how, env=here) as process:
        room = Path(process.stdout.readline().strip())
        process.kill()
    assert (room / "x.npy").exists() and room.parent == temporary
    os.utime(room, (1, 1))
    return room


def test_a_killed_processes_temporary_folder_is_said_and_removed(
    temporary, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    left, others = killed_at_work(temporary), made(temporary / "ae-of-somebody" / "x", age=1e6)
    with temporary_folder() as own:
        os.utime(own, (1, 1))
        assert main(["clean"]) == 0
        assert f"removed {left}" in capsys.readouterr().out
        assert os.path.isdir(own) and others.exists() and not left.exists()


def test_a_worker_removes_the_temporary_folder_of_one_that_was_killed(temporary, tmp_path):
    left, job = killed_at_work(temporary), Job(tmp_path / "one")
    job.make({"status.json": states.queued()})
    worker.work(job, lambda reporter: "finished")
    assert not left.exists()
