"""What is damaged in the folders of runs, file by file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ae_core.errors import UserError
from ae_core.files.reading import arrays, kept, keras_file, plain_file, read_json
from ae_core.jobs import states
from ae_core.runs import store, tables
from ae_core.runs.samples import Samples
from ae_core.runs.store import Run

EXAMPLES = "examples.npz"
EXAMPLE_ARRAYS = ("x", "x_noisy", "y", "x_hat")


def damaged() -> list[tuple[str, str]]:
    """List (name, reason) of the damaged files of the runs that can be used without them."""
    return [(run.id, reason) for run in store.list_runs() for reason in faults(run)]


def faults(run: Run) -> list[str]:
    """Return what is wrong with the files of a run, a sentence each; its ``config.json`` is whole."""
    found = []
    for name, read in _FILES.items():
        try:
            kept(read, run.folder / name)
        except FileNotFoundError:
            continue
        except UserError as error:
            found.append(error.message)
    return found


def _status(path: Path) -> None:
    read_json(path, states.Status)


def _evaluation(path: Path) -> None:
    tables.evaluation(Run(path.parent))


def _table(path: Path) -> None:
    tables.load(Run(path.parent), path.name)


def _samples(path: Path) -> None:
    samples = Samples(path)
    for epoch in samples.epochs[-1:]:
        for read in (samples.at, samples.filters):
            read(epoch)
        _ = samples.x_noisy


def _examples(path: Path) -> None:
    arrays(path, EXAMPLE_ARRAYS)


def _model(path: Path) -> None:
    keras_file(path)


_FILES: dict[str, Callable[[Path], Any]] = {
    "status.json": _status,
    "history.csv": store.read_history,
    tables.EVALUATION: _evaluation,
    tables.RATE: _table,
    tables.DENOISING: _table,
    "samples": _samples,
    EXAMPLES: _examples,
    "model.keras": _model,
    Run.LOG: plain_file,
}
