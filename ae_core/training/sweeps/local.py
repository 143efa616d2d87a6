"""The devices of this machine as places for trials: one worker process on each."""

from __future__ import annotations

from ae_core import runs
from ae_core.errors import UserError
from ae_core.jobs import states
from ae_core.machine import backends, devices
from ae_core.training import control
from ae_core.training.sweeps import store
from ae_core.training.sweeps.plan import Trial
from ae_core.training.sweeps.queue import Places


def choose(asked: list[str]) -> list[str]:
    """Return the ids of the devices to use: those that are asked for, else all GPUs, else the CPU.

    Raises:
        UserError: one is not there, two share a part, or no backend is installed.
    """
    backends.require()  # else every trial would be one that never started
    if not asked:
        return [d.id for d in devices.devices() if d.kind == "gpu"] or ["cpu"]
    found = [devices.resolve(device) for device in asked]
    parts = [part for device in found for part in sorted(devices.members(device))]
    if len(set(parts)) < len(parts):
        raise UserError(
            "A device stands twice in {asked}: one worker is on each.", asked=", ".join(asked)
        )
    return found


class Local(Places):
    """See :class:`ae_core.training.sweeps.queue.Places`; a device never refuses."""

    def __init__(self, chosen: list[str]):
        self._devices = chosen
        self._on: dict[str, str] = {}  # trial → device

    def free(self) -> list[str]:
        used = set(self._on.values())
        return [device for device in self._devices if device not in used]

    def start(self, trial: Trial, place: str) -> None:
        run = store.run_of(trial)
        if run is None:
            run = runs.create(trial.config, trial.words, trial.id, trial.sweep)
        elif run.state() in states.ACTIVE and run.status().get("pid") is not None:
            self._on[trial.id] = place  # its worker outlived an earlier process of this sweep
            return
        else:
            control.prepare(run)
        control.spawn(run, place)
        self._on[trial.id] = place

    def look(self, trial: Trial) -> str:
        state = runs.Run(runs.runs_dir() / trial.id).state()
        if state not in states.ACTIVE:
            self._on.pop(trial.id, None)
        return state

    def stop(self, trial: Trial) -> None:
        runs.Run(runs.runs_dir() / trial.id).cancel()
