"""Trainings: workers that die in every way, the queue, cancel and resume."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from ae_core import data, runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.errors import Cancelled, DataMissing, UserError
from ae_core.jobs import job, owners, spare, states
from ae_core.machine import processes
from ae_core.training import control, queue, worker

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0  # seconds; a process begins late on a busy machine

# A worker with the real body and a stand-in for the network's training.
WORKER = """
import sys, time
from ae_core import runs
from ae_core.training import worker

def fit(run, should_stop, on_progress):
    for step in range(1, 20_000):  # minutes: the tests end it
        on_progress({"epoch": 2, "epochs": 9, "step": step, "steps": 20_000, "loss": 0.5})
        time.sleep(0.02)
        if should_stop():
            run.model_path.write_bytes(b"saved")
            return "cancelled"
    return "finished"

print("worker is here", flush=True)
print(worker.work(runs.get(sys.argv[1]), fit=fit))
"""


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.delenv("AE_ASSIGNED_DEVICE", raising=False)
    return tmp_path


@pytest.fixture
def spawn():
    started = []

    def start(run, code=WORKER):
        env = os.environ | {"PYTHONPATH": str(ROOT), "AE_ASSIGNED_DEVICE": "cpu"}
        with open(run.folder / "log.txt", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", code, run.id],
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def new(**changes):
    return runs.create(TrainConfig(device="cpu", **changes))


def until(true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def running(run):
    return run.state() == "running" and run.status().get("step")


def test_work_records_progress_and_the_end():
    run, seen = new(epochs=7), []
    run.update_status(state="failed", error="An earlier one.")

    def fit(run, should_stop, on_progress):
        assert not should_stop() and run.state() == "running"
        assert (run.status()["error"], run.status()["position"]) == ("", 0)
        on_progress({"epoch": 1, "step": 3, "steps": 4, "loss": 0.25})
        return "finished"

    assert worker.work(run, fit, seen.append) == "finished"
    status = run.status()
    assert (status["state"], status["loss"], status["device"]) == ("finished", 0.25, "cpu")
    first = [seen[0][name] for name in ("state", "device", "error", "epochs")]
    assert first == ["queued", "cpu", "", 7]
    assert any(s.get("step") == 3 and s["state"] == "running" for s in seen)
    assert run.message() == ""
    assert queue.queue("cpu") == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError("The data is wrong."), "The data is wrong."),
        (MemoryError(), "memory"),
        (OSError(28, "No space left on device"), "disk is full"),
        (PermissionError(13, "Permission denied", "x.npy"), "x.npy"),
        (ValueError("bad value\nsecond line"), "ValueError: bad value (details"),
        (SystemExit(3), "SystemExit"),
        (type("ResourceExhaustedError", (Exception,), {})("OOM"), "--batch"),
    ],
)
def test_every_failure_ends_in_one_sentence(error, sentence):
    run = new()

    def fit(*_):
        raise error

    with pytest.raises(UserError):
        worker.work(run, fit)
    assert run.state() == "failed"
    assert sentence in run.message() and "\n" not in run.message()
    assert "Traceback" in run.tail(100)


def test_cancelled_is_not_an_error():
    def fit(*_):
        raise Cancelled

    run = new()
    assert worker.work(run, fit) == "cancelled"
    assert run.status()["error"] == "" and "resume" in run.message()


@pytest.mark.parametrize("trains", [False, True])
def test_a_cancel_ends_a_process_of_its_own_at_once_until_it_trains(trains, monkeypatch):
    run, ended = new(), []
    monkeypatch.setenv(worker.ASSIGNED_DEVICE, "cpu")
    monkeypatch.setattr(worker.processes, "step_back", lambda: None)
    monkeypatch.setattr(worker.worker, "POLL", 0.01)
    monkeypatch.setattr(worker.worker.os, "_exit", lambda code: ended.append((code, run.state())))

    def fit(run, should_stop, on_progress):
        if trains:
            on_progress({"step": 1})
        run.cancel_path.touch()
        until(lambda: ended or should_stop())
        time.sleep(0.1)
        return "cancelled"

    assert worker.work(run, fit) == "cancelled"
    assert set(ended) == (set() if trains else {(0, "cancelled")})


def test_heartbeat_goes_on_while_the_training_says_nothing():
    run, beats = new(), []

    def fit(*_):
        for _ in range(3):
            beats.append(run.status()["heartbeat"])
            until(lambda: run.status()["heartbeat"] > beats[-1])
        return "finished"

    assert worker.work(run, fit) == "finished"


def test_a_second_worker_on_the_same_run_is_refused(spawn, monkeypatch):
    run = new()
    spawn(run)
    until(lambda: running(run))
    with pytest.raises(UserError, match="already being trained"):
        control.prepare(run)
    with pytest.raises(UserError, match="already being trained"):
        worker.work(run, lambda *_: "finished")
    assert run.state() == "running"
    with pytest.raises(UserError, match="cancel"):
        run.remove()


def test_kill_9_is_failed_at_once_and_can_go_on(spawn):
    run = new()
    process = spawn(run)
    until(lambda: running(run))
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: run.state() == "failed")  # a zombie until its parent asks
    assert "unexpectedly" in run.message() and "epoch 1" in run.message()
    process.wait()
    control.prepare(run, epochs=9)
    assert (run.config.epochs, run.status()["error"]) == (9, "")
    again = spawn(run)
    until(lambda: running(run))
    run.cancel(wait=True)
    assert again.wait(PATIENCE) == 0 and run.state() == "cancelled"
    assert run.model_path.read_bytes() == b"saved"
    assert not run.cancel_path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_after_the_batch(spawn, number):
    run = new()
    process = spawn(run)
    until(lambda: running(run))
    os.kill(process.pid, number)
    assert process.wait(PATIENCE) == 0
    assert run.status()["state"] == "cancelled" and run.model_path.exists()
    assert "cancelled" in run.tail()


def test_a_second_ctrl_c_ends_at_once(spawn):
    run = new()
    code = WORKER.replace("if should_stop():", "if False:")  # deaf to the first
    process = spawn(run, code)
    until(lambda: running(run))
    os.kill(process.pid, signal.SIGINT)
    until(lambda: run.state() == "cancelling")
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert run.state() == "cancelled"


def test_a_deaf_worker_is_ended_with_force(spawn, monkeypatch):
    monkeypatch.setattr(runs.Run, "GRACE", 0.3)
    monkeypatch.setattr(job, "TERM_GRACE", 0.5)
    run = new()
    code = "import signal\n" + WORKER.replace("if should_stop():", "if False:").replace(
        'print("worker', 'import threading\nprint("worker'
    ).replace(
        "def fit(run, should_stop, on_progress):",
        "def fit(run, should_stop, on_progress):\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    )
    process = spawn(run, code)
    until(lambda: running(run))
    run.cancel(wait=True)
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert run.state() == "cancelled" and run.status()["cancel"]


def test_a_worker_on_another_machine_is_never_ended_by_its_number_here(monkeypatch):
    monkeypatch.setattr(runs.Run, "GRACE", 0.2)
    run = new()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    me = states.myself() | {"pid": bystander.pid, "host": "another"}
    run.update_status(state="running", heartbeat=time.time(), **me)
    run.cancel(wait=True)
    assert bystander.poll() is None and run.cancel_path.exists()
    bystander.kill()
    bystander.wait()


def test_one_at_a_time_oldest_first(spawn):
    first, second, third = new(), new(), new()
    spawn(first)
    until(lambda: running(first))
    spawn(third)
    until(lambda: third.status().get("position"))
    spawn(second)
    until(lambda: second.status().get("position") and third.status().get("position") == 2)
    assert queue.queue("cpu") == [first, second, third]
    assert queue.queue("gpu:0") == []
    assert second.state() == third.state() == "queued"
    assert "1 before" in second.message()
    beat = third.status()["heartbeat"]
    until(lambda: third.status()["heartbeat"] > beat)
    first.cancel()
    until(lambda: running(second))
    assert third.state() == "queued"
    third.cancel()
    assert third.state() == "cancelled"  # at once
    third.cancel()
    until(lambda: third.status()["state"] == "cancelled")
    assert queue.queue("cpu") == [second]


def test_the_one_that_runs_stands_before_those_that_asked_earlier():
    # by their names they would stand the other way round
    early, late, runs_now = sorted((new(), new(), new()), key=lambda run: run.id, reverse=True)
    for asked, run in enumerate((early, late, runs_now)):
        run.update_status(**states.queued(device="cpu", asked=asked))
    runs_now.update_status(state="running", **states.myself())
    assert queue.queue("cpu") == [runs_now, early, late]
    assert [queue.position(run, "cpu") for run in (runs_now, early, late)] == [0, 1, 2]


def test_a_dead_one_in_the_queue_blocks_nobody(spawn):
    first, second, third = new(), new(), new()
    holder = spawn(first)
    until(lambda: running(first))
    waiting = spawn(second)
    until(lambda: second.status().get("position"))
    spawn(third)
    until(lambda: third.status().get("position") == 2)
    waiting.kill()
    holder.kill()  # the system lets go of the device's lock
    until(lambda: running(third))
    assert first.state() == second.state() == "failed"


def test_what_the_images_were_is_written_into_the_run(monkeypatch):
    def part(name, origin, *counts):
        parts = zip(("train", "validation", "test"), map(range, counts), strict=True)
        return SimpleNamespace(fingerprint=f"print of {name}", origin=origin, **dict(parts))

    sets = {"letters": part("letters", "drawn", 9, 4, 3), "own-x": part("x", "own", 70, 30, 5)}
    monkeypatch.setattr(data, "load", sets.__getitem__)
    run = new(data="letters+own-x")
    worker._note_data(run)
    assert runs.get(run.id).info["data"] == {
        "name": "letters+own-x",
        "fingerprint": "print of letters+print of x",
        "origin": "drawn + own",
        **{"train": 79, "validation": 34, "test": 3},
        "sets": [
            {"name": "letters", "fingerprint": "print of letters", "origin": "drawn"}
            | {"train": 9, "validation": 4, "test": 3},
            {"name": "own-x", "fingerprint": "print of x", "origin": "own"}
            | {"train": 70, "validation": 30, "test": 5},
        ],
    }


def test_a_training_is_gone_on_with_on_its_own_images_alone(monkeypatch, capsys):
    """What is refused leaves the run as it was: a finished network stays finished."""
    parts = dict.fromkeys(("train", "validation", "test"), range(9))
    now = SimpleNamespace(fingerprint="as it was", origin="own", **parts)
    monkeypatch.setattr(data, "load", lambda name: now)
    run = new(data="own-x", epochs=2)
    worker._note_data(run)
    (run.folder / "history.csv").write_text("epoch,loss\n1,.5\n2,.4\n")
    run.update_status(state="finished")
    before = run.info
    now.fingerprint = "another"
    for refused in (lambda: control.resume(run, 5), lambda: worker._note_data(run)):
        with pytest.raises(UserError, match="no longer those"):
            refused()
    assert main(["train", "--run", run.id, "--epochs", "5"]) == 2
    assert "no longer those" in capsys.readouterr().err
    assert run.state() == "finished" and run.info == before
    monkeypatch.setattr(data, "load", Mock(side_effect=DataMissing("It is gone.")))
    with pytest.raises(UserError, match="It is gone"):
        control.resume(run, 5)
    assert run.state() == "finished"
    now.fingerprint = "as it was"
    monkeypatch.setattr(data, "load", lambda name: now)
    monkeypatch.setattr(job.Job, "spawn", lambda self, *given, **changes: None)
    control.resume(run, 5)
    assert run.config.epochs == 5


def test_resume_is_refused_where_nothing_is_left():
    run = new(epochs=2)
    rows = "epoch,loss\n1,.5\n2,.4\n"
    (run.folder / "history.csv").write_text(rows)
    run.update_status(state="finished")
    for epochs in (None, 1, 2):
        with pytest.raises(UserError, match="larger number"):
            control.resume(run, epochs)
    control.prepare(run, 5)
    assert run.config.epochs == 5 and run.state() == "queued"
    with pytest.raises(UserError):
        control.prepare(run, 0)


def test_start_uses_a_session_of_its_own_and_reports_a_bad_start(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)  # what somebody chose would stay
    asked = {}

    def popen(command, **options):
        asked.update(options, command=command)
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(processes.subprocess, "Popen", popen)
    with pytest.raises(UserError, match="Cannot allocate memory"):
        control.start(TrainConfig(device="cpu"))
    [run] = runs.list_runs()
    assert asked["command"] == [sys.executable, "-m", "ae_core", "train", "--run", run.id]
    assert asked["start_new_session"] and asked["stdin"] == subprocess.DEVNULL
    assert asked["env"]["CUDA_VISIBLE_DEVICES"] == ""
    assert asked["env"]["TF_ENABLE_ONEDNN_OPTS"] == "1"
    assert str(ROOT) in asked["env"]["PYTHONPATH"].split(os.pathsep)
    assert run.state() == "failed"


def test_start_for_a_gpu_that_is_not_there_leaves_no_run(monkeypatch):
    monkeypatch.setattr(control.devices, "_gpus", lambda: ((), "No card."))
    with pytest.raises(UserError, match="No card"):
        control.start(TrainConfig(device="gpu"))
    assert runs.list_runs() == []


@pytest.mark.parametrize(
    ("variable", "value", "kept"),
    [
        ("AE_READY_MINUTES", "10", True),
        ("AE_READY_MINUTES", "0", False),
        ("AE_EXHIBITION", "1", False),
        ("AE_MOST_JOBS", "1", False),
    ],
)
def test_a_worker_is_kept_ready_where_a_training_could_begin(variable, value, kept, monkeypatch):
    asked = []
    monkeypatch.setattr(spare, "keep", lambda env, seconds: asked.append((env, seconds)))
    monkeypatch.setenv("AE_READY_MINUTES", "10")
    monkeypatch.setenv(variable, value)
    other = new()  # waits for another device
    other.update_status(**states.queued(device="gpu:0"))
    control._expect("cpu")
    assert [seconds for _, seconds in asked] == ([600.0] if kept else [])
    other.update_status(device="cpu", **states.myself())
    control._expect("cpu")
    assert len(asked) == kept  # beside a training of that device's none is kept


def test_a_training_takes_the_worker_that_is_ready(monkeypatch):
    taken = []
    monkeypatch.setattr(spare, "hand_over", lambda *given: bool(taken.append(given)) or True)
    run = control.start(TrainConfig(device="cpu"))
    ((arguments, log, env),) = taken
    assert arguments == ["train", "--run", run.id] and log == run.folder / "log.txt"
    asked = []
    monkeypatch.setattr(spare, "keep", lambda env, seconds: asked.append(env))
    monkeypatch.setenv("AE_READY_MINUTES", "10")
    run.update_status(state="finished")
    control._expect("cpu")
    env.pop(owners.VARIABLE)  # for whom it works is told with the order
    assert asked == [env]  # the one kept is the one that a training takes


def test_a_silent_worker_gets_a_hint():
    run = new()
    run.update_status(state="running", heartbeat=time.time() - 100, **states.myself())
    assert run.state() == "running"
    assert "not answered for 100 s" in run.message()


def test_tail_shows_the_last_lines_of_a_long_log():
    run = new()
    assert run.tail() == ""
    log = run.folder / "log.txt"
    log.write_bytes(b"x" * 100_000 + b"\n10%\r50%\r100%\n\xff end\n")
    assert run.tail(2) == "100%\n\ufffd end"


def test_a_started_worker_that_fails_says_why(tmp_path_factory, monkeypatch):
    """The real command, from another folder, without Keras: its data set does not exist."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("AE_DATA_DIR", "nothing-here")
    run = control.start(TrainConfig(data="own-nobody", device="cpu"))
    until(lambda: run.state() == "failed")
    until(lambda: not states.alive(run.status()))
    assert "own-nobody" in run.message()
    assert "error:" in run.tail()


