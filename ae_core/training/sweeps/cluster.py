"""The machines of a Ray cluster as places for trials; files come back as the training goes on.

Ray is asked for processors and told to start a process on a certain node; the queue stays here. A
trial's run folder on this machine is filled file by file while it is trained, the status last, so
that with the death of a node only what followed its last checkpoint is lost.
"""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ae_core import runs
from ae_core.errors import DataMissing, Message, UserError
from ae_core.files import replacing, writing
from ae_core.jobs import states
from ae_core.training import control
from ae_core.training.sweeps import store
from ae_core.training.sweeps.node import Node, images_fingerprint
from ae_core.training.sweeps.plan import Trial
from ae_core.training.sweeps.queue import LOST, REFUSED
from ae_core.training.worker import Measure

RAY = "2.60.0"
SHUNNED = 30.0  # seconds for which a node is left alone after a process of ours died there

_FILE = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/)?[A-Za-z0-9_-][A-Za-z0-9._-]*")


@dataclass
class _Going:
    run: runs.Run
    actor: Any
    place: str
    asked: Any  # reference of the answer that is waited for
    stamps: dict[str, int] = field(default_factory=dict)
    begun: bool = False
    stopped: bool = False


class Cluster:
    """See :class:`ae_core.training.sweeps.queue.Places`.

    A place is "NODE-ID HOST cpu" or "NODE-ID HOST gpu 0".
    """

    def __init__(self, sweep: store.Sweep, address: str, measure: Measure | None = None):
        """Join the cluster at ``address``.

        Args:
            sweep: whose trials are trained.
            address: "host:port" of its head, or "auto".
            measure: what is done with each finished network, where it was trained.

        Raises:
            UserError: Ray is not installed, or there is no cluster there.
        """
        self._ray = _connected(address)
        self._sweep, self._measure = sweep, measure
        self._going: dict[str, _Going] = {}
        self._refusals: dict[str, str] = {}  # node → why it cannot train these trials
        self._shunned: dict[str, float] = {}  # node → until when
        self._fingerprint = sweep.info.get("fingerprint") or ""
        if not self._fingerprint:
            with contextlib.suppress(DataMissing):  # then the first node's count
                self._remember(images_fingerprint(sweep.trials[0].config.data))

    def free(self) -> list[str]:
        used = {going.place for going in self._going.values()}
        now = time.monotonic()
        return [
            place
            for place in self._places()
            if place not in used and self._shunned.get(_node(place), 0) < now
        ]

    def start(self, trial: Trial, place: str) -> None:
        run = store.run_of(trial)
        if run is None:
            run = runs.create(trial.config, trial.words, trial.id, trial.sweep)
        else:
            control.prepare(run)
        run.update_status(device=place)
        files = {
            path.relative_to(run.folder).as_posix(): path.read_bytes()
            for path in run.folder.rglob("*")
            if path.is_file() and _FILE.fullmatch(path.relative_to(run.folder).as_posix())
        }
        on_gpu = place.split()[-2] == "gpu"
        affinity = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        actor = (
            self._ray.remote(Node)
            .options(
                num_cpus=1 if on_gpu else self._processors(_node(place)),
                num_gpus=1 if on_gpu else 0,
                scheduling_strategy=affinity(node_id=_node(place), soft=False),
            )
            .remote()
        )
        device = "gpu:0" if on_gpu else "cpu"
        asked = actor.begin.remote(run.id, files, self._fingerprint, device, self._measure)
        self._going[trial.id] = _Going(run, actor, place, asked)

    def look(self, trial: Trial) -> str:
        going = self._going[trial.id]
        try:
            ready, _ = self._ray.wait([going.asked], timeout=0)
            if not ready:
                if not going.begun:
                    going.run.update_status(heartbeat=time.time())
                return "running" if going.begun else "queued"
            news = self._ray.get(going.asked)
            if going.run.cancel_path.exists():  # asked for on the page of this one training
                self.stop(trial)
        except self._ray.exceptions.RayError:
            return self._leave(trial, going, LOST)
        going.begun = True
        if news is not None:
            self._keep(going, news)
            if news["refused"]:
                self._refusals[_node(going.place)] = news["refused"]
                return self._leave(trial, going, REFUSED)
            said = going.run.status().get("state")
            if news["ended"] and said in states.FINAL:
                if not self._fingerprint:
                    self._remember((going.run.info.get("data") or {}).get("fingerprint") or "")
                return self._leave(trial, going, said)
            if news["ended"]:
                return self._leave(trial, going, LOST)
        going.asked = going.actor.news.remote(going.stamps)
        return "running"

    def stop(self, trial: Trial) -> None:
        going = self._going[trial.id]
        if not going.stopped:
            going.stopped = True
            going.actor.stop.remote()

    def problem(self) -> str:
        places = self._places()
        if not places and not self._refusals:
            return Message("No node of the Ray cluster has a processor or a GPU to train on.")
        if not places:
            none = Message("No node of the Ray cluster can train this.")
            return Message.joined(none, *self._refusals.values())
        return ""

    def close(self) -> None:
        for going in self._going.values():
            self._ray.kill(going.actor)
        self._ray.shutdown()

    def refusal(self, place: str) -> str:
        """Why the node of this place cannot train these trials; empty where it can."""
        return self._refusals.get(_node(place), "")

    def _places(self) -> list[str]:
        places = []
        for node in self._ray.nodes():
            if not node["Alive"] or node["NodeID"] in self._refusals:
                continue
            name = f"{node['NodeID']} {node['NodeManagerHostname']}"
            gpus = int(node["Resources"].get("GPU", 0))
            places += [f"{name} gpu {i}" for i in range(gpus)]
            if not gpus and node["Resources"].get("CPU", 0) >= 1:
                places.append(f"{name} cpu 0")
        return places

    def _processors(self, node_id: str) -> int:
        found = {n["NodeID"]: n["Resources"].get("CPU", 1) for n in self._ray.nodes() if n["Alive"]}
        return max(1, int(found.get(node_id, 1)))

    def _keep(self, going: _Going, news: dict) -> None:
        """Write what came back, each file whole and the status last."""
        with writing(going.run.folder):
            for name, content in news["files"].items():
                if not _FILE.fullmatch(name):
                    continue
                path = going.run.folder / name
                path.parent.mkdir(exist_ok=True)
                with replacing(path) as beside:
                    beside.write_bytes(content)
        going.stamps = news["stamps"]
        # The node's clock may be wrong, and its name for its device is not ours.
        going.run.update_status(heartbeat=time.time(), device=going.place)

    def _leave(self, trial: Trial, going: _Going, state: str) -> str:
        del self._going[trial.id]
        going.run.cancel_path.unlink(missing_ok=True)
        if state in (LOST, REFUSED):
            going.run.update_status(state="cancelled", error="", pid=None)
        if state == LOST:
            self._shunned[_node(going.place)] = time.monotonic() + SHUNNED
        with contextlib.suppress(self._ray.exceptions.RayError):
            if state != LOST:
                self._ray.get(going.actor.leave.remote(), timeout=10)
            self._ray.kill(going.actor)
        return state

    def _remember(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        store.update(self._sweep, fingerprint=fingerprint)


def _node(place: str) -> str:
    return place.split()[0]


def _connected(address: str):
    """Return the module ``ray``, connected; the program itself travels to the nodes."""
    try:
        import ray
        import ray.util.scheduling_strategies  # noqa: F401 - else not an attribute of ray.util
    except ImportError as error:
        raise UserError(
            "--ray needs Ray on this machine and on each of the cluster: pip install ray=={ray}",
            ray=RAY,
        ) from error
    package = Path(__file__).resolve().parents[2]
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            configure_logging=True,
            runtime_env={"py_modules": [str(package)], "excludes": ["__pycache__"]},
        )
    except Exception as error:  # noqa: BLE001 - Ray has many ways to say that nobody is there
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        raise UserError(
            "There is no Ray cluster at {address!r} ({first}): start its head by `ray start --head`.",
            address=address,
            first=first,
        ) from error
    return ray
