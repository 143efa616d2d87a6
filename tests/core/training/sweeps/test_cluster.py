"""A cluster's places and what a node tells, with a stand-in for Ray (the real one: test_on_ray)."""

import logging
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import DataMissing, UserError
from ae_core.machine import devices
from ae_core.training import worker
from ae_core.training.sweeps import cluster, node, plan, store
from ae_core.training.sweeps.queue import LOST, REFUSED

BASE = TrainConfig(epochs=2, device="cpu")


def machine(name, alive=True, **resources):
    found = {"NodeID": name, "NodeManagerHostname": f"host-{name}", "Alive": alive}
    return found | {"Resources": resources}


class Answer:
    def __init__(self, value=None, ready=True):
        self.value, self.ready = value, ready


class Actor:
    """A node as the driver sees it: what it is asked is kept, what it answers is told before."""

    def __init__(self):
        self.asked, self.answers = [], []
        for name in ("begin", "news", "stop", "leave"):
            setattr(self, name, SimpleNamespace(remote=lambda *a, n=name: self._answer(n, *a)))

    def _answer(self, name, *arguments):
        self.asked.append((name, *arguments))
        return self.answers.pop(0) if name in ("begin", "news") and self.answers else Answer()


class Ray:
    """The parts of Ray that the cluster uses."""

    class exceptions:
        class RayError(Exception):
            pass

    def __init__(self):
        self.machines, self.options, self.killed, self.down = [], [], [], False
        self.addresses = []
        self.actor = Actor()
        affinity = SimpleNamespace(NodeAffinitySchedulingStrategy=dict)
        self.util = SimpleNamespace(scheduling_strategies=affinity)

    def nodes(self):
        return self.machines

    def remote(self, kind):
        assert kind is node.Node

        def options(**asked):
            self.options.append(asked)
            return SimpleNamespace(remote=lambda: self.actor)

        return SimpleNamespace(options=options)

    def wait(self, asked, timeout):
        assert timeout == 0
        return [a for a in asked if a.ready], [a for a in asked if not a.ready]

    def get(self, asked, timeout=None):
        if isinstance(asked.value, Exception):
            raise asked.value
        return asked.value

    def kill(self, actor):
        self.killed.append(actor)

    def shutdown(self):
        self.down = True


def news(files=(), ended=False, refused=""):
    stamps = dict.fromkeys(dict(files), 7)
    return Answer({"files": dict(files), "stamps": stamps, "ended": ended, "refused": refused})


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setenv("AE_ASSIGNED_DEVICE", "")
    return tmp_path


@pytest.fixture
def ray(monkeypatch):
    ray = Ray()
    ray.machines = [
        machine("a", GPU=2.0, CPU=8.0),
        machine("b", CPU=4.0),
        machine("dead", alive=False, CPU=4.0),
        machine("head", CPU=0.0),
    ]
    monkeypatch.setattr(cluster, "_connected", lambda address: ray.addresses.append(address) or ray)
    monkeypatch.setattr(cluster, "images_fingerprint", lambda name: f"print of {name}")
    return ray


@pytest.fixture
def sweep():
    asked = plan.Axes(("conv",), (4, 16), (0.0,), (0,))
    trials, left_out = plan.combine("far", BASE, asked)
    return store.create("far", BASE, asked, trials, left_out, [], ray="head:6379")


def test_places_are_the_gpus_of_living_nodes_and_the_processors_of_those_without(ray, sweep):
    places = cluster.Cluster(sweep, "head:6379", measure=worker.work)
    assert places.free() == ["a host-a gpu 0", "a host-a gpu 1", "b host-b cpu 0"]
    assert ray.addresses == ["head:6379"]
    assert sweep.info["fingerprint"] == "print of letters" and places.problem() == ""
    first, second = sweep.trials
    places.start(first, "a host-a gpu 1")
    places.start(second, "b host-b cpu 0")
    assert places.free() == ["a host-a gpu 0"]
    wanted = [(o["num_cpus"], o["num_gpus"], o["scheduling_strategy"]) for o in ray.options]
    assert wanted == [
        (1, 1, {"node_id": "a", "soft": False}),
        (4, 0, {"node_id": "b", "soft": False}),
    ]
    begun = [call for call in ray.actor.asked if call[0] == "begin"]
    assert [call[1] for call in begun] == [first.id, second.id]
    assert [call[3:] for call in begun] == [
        ("print of letters", "gpu:0", worker.work),
        ("print of letters", "cpu", worker.work),
    ]
    run = store.run_of(first)
    assert begun[0][2]["config.json"] == (run.folder / "config.json").read_bytes()
    assert run.status()["device"] == "a host-a gpu 1"
    places.close()
    assert ray.down and len(ray.killed) == 2


