"""The sweep's folder, and the matrix that is read from its trials' runs."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import math
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Required, TypedDict

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.files import write_json, writing
from ae_core.files.reading import kept, read_json
from ae_core.jobs import owners, room, states
from ae_core.jobs.job import NAME, Job, names
from ae_core.training.sweeps.plan import Axes, Trial

WAITING = "waiting"  # a trial that was not begun yet; the other states are a run's

_LONGEST = 48  # letters of a name
_NAME = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{_LONGEST - 1}}}")


class _Trial(TypedDict):
    id: str
    config: dict


class _Info(TypedDict, total=False):
    """`sweep.json`, as far as it is read; `base` is a :class:`TrainConfig`."""

    created: str
    devices: list[str]
    ray: str
    fingerprint: str
    base: Required[dict]
    trials: Required[list[_Trial]]
    left_out: list[str]


class Sweep(Job):
    """One sweep's folder: what was asked, its trials, and the process that works through them."""

    GRACE = 120.0  # its trainings have a grace of their own
    LOG = "output.txt"
    STOPPING = "Stopping after the current batches"

    @property
    def info(self) -> dict[str, Any]:
        """``sweep.json`` whole: what was asked, the trials, and what was left out.

        Raises:
            UserError: the file is missing or damaged.
        """
        try:
            return read_json(self.folder / "sweep.json", _Info)
        except OSError as error:
            raise self._without_info() from error

    def _without_info(self) -> UserError:
        return UserError("The sweep {sweep} has no readable sweep.json.", sweep=self.id)

    @property
    def trials(self) -> list[Trial]:
        """The trials in the order in which they are trained; UserError where the file is damaged."""
        try:
            return list(kept(_trials, self.folder / "sweep.json"))
        except FileNotFoundError as error:
            raise self._without_info() from error

    @property
    def log_path(self) -> Path:
        """A line for each start, end and death of a trial."""
        return self.folder / "log.txt"

    def launch(self) -> None:
        """Start the process that works through the sweep, or goes on with it; returns at once.

        Raises:
            UserError: it runs already, or cannot be started.
        """
        self.claim()
        self.spawn(["sweep", "--resume", self.id, "--launched"])

    def claim(self) -> None:
        """Count as active from now on; the process that works through it is to follow at once.

        Raises:
            UserError: it runs already, or there is no room for one more.
        """
        with room.held(self.folder.parent):
            if self.state() in states.ACTIVE:
                raise UserError("The sweep {sweep} is being worked through already.", sweep=self.id)
            with writing(self.folder):
                self.cancel_path.unlink(missing_ok=True)
                self.update_status(**states.queued())

    def died(self, begun: bool) -> str:
        return Message("The process of the sweep ended unexpectedly; resume goes on.")

    def taken(self) -> UserError:
        return UserError(
            "The sweep {sweep} is already being worked through by process {pid}.",
            sweep=self.id,
            pid=self.status().get("pid"),
        )

    def _unrecorded(self) -> dict[str, Any]:
        return {"state": "cancelled", "error": ""}  # made, and never begun


@dataclass(frozen=True)
class Outcome:
    """Where one trial stands; ``psnr`` is the best validation PSNR in dB, of whole epochs.

    ``flat``: the share of its validation images that are nearly constant.
    """

    trial: Trial
    state: str
    psnr: float | None = None
    epoch: int = 0
    seconds: float | None = None  # of training
    error: str = ""
    flat: float = 0.0


@dataclass(frozen=True)
class Cell:
    """The trials of one network, noise level and code size, a seed each."""

    outcomes: tuple[Outcome, ...]

    @property
    def psnr(self) -> float | None:
        """Mean over the seeds that are finished."""
        known = [o.psnr for o in self.outcomes if o.state == "finished" and o.psnr is not None]
        return sum(known) / len(known) if known else None

    @property
    def flat(self) -> float:
        """The largest share of nearly constant images among their validation images."""
        return max(outcome.flat for outcome in self.outcomes)

    @property
    def state(self) -> str:
        """The state that says most about the cell: one that runs before one that waits."""
        found = {outcome.state for outcome in self.outcomes}
        order = ("running", "cancelling", "queued", "failed", WAITING, "cancelled", "finished")
        return next(state for state in order if state in found)


@dataclass(frozen=True)
class Matrix:
    """Rows (network, level), columns code sizes; a pair without a trial has no cell."""

    rows: tuple[tuple[str, float], ...]
    columns: tuple[int, ...]
    cells: dict[tuple[str, float, int], Cell]

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for cell in self.cells.values() for outcome in cell.outcomes]

    def count(self, *states_: str) -> int:
        """Count the trials in one of these states."""
        return sum(outcome.state in states_ for outcome in self.outcomes)


def sweeps_dir() -> Path:
    return runs.artifacts_dir() / "sweeps"


def new_name(base: TrainConfig) -> str:
    """Return a name that sorts by time and is free."""
    data = re.sub(r"[^a-z0-9]+", "-", base.data.lower()).strip("-")[:24] or "data"
    stem = f"{datetime.datetime.now():%Y%m%d-%H%M}-{data}"
    taken = names(sweeps_dir())
    further = (f"{stem}-{i}" for i in itertools.count(2))
    return next(name for name in itertools.chain([stem], further) if name not in taken)


