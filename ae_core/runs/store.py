"""The run folder: everything about one training in one place, and the only reader of it.

Shipped models (``pretrained/``) and the user's own trainings (``runs/``) are the same thing in two
folders. Every file is replaced whole, so that a page may read while a worker writes.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError
from ae_core.files import one_line, write_json
from ae_core.files.reading import Damaged, kept, read_json, table
from ae_core.files.reading.bounds import TABLE_ROWS
from ae_core.jobs import owners, states
from ae_core.jobs.job import NAME, Job, names
from ae_core.machine import provenance
from ae_core.machine.processes import artifacts_dir
from ae_core.runs import naming, schema, tables
from ae_core.runs.samples import Samples

if TYPE_CHECKING:
    import pandas

HISTORY_COLUMNS = (
    *("epoch", "loss", "val_loss", "val_psnr", "learning_rate", "seconds"),
    *("images_per_second", "dead"),  # "dead": the share of code values that are, nan without a code
    "fell_back",  # 1 where it then went back to the best network, see course.lost
)


class Run(Job):
    """One run folder: a training, or what one has left."""

    STOPPING = "Stopping after this batch"

    @property
    def pretrained(self) -> bool:
        return self.folder.parent == pretrained_dir()

    @property
    def info(self) -> dict[str, Any]:
        """``config.json`` whole: id, title, created, config, data, versions, machine.

        Raises:
            UserError: the file is missing or damaged.
        """
        try:
            return copy.deepcopy(kept(_read_info, self.folder / "config.json"))
        except FileNotFoundError as error:
            raise self._without_info() from error

    def _without_info(self) -> UserError:
        return UserError("The run {run} has no readable config.json.", run=self.id)

    @property
    def config(self) -> TrainConfig:
        """What was trained, from ``config.json``; asked for many times at every draw of a page.

        Raises:
            UserError: the file is missing or damaged.
        """
        try:
            return kept(_read_config, self.folder / "config.json")
        except FileNotFoundError as error:
            raise self._without_info() from error

    @property
    def title(self) -> str:
        return self.info.get("title") or self.id

    @property
    def flat(self) -> float:
        """The share of its validation images that are nearly constant, 0 where that is not known."""
        return float(self.info.get("flat", 0.0))

    @property
    def model_path(self) -> Path:
        return self.folder / "model.keras"

    def message(self) -> str:
        """Say in one sentence what there is to say about the run's state; often nothing."""
        status, state = self.status(), self.state()
        if state == "cancelled":
            return Message(
                "Cancelled; resume continues from epoch {epoch}.", epoch=self.epochs_done() + 1
            )
        if state == "queued" and (before := status.get("position")):
            return Message(
                "Waiting for {device}: {before} before this one.",
                device=status.get("device"),
                before=before,
            )
        now = time.time()
        if state in states.ACTIVE and status.get("pid") and not states.responds(status, now):
            return Message(
                "The training process lives, but has not answered for {silent:.0f} s.",
                silent=now - status.get("heartbeat", 0),
            )
        return super().message()

    def died(self, begun: bool) -> str:
        if not begun:
            return Message("The training process never started (see log.txt); resume tries again.")
        return Message(
            "The training process ended unexpectedly (it crashed or was killed); resume "
            "continues from epoch {epoch}.",
            epoch=self.epochs_done() + 1,
        )

    def taken(self) -> UserError:
        return UserError(
            "The run {run} is already being trained by process {pid}.",
            run=self.id,
            pid=self.status().get("pid"),
        )

    def remove(self) -> None:
        """Delete the folder, a damaged one included.

        Raises:
            UserError: it is shipped with the program, or still being trained, or cannot be deleted.
        """
        if self.pretrained:
            raise UserError("{run} is shipped with the program and is not removed.", run=self.id)
        super().remove()

    def update_info(self, **changes: Any) -> dict[str, Any]:
        """Change some entries of ``config.json`` (say, ``data`` once it is loaded)."""
        with self.lock("status", timeout=10):
            info = self.info | changes
            write_json(self.folder / "config.json", info)
        return info

    def _unrecorded(self) -> dict[str, Any]:
        if self.model_path.exists():  # a shipped model needs no status
            return {"state": "finished", "error": ""}
        return {"state": "failed", "error": Message("The run has no status.json and no model.")}

    def history(self) -> pandas.DataFrame:
        """One row per finished epoch (see :data:`HISTORY_COLUMNS`); empty before the first.

        >>> history = get("letters-conv-16").history()
        >>> bool(history["val_psnr"].iloc[-1] > history["val_psnr"].iloc[0])
        True
        """
        import pandas

        return pandas.DataFrame(self.rows(), columns=list(HISTORY_COLUMNS))

    def rows(self) -> list[dict[str, float]]:
        """Return ``history.csv``, a row an epoch, without loading pandas.

        Every row has :data:`HISTORY_COLUMNS`, nan where nothing was written. A file that is damaged
        has none (see :mod:`ae_core.runs.faults`).
        """
        try:
            return [dict(row) for row in kept(read_history, self.folder / "history.csv")]
        except (FileNotFoundError, Damaged):
            return []

    def epochs_done(self) -> int:
        """Count the whole epochs behind this run, without loading pandas."""
        return max((row["epoch"] for row in self.rows()), default=0)

    def evaluation(self) -> dict[str, Any] | None:
        """Return ``evaluation.json``, None where there is none (or none that can be read)."""
        try:
            return tables.evaluation(self)
        except UserError:
            return None

    def samples(self) -> Samples:
        return Samples(self.folder / "samples")


def runs_dir() -> Path:
    return artifacts_dir() / "runs"