def test_files_come_back_until_the_end(ray, sweep):
    places, trial = cluster.Cluster(sweep, "x"), sweep.trials[0]
    begin = Answer(ready=False)
    ray.actor.answers = [begin]
    places.start(trial, "b host-b cpu 0")
    run = store.run_of(trial)
    assert places.look(trial) == "queued" and time.time() - run.status()["heartbeat"] < 60
    begin.ready = True
    ray.actor.answers = [
        news({"samples/x.npy": b"samples", "../evil": b"x", "a/b/c": b"x", "history.csv": b"h"}),
        Answer(ready=False),
    ]
    assert places.look(trial) == "running"
    assert places.look(trial) == "running"
    assert (run.folder / "samples" / "x.npy").read_bytes() == b"samples"
    assert (run.folder / "history.csv").read_bytes() == b"h"
    assert not (run.folder.parent / "evil").exists() and not (run.folder / "a").exists()
    told = ("samples/x.npy", "../evil", "a/b/c", "history.csv")
    assert ray.actor.asked[-1] == ("news", dict.fromkeys(told, 7))
    assert places.look(trial) == "running"
    run.cancel_path.touch()
    places._going[trial.id].asked = news({"status.json": b'{"state": "finished"}'}, ended=True)
    assert places.look(trial) == "finished" and ("stop",) in ray.actor.asked
    assert run.status()["device"] == "b host-b cpu 0" and not run.cancel_path.exists()
    assert ("leave",) in ray.actor.asked and ray.killed == [ray.actor]
    assert "b host-b cpu 0" in places.free()


def test_a_node_that_dies_is_left_alone_for_a_while(ray, sweep, monkeypatch):
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(cluster.time, "monotonic", lambda: now.seconds)
    places, trial = cluster.Cluster(sweep, "x"), sweep.trials[0]
    ray.actor.answers = [Answer(ray.exceptions.RayError("gone"))]
    places.start(trial, "b host-b cpu 0")
    assert places.look(trial) == LOST and store.run_of(trial).state() == "cancelled"
    assert ("leave",) not in ray.actor.asked and ray.killed == [ray.actor]
    now.seconds += 29
    assert "b host-b cpu 0" not in places.free() and places.problem() == ""
    now.seconds += 2
    assert "b host-b cpu 0" in places.free()
    # one that ended without an end is lost too
    places.start(trial, "b host-b cpu 0")
    places.look(trial)
    places._going[trial.id].asked = news(ended=True)
    assert places.look(trial) == LOST


def test_a_node_with_other_images_is_asked_no_more(ray, sweep):
    ray.machines = ray.machines[1:]
    places, trial = cluster.Cluster(sweep, "x"), sweep.trials[0]
    place = "b host-b cpu 0"
    places.start(trial, place)
    places.look(trial)
    assert places.refusal(place) == ""
    places._going[trial.id].asked = news(refused="Other images.")
    assert places.look(trial) == REFUSED and places.free() == []
    assert places.refusal(place) == "Other images."
    assert str(places.problem()) == "No node of the Ray cluster can train this. Other images."
    assert store.run_of(trial).state() == "cancelled"


def test_a_cluster_without_room_says_so(ray, sweep):
    ray.machines = ray.machines[2:]
    problem = str(cluster.Cluster(sweep, "x").problem())
    assert problem == "No node of the Ray cluster has a processor or a GPU to train on."


def test_where_the_images_are_absent_the_first_node_says_which_they_are(ray, sweep, monkeypatch):
    def absent(name):
        raise DataMissing("It is not here.")

    monkeypatch.setattr(cluster, "images_fingerprint", absent)
    places, trial = cluster.Cluster(sweep, "x"), sweep.trials[0]
    assert sweep.info["fingerprint"] == ""
    places.start(trial, "b host-b cpu 0")
    places.look(trial)
    store.run_of(trial).update_info(data={"name": "letters", "fingerprint": "theirs"})
    places._going[trial.id].asked = news({"status.json": b'{"state": "finished"}'}, ended=True)
    assert places.look(trial) == "finished" and sweep.info["fingerprint"] == "theirs"


