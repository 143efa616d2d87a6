"""Sweeps: what they consist of, the one queue, what resuming leaves alone, the command."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ae_core import runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.data.own import convert
from ae_core.errors import UserError
from ae_core.images.noise import Noise
from ae_core.jobs import job, states
from ae_core.machine import backends, processes
from ae_core.training import control
from ae_core.training.sweeps import local, plan, queue, store
from ae_core.training.sweeps.queue import LOST, REFUSED

ROOT = Path(__file__).resolve().parents[4]
BASE = TrainConfig(noise=Noise("gaussian"), epochs=2, device="cpu")


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.delenv("AE_ASSIGNED_DEVICE", raising=False)
    monkeypatch.setattr(queue, "POLL", 0.01)
    return tmp_path


def axes(networks=("conv",), codes=(16,), levels=(0.0,), seeds=(0,)):
    return plan.Axes(networks, codes, levels, seeds)


def make(name="mine", base=BASE, **varied):
    asked = axes(**varied)
    trials, left_out = plan.combine(name, base, asked)
    return store.create(name, base, asked, trials, left_out, ["cpu"])


class Pretended:
    """Places whose trials end as told: (trial, attempt) → state; two looks a trial."""

    def __init__(self, places=("cpu",), ends=None):
        self.places, self.ends = list(places), ends or {}
        self.on, self.looks, self.attempts, self.stopped = {}, {}, {}, []
        self.most, self.closed = 0, False

    def free(self):
        return [place for place in self.places if place not in self.on.values()]

    def start(self, trial, place):
        self.attempts[trial.id] = self.attempts.get(trial.id, 0) + 1
        self.on[trial.id], self.looks[trial.id] = place, 0
        self.most = max(self.most, len(self.on))
        if store.run_of(trial) is None:
            runs.create(trial.config, trial.words, trial.id, trial.sweep)

    def look(self, trial):
        self.looks[trial.id] += 1
        if self.looks[trial.id] < 3 and trial.id not in self.stopped:
            return "running"
        ends = self.ends.get(trial.id, ["finished"])
        state = (
            "cancelled"
            if trial.id in self.stopped
            else ends[min(self.attempts[trial.id], len(ends)) - 1]
        )
        place = self.on.pop(trial.id)
        if state == REFUSED:
            self.places.remove(place)
        else:  # a machine that dies had brought back one epoch
            end(trial, *(("cancelled", 20.0, 1) if state == LOST else (state,)))
        return state

    def stop(self, trial):
        self.stopped.append(trial.id)

    def refusal(self, place):
        return "It has no such images."

    def problem(self):
        return "" if self.places else "Nowhere to train."

    def close(self):
        self.closed = True


def end(trial, state, psnr=20.0, epochs=2):
    run = store.run_of(trial)
    rows = "".join(f"{e},0.1,0.1,{psnr - epochs + e},0.001,1.5,100\n" for e in range(1, epochs + 1))
    (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + "\n" + rows)
    error = "The loss became nan." if state == "failed" else ""
    run.update_status(state=state, error=error, pid=1, heartbeat=time.time())


# What a sweep consists of


def test_every_combination_once_and_the_impossible_told():
    trials, left_out = plan.combine(
        "s",
        BASE,
        axes(
            ("conv", "situation-3", "unet"),
            (4, 64),
            (0.0, 25.0),
            (0, 1),
        ),
    )
    ids = [trial.id for trial in trials]
    assert len(ids) == len(set(ids)) == 2 * (2 * 2 + 2 + 1)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", name) for name in ids)
    assert {t.config.code for t in trials if t.config.network == "situation-3"} == {4}
    assert {t.config.noise.kind for t in trials if t.config.network == "unet"} == {"gaussian"}
    assert [t.config.seed for t in trials] == sorted(t.config.seed for t in trials)
    assert any("Situation 3" in s and "64" in s for s in left_out)
    assert any("without noise" in s for s in left_out) and len(left_out) == 2


@pytest.mark.parametrize(
    ("varied", "sentence"),
    [
        ({"networks": ("transformer",)}, "no network 'transformer'"),
        ({"networks": ("situation-1",), "codes": (4, 5)}, "Nothing is left.*196"),
        ({"codes": (5000,)}, "0 to 4096"),
        ({"levels": (300.0,)}, "0 to 255"),
        ({"codes": tuple(range(1, 1025))}, "at most 1,000"),
    ],
)
def test_what_cannot_be_is_one_sentence(varied, sentence):
    with pytest.raises(UserError, match=sentence):
        plan.combine("s", BASE, axes(**varied))


@pytest.mark.parametrize(("asked", "loss"), [((), "psnr"), (("loss",), "mse")])
def test_what_is_asked_for_goes_before_what_is_usual_for_a_network(asked, loss):
    trials, _ = plan.combine("s", BASE, axes(("elastic",)), asked)
    assert {trial.config.loss for trial in trials} == {loss}


def test_an_elastic_network_learns_all_levels_and_a_rate_network_none():
    trials, left_out = plan.combine("s", BASE, axes(("elastic", "rate"), (100,), (0.0, 50.0)))
    spread = [t.config.noise for t in trials if t.config.network == "elastic"]
    assert [(n.kind, n.low) for n in spread] == [("none", None), ("gaussian", 0.0)]
    assert [t.config.noise.kind for t in trials if t.config.network == "rate"] == ["none"]
    assert any("clean images" in sentence for sentence in left_out)


def test_the_estimate_follows_earlier_runs_and_is_silent_without_them():
    trials, _ = plan.combine("s", BASE, axes(codes=(4, 16)))
    assert plan.estimate(trials) is None
    run = runs.create(BASE)
    run.update_info(data={"name": BASE.data, "train": 1000})
    (run.folder / "history.csv").write_text("epoch,images_per_second\n1,50\n2,100\n")
    assert plan.estimate(trials) == pytest.approx(2 * (plan.START_SECONDS + 2 * 1000 / 100))


def test_names_are_checked_and_kept_apart():
    make("mine")
    for name in ("mine", "Mine", "../x", "", "a" * 49, "a b"):
        with pytest.raises(UserError):
            make(name)
    for name in ("other", "../mine", ""):
        with pytest.raises(UserError, match="no sweep"):
            store.find(name)


@pytest.mark.parametrize(
    "content", ["{", '{"base": {}, "trials": ["x"]}', '{"base": {}, "trials": []}']
)
def test_a_damaged_sweep_is_listed_as_one(capsys, content):
    sweep = make("mine")
    make("other")
    (sweep.folder / "sweep.json").write_text(content)
    assert [one.id for one in store.list_sweeps()] == ["other"]
    assert [name for name, _ in store.broken_sweeps()] == ["mine"]
    assert main(["sweep", "--list"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("other") and said.err.startswith("damaged: mine: ")


# The queue


def test_all_places_are_used_and_a_failure_stops_nothing():
    sweep, told = make(codes=(4, 16, 64, 256)), []
    bad = sweep.trials[1].id
    places = Pretended(["gpu:0", "gpu:1"], {bad: ["failed"]})
    assert queue.drive(sweep, places, told.append) == "finished"
    assert places.most == 2 and places.closed
    assert [o.state for o in store.matrix(sweep).outcomes].count("finished") == 3
    assert sum("The loss became nan." in news.words for news in told) == 1
    assert told[-1].done == 3 and any(news.eta_seconds is not None for news in told)
    assert sweep.state() == "finished"
    log = sweep.log_path.read_text()
    assert log.count("start ") == log.count("end ") == 4 and "on gpu:1: finished 20.00 dB" in log


def test_resuming_leaves_finished_trials_alone():
    sweep = make(codes=(4, 16, 64))
    first, second, third = sweep.trials
    queue.drive(sweep, Pretended(ends={second.id: ["failed"], third.id: ["cancelled"]}))
    again = Pretended()
    assert queue.drive(sweep, again) == "finished"
    assert set(again.attempts) == {second.id, third.id}
    once_more = Pretended()
    assert queue.drive(sweep, once_more) == "finished" and not once_more.attempts


def test_stopping_stops_what_runs_and_begins_nothing():
    sweep = make(codes=(4, 16, 64))
    places = Pretended()

    def stop(news):
        if "started" in news.words and len(places.attempts) == 2:
            sweep.cancel_path.touch()

    assert queue.drive(sweep, places, stop) == "cancelled"
    assert [o.state for o in store.matrix(sweep).outcomes] == ["finished", "cancelled", "waiting"]
    assert sweep.state() == "cancelled" and not sweep.cancel_path.exists()
    # its process waits for trainings that are ended with force
    assert sweep.GRACE > runs.Run.GRACE + job.TERM_GRACE


def test_a_wish_to_stop_holds_for_the_process_that_was_asked_and_no_later_one():
    sweep, places = make(), Pretended()
    sweep.update_status(**states.queued())
    sweep.cancel_path.touch()
    assert queue.drive(sweep, places) == "cancelled" and not places.attempts
    sweep.update_status(state="running")
    sweep.cancel_path.touch()
    assert queue.drive(sweep, places) == "finished" and len(places.attempts) == 1


def test_a_machine_that_dies_costs_no_trial():
    sweep = make(codes=(4, 16))
    lost = sweep.trials[0].id
    places = Pretended(["a", "b"], {lost: [LOST, LOST, "finished"]})
    told = []
    assert queue.drive(sweep, places, told.append) == "finished"
    assert places.attempts == {lost: 3, sweep.trials[1].id: 1}
    words = f"{sweep.trials[0].words}: a died; it goes on elsewhere after epoch 1"
    assert [news.words for news in told].count(words) == 2
    assert f"death of a under {lost} after epoch 1" in sweep.log_path.read_text()
    assert sweep.log_path.read_text().count("death of ") == 2
    assert store.matrix(sweep).count("finished") == 2


def test_a_trial_that_kills_machines_is_given_up():
    sweep = make(codes=(4, 16))
    deadly = sweep.trials[0].id
    places = Pretended(ends={deadly: [LOST]})
    assert queue.drive(sweep, places) == "finished"
    assert places.attempts[deadly] == queue.MOST_DEATHS
    outcome = store.outcome(sweep.trials[0])
    assert outcome.state == "failed" and "machines died" in outcome.error
    assert store.matrix(sweep).count("finished") == 1


def test_machines_that_refuse_are_left_out_until_none_is_left():
    sweep = make(codes=(4, 16))
    first = sweep.trials[0].id
    assert queue.drive(sweep, Pretended(["a", "b"], {first: [REFUSED, "finished"]})) == "finished"
    other, told = make("other"), []
    with pytest.raises(UserError, match="Nowhere"):
        queue.drive(other, Pretended(ends={other.trials[0].id: [REFUSED]}), told.append)
    assert any("no such images" in news.words for news in told)
    assert (other.state(), other.status()["error"]) == ("failed", "Nowhere to train.")


def test_two_processes_never_work_through_one_sweep():
    sweep = make()
    seen = []

    def second(news):
        if not seen:
            seen.append(1)
            said = f"already being worked through by process {os.getpid()}"
            with pytest.raises(UserError, match=said):
                queue.drive(sweep, Pretended())

    assert queue.drive(sweep, Pretended(), second) == "finished" and seen
    (sweep.folder / "status.json").write_text("{}")
    assert sweep.state() == "failed"


def test_a_process_that_died_is_no_running_sweep():
    sweep = make()
    assert sweep.state() == "cancelled"  # never begun
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead = {"pid": process.pid, "pid_started": time.time(), "host": states.myself()["host"]}
    store.write_json(
        sweep.folder / "status.json", {"state": "running", "heartbeat": time.time()} | dead
    )
    assert sweep.state() == "failed"


def test_cells_are_means_over_seeds():
    sweep = make(seeds=(0, 1, 2))
    for trial, state, psnr in zip(
        sweep.trials, ("finished", "finished", "failed"), (20, 22, 99), strict=True
    ):
        runs.create(trial.config, "", trial.id, "mine")
        end(trial, state, psnr)
    [cell] = store.matrix(sweep).cells.values()
    assert (cell.psnr, cell.state) == (21.0, "failed")
    assert [o.seconds for o in cell.outcomes] == [3.0] * 3
    assert store.run_of(sweep.trials[0]).info["sweep"] == "mine"


def test_the_matrix_has_a_row_for_each_network_and_level():
    sweep = make(networks=("conv", "situation-3"), codes=(64, 4), levels=(25.0, 0.0), seeds=(0, 7))
    found = store.matrix(sweep)
    assert found.rows == (("conv", 25), ("conv", 0), ("situation-3", 25), ("situation-3", 0))
    assert found.columns == (4, 64)
    sizes = {key: len(cell.outcomes) for key, cell in found.cells.items()}
    assert sizes == {
        **{("conv", level, code): 2 for level in (25, 0) for code in (64, 4)},
        **{("situation-3", level, 4): 2 for level in (25, 0)},
    }
    assert found.count("waiting") == 12 and not found.count("finished", "failed")
    assert {cell.psnr for cell in found.cells.values()} == {None}
    assert sweep.trials[0].words == "conv 64, gaussian 25, seed 0"
    assert sweep.trials[0].id == "mine-conv64-n25-s0"
    last = sweep.trials[-1]
    assert (last.words, last.id) == ("situation-3 4, no noise, seed 7", "mine-situation-3-4-s7")


def test_what_was_asked_is_written_down():
    base = dataclasses.replace(BASE, noise=Noise("gaussian", clean=0.25))
    sweep = make(base=base, networks=("situation-3",), codes=(4, 5), levels=(25.0,))
    info = sweep.info
    assert info["schema"] == 1 and info["name"] == "mine" and info["devices"] == ["cpu"]
    assert info["axes"] == {
        "networks": ["situation-3"],
        "codes": [4, 5],
        "levels": [25.0],
        "seeds": [0],
    }
    assert info["base"] == base.to_dict() and (info["ray"], info["fingerprint"]) == ("", "")
    assert len(info["left_out"]) == 1 and [t["id"] for t in info["trials"]] == [
        "mine-situation-3-4-n25-s0"
    ]
    (trial,) = sweep.trials
    assert trial.config.noise == Noise("gaussian", 25.0, clean=0.25) and trial.config.epochs == 2
    store.update(sweep, devices=["gpu:0"])
    assert sweep.info == info | {"devices": ["gpu:0"]}


def test_an_outcome_has_the_best_of_its_epochs_and_all_their_seconds():
    trial = make().trials[0]
    assert store.outcome(trial) == store.Outcome(trial, "waiting")
    run = runs.create(trial.config, "", trial.id)
    rows = "1,0.1,0.1,20,0.001,1.5,100\n2,0.1,0.1,23.5,0.001,2,100\n3,0.1,0.1,nan,0.001,4,100\n"
    (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + "\n" + rows)
    run.update_status(state="finished")
    assert store.outcome(trial) == store.Outcome(trial, "finished", 23.5, 3, 7.5)


def test_the_time_left_is_that_of_the_mean_training(monkeypatch):
    sweep = make(codes=(4, 16, 64, 256))
    drive = queue._Drive(sweep, Pretended(), lambda news: None, None)
    monkeypatch.setattr(queue.time, "monotonic", lambda: 1000.0)
    assert drive._eta() is None
    drive.durations, drive.waiting = [50.0, 70.0], sweep.trials[2:]
    assert drive._eta() == 2 * 60
    drive.running = {"a": (None, "x", 960.0), "b": (None, "y", 900.0)}
    assert drive._eta() == (20 + 0 + 2 * 60) / 2


# The devices of this machine


def test_devices_are_chosen_once_each(monkeypatch):
    found = tuple(local.devices.Device(f"gpu:{i}", "A", "gpu", 2**33) for i in range(2))
    monkeypatch.setattr(local.devices, "_gpus", lambda: (found, ""))
    assert local.choose([]) == ["gpu:0", "gpu:1"] and local.choose(["cpu"]) == ["cpu"]
    assert local.choose(["gpu:1", "cpu"]) == ["gpu:1", "cpu"]
    for twice in (["cpu", "cpu"], ["gpu:0", "gpu:0+gpu:1"]):
        with pytest.raises(UserError, match="twice"):
            local.choose(twice)
    monkeypatch.setattr(local.devices, "_gpus", lambda: ((), "No card."))
    assert local.choose([]) == ["cpu"]


def test_a_worker_that_outlived_the_queue_is_adopted(monkeypatch):
    sweep = make()
    trial = sweep.trials[0]
    run = runs.create(trial.config, "", trial.id)
    run.update_status(state="running", heartbeat=time.time(), **states.myself())
    monkeypatch.setattr(control, "spawn", lambda *_: pytest.fail("a second worker"))
    places = local.Local(["cpu"])
    places.start(trial, "cpu")
    assert places.look(trial) == "running" and places.free() == []
    run.update_status(state="finished")
    assert places.look(trial) == "finished" and places.free() == ["cpu"]


@pytest.mark.parametrize(
    "left", [{"state": "cancelled", **states.myself()}, states.queued(device="cpu")]
)
def test_a_trial_without_a_worker_gets_a_new_one(left, monkeypatch):
    (trial,), begun = make().trials, []
    run = runs.create(trial.config, "", trial.id)
    run.update_status(**left)
    monkeypatch.setattr(control, "spawn", lambda run, place: begun.append((run.id, place)))
    places = local.Local(["cpu", "gpu:0"])
    places.start(trial, "gpu:0")
    assert begun == [(trial.id, "gpu:0")] and places.free() == ["cpu"]
    assert run.status()["state"] == "queued" and run.status()["pid"] is None


def test_the_sweeps_process_is_started_without_a_shell(monkeypatch):
    sweep, asked = make(), {}

    class Process:
        def __init__(self, command, **options):
            asked.update(options, command=command)

        def wait(self):
            return 0

    monkeypatch.setattr(processes.subprocess, "Popen", Process)
    sweep.launch()
    words = ["sweep", "--resume", "mine", "--launched"]
    assert asked["command"] == [sys.executable, "-m", "ae_core", *words]
    assert asked["start_new_session"] and "shell" not in asked
    assert sweep.state() == "queued"
    with pytest.raises(UserError, match="already"):
        sweep.launch()
    sweep.cancel()
    assert main(words) == 130  # cancelled before its process began: nothing is trained
    assert sweep.state() == "cancelled" and not any(runs.list_runs())
    assert sweep.state() == "cancelled"


# The command


def test_dry_run_writes_nothing_and_mistakes_are_sentences(capsys, artifacts):
    asked = ["sweep", "--network", "conv,situation-1", "--code", "16,64", "--level", "0,25"]
    assert main([*asked, "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 4 and "left out: Situation 1" in err and "4 trainings" in err
    assert not any(artifacts.iterdir())
    for wrong, sentence in (
        (["--code", "16;64"], "whole numbers with commas"),
        (["--level", "x"], "--level takes numbers"),
        (["--name", "No Good"], "small letters"),
        (["--resume", "nobody"], "no sweep 'nobody'"),
        (["--show", "nobody"], "no sweep 'nobody'"),
        (["--devices", "gpu:9"], "gpu:9"),
        (["--resume", "x", "--code", "4"], "--code cannot be given"),
    ):
        assert main(["sweep", *wrong]) == 2
        assert sentence in capsys.readouterr().err
    assert main(["sweep", "--list"]) == 0 and "no sweeps yet" in capsys.readouterr().out


def test_without_ray_the_command_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["sweep", "--name", "far", "--ray", "10.0.0.1:6379"]) == 2
    assert "pip install ray==" in capsys.readouterr().err
    assert store.find("far").info["ray"] == "10.0.0.1:6379"  # to be gone on with


def test_a_sweep_of_which_a_training_failed_does_not_end_well(monkeypatch, capsys):
    sweep = make(codes=(4, 16))
    places = Pretended(ends={sweep.trials[1].id: ["failed", "finished"]})
    monkeypatch.setattr("ae_core.cli.sweep._places", lambda found: places)
    assert main(["sweep", "--resume", sweep.id]) == 2
    assert f"1 training failed; try again with: python -m ae_core sweep --resume {sweep.id}" in (
        capsys.readouterr().err
    )
    assert main(["sweep", "--resume", sweep.id]) == 0


def test_a_sweep_is_not_made_or_gone_on_with_where_there_is_no_backend(monkeypatch, capsys):
    sweep = make(codes=(4, 16))
    monkeypatch.setattr(backends, "installed", lambda name: False)
    assert main(["sweep", "--resume", sweep.id]) == 2
    assert "not installed: pip install" in capsys.readouterr().err
    assert not runs.runs_dir().exists() or not list(runs.runs_dir().iterdir())
    assert main(["sweep", "--code", "2,4", "--name", "other"]) == 2
    assert not (store.sweeps_dir() / "other").exists()


def test_the_table_shows_every_state(capsys):
    sweep = make(networks=("conv", "unet"), codes=(16, 64), levels=(0.0, 25.0))
    for trial, state in zip(sweep.trials[:2], ("finished", "failed"), strict=True):
        runs.create(trial.config, "", trial.id, "mine")
        end(trial, state, 23.456)
    assert main(["sweep", "--show", "mine"]) == 0
    out = capsys.readouterr().out
    assert "23.46" in out and "failed: conv 64, no noise, seed 0: The loss became nan." in out
    assert "no code" in out and "1 of 5 finished" in out
    assert main(["sweep", "--list"]) == 0 and "1 of 5 finished, 1 failed" in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.timeout(900)
def test_interrupted_for_real_and_gone_on_with(tmp_path, monkeypatch):
    """Real trainings of a tiny network: Ctrl-C in the middle, then the rest, nothing twice."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    x = np.random.default_rng(0).integers(0, 256, (80, 28, 28), np.uint8)
    np.save(tmp_path / "x.npy", x)
    convert.import_images(tmp_path / "x.npy", "tiny", 28, "grey")
    base = dataclasses.replace(BASE, data="own-tiny", batch=16, epochs=12)
    sweep = make("real", base, networks=("situation-3",), codes=(4,), levels=(0.0, 25.0))
    first, second = sweep.trials
    command = [sys.executable, "-m", "ae_core", "sweep", "--resume", "real"]
    env = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    limit = time.monotonic() + 400
    while store.outcome(second).epoch < 1:
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert sweep.state() == "cancelled" and store.outcome(first).state == "finished"
    halfway = store.outcome(second)
    assert halfway.state == "cancelled" and 1 <= halfway.epoch < 12
    before = runs.get(first.id).rows()
    old = runs.get(second.id).rows()
    assert subprocess.run(command, cwd=ROOT, env=env, timeout=240, check=False).returncode == 0
    assert runs.get(first.id).rows() == before
    rows = runs.get(second.id).rows()
    assert rows[: len(old)] == old  # it went on, it did not begin again
    assert [int(row["epoch"]) for row in rows] == list(range(13))  # the start, and each once
    log = sweep.log_path.read_text()
    assert log.count(f"start {first.id} ") == 1 and log.count(f"start {second.id} ") == 2