def pretrained_dir() -> Path:
    return artifacts_dir() / "pretrained"


_refuse: Callable[[TrainConfig], None] | None = None


def create(config: TrainConfig, title: str = "", run_id: str = "", sweep: str = "") -> Run:
    """Make the folder of a new run, in state queued; nothing is started.

    Args:
        run_id: its name; a new one where none is given.
        sweep: the sweep that it is a trial of.

    Raises:
        UserError: the folder cannot be written, or there is one of that name; or there is no run
            that it shall start from.

    >>> run = create(TrainConfig(data="letters", network="situation-3", code=4), "Four values")
    >>> run.state(), run.title, run.folder.is_dir()
    ('queued', 'Four values', True)
    >>> run.remove()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ae_core.errors.UserError: ... is still being worked on: cancel it before removing it.
    """
    if config.start:
        get(config.start)
    created = datetime.datetime.now(datetime.UTC)
    run = Run(runs_dir() / (run_id or naming.new_id(config, created)))
    info = {
        "schema": 1,
        "id": run.id,
        "title": one_line(title) or naming.title(config),
        "created": created.isoformat(timespec="milliseconds"),
        "config": config.to_dict(),
        "data": {"name": config.data},
        **({"sweep": sweep} if sweep else {}),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }
    run.make(
        {"config.json": info, "status.json": states.queued(epoch=0, epochs=config.epochs, step=0)}
    )
    return run


def find(run_id: str) -> Run:
    """Return the run of that name, even where its files are damaged.

    Raises:
        UserError: no valid name, or no such run.
    """
    if not isinstance(run_id, str) or not NAME.fullmatch(run_id):
        raise UserError(
            "{run_id!r} is no run name; `runs list` shows the names.", run_id=str(run_id)[:80]
        )
    for parent in (runs_dir(), pretrained_dir()):
        if (parent / run_id).is_dir() and owners.mine(parent / run_id):
            return Run(parent / run_id)
    raise UserError(
        "There is no run {run_id!r}; `runs list` shows the runs that there are.", run_id=run_id
    )


def get(run_id: str) -> Run:
    """Return the run of that name, with a config that can be read.

    Raises:
        UserError: no valid name, no such run, or a damaged ``config.json``.

    >>> get("letters-conv-16").config.code
    16
    """
    run = find(run_id)
    reason = _broken(run)
    if reason:
        raise UserError(
            "The run {run_id} is damaged: {reason} `runs remove` deletes it.",
            run_id=run_id,
            reason=reason,
        )
    return run


def list_runs(everybodys: bool = False) -> list[Run]:
    """List the readable runs as every list shows them: own ones, newest first, then shipped ones.

    Those are in the order of their names.

    Args:
        everybodys: also those that who asks may not see (see :mod:`ae_core.jobs.owners`).

    >>> "letters-elastic" in [run.id for run in list_runs()]
    True
    """
    own = [run for run in _folders(runs_dir(), everybodys) if not _broken(run)]
    own.sort(key=lambda run: (str(run.info.get("created")), run.id), reverse=True)
    shipped = [run for run in _folders(pretrained_dir()) if not _broken(run)]
    return own + sorted(shipped, key=lambda run: _counted(run.id))


def _counted(name: str) -> list[str | int]:
    """Return a name as it is sorted: its numbers as numbers, 64 before 256."""
    return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", name)]


def references() -> list[Run]:
    """List the readable runs as they serve to measure by: shipped ones first."""
    return sorted(list_runs(), key=lambda run: not run.pretrained)


def under_way(within: float = 120.0) -> list[Run]:
    """List the own runs being trained, the one heard from last first; cheap, for every page asks.

    Args:
        within: seconds in which a process must have been heard from.
    """
    heard = {}
    for run in _folders(runs_dir()):
        with contextlib.suppress(OSError):
            heard[run] = (run.folder / "status.json").stat().st_mtime
    recent = [run for run, when in heard.items() if time.time() - when < within]
    recent.sort(key=heard.get, reverse=True)
    return [run for run in recent if run.state() in states.ACTIVE and not _broken(run)]


def know(refuse: Callable[[TrainConfig], None]) -> None:
    """Tell what raises a UserError for a training that no run can be of; such runs are damaged."""
    global _refuse
    _refuse = refuse


def broken_runs(everybodys: bool = False) -> list[tuple[str, str]]:
    """List (name, reason) of the folders that :func:`list_runs` leaves out as damaged."""
    found = _folders(pretrained_dir()) + _folders(runs_dir(), everybodys)
    return [(run.id, reason) for run in found if (reason := _broken(run))]


def _folders(parent: Path, everybodys: bool = False) -> list[Run]:
    found = [Run(parent / name) for name in names(parent)]
    return found if everybodys else owners.only_mine(found)


def _broken(run: Run) -> str:
    try:
        config = run.config
        if _refuse:
            _refuse(config)
    except UserError as error:
        return error.message
    return ""


def _read_info(path: Path) -> dict[str, Any]:
    info = read_json(path, schema.Info)
    return info | {name: one_line(info[name]) for name in ("title", "created") if name in info}


def _read_config(path: Path) -> TrainConfig:
    return TrainConfig.from_dict(kept(_read_info, path)["config"])


def read_history(path: Path) -> list[dict[str, float]]:
    """Read ``history.csv`` as :meth:`Run.rows` gives it; FileNotFoundError or Damaged."""
    rows = table(path, HISTORY_COLUMNS)
    for row in rows:
        if not 0 <= row["epoch"] <= TABLE_ROWS or row["epoch"] % 1:
            raise Damaged.of(path, Message("its epochs are not numbered"))
        row["epoch"] = int(row["epoch"])
    return rows