def check_name(name: str) -> str:
    """Return a name that a new sweep may have: the one asked for, where that is free.

    Of another visitor's sweep nobody is told: where it has the name, one's own goes with it.

    Raises:
        UserError: other letters than a folder should have, or one's own sweep has it.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            "A sweep's name has small letters, digits and hyphens, at most 48, not {name!r}.",
            name=name[:60],
        )
    folder, who = sweeps_dir() / name, owners.asking()
    if not os.path.lexists(folder):
        return name
    if who and not owners.mine(folder):
        other = f"{name[: _LONGEST - 7].rstrip('-')}-{who.id[:6]}"  # as own sets are named
        if other != name:
            return check_name(other)
    raise UserError(
        "There is a sweep {name!r} already; go on with it by --resume {name}, or choose another "
        "name.",
        name=name,
    )


def create(
    name: str,
    base: TrainConfig,
    axes: Axes,
    trials: list[Trial],
    left_out: list[str],
    devices: list[str],
    ray: str = "",
) -> Sweep:
    """Write the folder of a new sweep; nothing is started.

    Raises:
        UserError: the name is taken, there is no room for one more, or the folder cannot be written.
    """
    room.check(sweeps_dir())
    if check_name(name) != name:  # just taken, and the trials' runs are named after it
        raise UserError("The sweep could not be made: try again.")
    sweep = Sweep(sweeps_dir() / name)
    info = {
        "schema": 1,
        "name": name,
        "devices": devices,
        "ray": ray,
        "fingerprint": "",
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "base": base.to_dict(),
        "axes": asdict(axes),
        "left_out": left_out,
        "trials": [{"id": trial.id, "config": trial.config.to_dict()} for trial in trials],
    }
    sweep.make({"sweep.json": info})
    return sweep


def find(name: str) -> Sweep:
    """Return the sweep of that name.

    Raises:
        UserError: there is none, or its file is damaged.
    """
    sweep = Sweep(sweeps_dir() / str(name))
    there = _NAME.fullmatch(str(name)) and sweep.folder.is_dir()
    if not there or not owners.mine(sweep.folder):
        raise UserError(
            "There is no sweep {name!r}; `sweep --list` shows those there are.", name=str(name)[:60]
        )
    _ = sweep.trials
    return sweep


def list_sweeps() -> list[Sweep]:
    """List the sweeps, the newest first, without those of :func:`broken_sweeps`."""
    found = []
    for sweep in _mine():
        with contextlib.suppress(UserError):
            _ = sweep.trials
            found.append((str(sweep.info.get("created")), sweep.id, sweep))
    return [sweep for *_, sweep in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def broken_sweeps() -> list[tuple[str, str]]:
    """List (name, reason) of the sweeps that :func:`list_sweeps` leaves out as damaged."""
    found = []
    for sweep in _mine():
        try:
            _ = sweep.trials
        except UserError as error:
            found.append((sweep.id, error.message))
    return found


def _mine() -> list[Sweep]:
    there = [Sweep(sweeps_dir() / name) for name in names(sweeps_dir()) if _NAME.fullmatch(name)]
    return owners.only_mine(there)


def _trials(path: Path) -> list[Trial]:
    sweep = Sweep(path.parent)
    damaged = UserError("The file sweep.json of {sweep} is damaged.", sweep=sweep.id)
    try:
        found = [
            Trial(entry["id"], TrainConfig.from_dict(entry["config"]), sweep.id)
            for entry in sweep.info["trials"]
        ]
    except (KeyError, TypeError) as error:
        raise damaged from error
    if not found or not all(NAME.fullmatch(trial.id) for trial in found):
        raise damaged
    return found


def update(sweep: Sweep, **changes: Any) -> None:
    """Change entries of ``sweep.json`` (the devices, the cluster, the images' fingerprint)."""
    with writing(sweep.folder):
        write_json(sweep.folder / "sweep.json", sweep.info | changes)


def run_of(trial: Trial) -> runs.Run | None:
    """Return the trial's run, None where it was not begun (or was removed)."""
    run = runs.Run(runs.runs_dir() / trial.id)
    return run if run.folder.is_dir() else None


def outcome(trial: Trial) -> Outcome:
    """Read where a trial stands."""
    run = run_of(trial)
    if run is None:
        return Outcome(trial, WAITING)
    state = run.state()
    error = run.message() if state == "failed" else ""
    rows = run.rows()
    psnr, seconds = (
        [row[name] for row in rows if math.isfinite(row[name])] for name in ("val_psnr", "seconds")
    )
    best = max(psnr, default=None)
    done, spent = run.epochs_done(), sum(seconds) or None
    return Outcome(trial, state, best, done, spent, error, run.flat)


def matrix(sweep: Sweep) -> Matrix:
    """Read where all trials stand."""
    cells: dict[tuple[str, float, int], list[Outcome]] = {}
    for trial in sweep.trials:
        config = trial.config
        level = 0.0 if config.noise.kind == "none" else config.noise.level
        cells.setdefault((config.network, level, config.code), []).append(outcome(trial))
    rows = dict.fromkeys((network, level) for network, level, _ in cells)
    columns = sorted({code for *_, code in cells})
    return Matrix(tuple(rows), tuple(columns), {key: Cell(tuple(o)) for key, o in cells.items()})