def test_the_program_travels_to_the_cluster_and_one_that_is_not_there_is_a_sentence(monkeypatch):
    asked, errors = [], [None, ConnectionError("No answer.\nSecond line."), TimeoutError()]

    def init(**given):
        asked.append(given)
        if error := errors.pop(0):
            raise error

    stand_in = SimpleNamespace(init=init, util=SimpleNamespace())
    for name in ("ray", "ray.util", "ray.util.scheduling_strategies"):
        monkeypatch.setitem(sys.modules, name, stand_in)
    assert cluster._connected("head:6379") is stand_in
    (given,) = asked
    (package,) = given["runtime_env"]["py_modules"]
    assert given["address"] == "head:6379" and Path(package) == Path(runs.__file__).parents[1]
    assert not given["log_to_driver"] and given["configure_logging"]
    assert given["logging_level"] in logging.getLevelNamesMapping()
    for first in ("No answer.", "TimeoutError"):
        with pytest.raises(UserError) as told:
            cluster._connected("head:6379")
        assert str(told.value) == (
            f"There is no Ray cluster at 'head:6379' ({first}): start its head by `ray start --head`."
        )


# On the node


@pytest.fixture
def trained(monkeypatch, artifacts):
    """A node whose trainings only write some files; returns it and the runs that it trained."""
    seen = []

    def work(run, measure):
        seen.append(run)
        measure(run, None)
        (run.folder / "samples").mkdir()
        names = ("status.json", "checkpoint.npz", "samples/x.npy", "a.csv", ".half", "cancel")
        for name in names:
            (run.folder / name).write_bytes(name.encode())

    monkeypatch.setattr(worker, "work", work)
    monkeypatch.setattr(devices, "environment", lambda device: {"AE_ASSIGNED_DEVICE": device})
    monkeypatch.setattr(node, "images_fingerprint", lambda name: f"print of {name}")
    actor = node.Node()
    yield actor, seen
    actor.leave()


def begin(actor, fingerprint):
    made = runs.create(BASE)
    files = {"config.json": (made.folder / "config.json").read_bytes(), "samples2/y": b"y"}
    assert not actor.news({})["ended"]

    def measure(run, _):
        (run.folder / "evaluation.json").write_bytes(b"{}")

    actor.begin(made.id, files, fingerprint, "cpu", measure)
    actor._thread.join(60)
    return made


@pytest.mark.parametrize("fingerprint", ["", "print of letters"])
def test_a_node_tells_what_is_new_the_checkpoint_and_the_status_last(trained, fingerprint):
    actor, seen = trained
    made = begin(actor, fingerprint)
    (run,) = seen
    assert run.id == made.id and run.folder != made.folder and run.config == BASE
    assert run.info["machine"]["cores"] >= 1
    told = actor.news({})
    assert list(told["files"])[-2:] == ["checkpoint.npz", "status.json"]
    assert set(told["files"]) == {
        *("config.json", "samples2/y", "samples/x.npy", "a.csv", "checkpoint.npz", "status.json"),
        "evaluation.json",
    }
    assert told["files"]["samples/x.npy"] == b"samples/x.npy"
    assert told["ended"] and told["refused"] == ""
    again = actor.news(told["stamps"])
    assert again["files"] == {} and again["stamps"] == told["stamps"]
    (run.folder / "cancel").unlink()
    actor.stop()
    assert (run.folder / "cancel").exists()
    actor.leave()
    assert not run.folder.exists()


def test_a_node_with_other_images_refuses(trained):
    actor, seen = trained
    begin(actor, "another")
    told = actor.news({})
    assert told["ended"] and not seen
    assert "others than this sweep's (fingerprint print of letters, not another)" in str(
        told["refused"]
    )


def test_a_node_without_the_images_says_which_it_is_and_why(trained, monkeypatch):
    actor, seen = trained

    def absent(name):
        raise DataMissing(f"The set {name} is not here.")

    monkeypatch.setattr(node, "images_fingerprint", absent)
    monkeypatch.setattr(node.platform, "node", lambda: "kitchen")
    begin(actor, "")
    told = actor.news({})
    assert told["ended"] and not seen
    assert str(told["refused"]) == "On kitchen: The set letters is not here."


def test_the_fingerprint_of_joined_sets_names_each(monkeypatch):
    from ae_core import data

    monkeypatch.setattr(data, "load", lambda name: SimpleNamespace(fingerprint=f"<{name}>"))
    assert node.images_fingerprint("letters+svhn") == "<letters>+<svhn>"