def test_a_finished_training_is_measured_with_progress():
    run, seen, told = new(), [], []

    def measure(measured, progress):
        told.append((measured.id, measured.status()["state"]))
        progress(0.5, "letters: PCA")

    done = worker.work(run, lambda *_: "finished", seen.append, measure)
    assert done == run.state() == "finished" and told == [(run.id, "running")]
    assert [news["measured"] for news in seen if "measured" in news][:2] == [0.0, 0.5]
    assert seen[-1]["measured"] is None
    assert seen[-1]["doing"] == ""


def test_a_cancelled_training_is_not_measured():
    assert worker.work(new(), lambda *_: "cancelled", measure=pytest.fail) == "cancelled"


def test_a_cancel_while_measuring_leaves_a_finished_training():
    run = new()

    def measure(measured, progress):
        measured.cancel_path.touch()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            progress(0.1, "")
            time.sleep(0.05)

    assert worker.work(run, lambda *_: "finished", measure=measure) == "finished"
    assert run.state() == "finished"


def test_what_cannot_be_measured_is_noted_and_the_training_is_finished():
    run = new()

    def measure(measured, progress):
        raise UserError("The data set {name} is not there.", name="x")

    assert worker.work(run, lambda *_: "finished", measure=measure) == "finished"
    assert run.status()["unmeasured"] == "The data set x is not there."
