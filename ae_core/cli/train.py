"""``train``: start a training, or go on with one."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli.progress import TrainingBar
from ae_core.config import TrainConfig
from ae_core.errors import UserError


def add(commands) -> None:
    p = commands.add_parser(
        "train",
        help="train a network, or go on with a run",
        description="Train a network into a new run folder, or go on with an old one (--run). "
        "Ctrl-C stops after the current batch and leaves a usable model; a second Ctrl-C ends the "
        "program at once. Killed or stopped, --run goes on after the last whole epoch.",
    )
    p.set_defaults(do=train)
    p.add_argument("--run", metavar="ID", help="go on with this run (with --epochs: up to so many)")
    what = p.add_argument_group("what is trained, and how")
    what.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="a JSON file with some of these, or a run's config.json; what is typed goes first",
    )
    entries.add(what, entries.names())
    what.add_argument("--title", default="", help="a name for the lists")
    p.add_argument(
        "--background", action="store_true", help="start it as the dashboard does, and return at once"
    )


def train(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.jobs import deeds, room
    from ae_core.machine import backends
    from ae_core.training import control, worker

    backends.require()
    if options.run:
        run = _old_run(options)
        if run is None:
            return 0
    else:
        config = _config(options)
        if options.background:
            print(control.start(config, options.title).id)
            return 0
        with room.held(runs.runs_dir()):
            run = runs.create(config, options.title)
        deeds.note("start", run.folder)
    print(f"run {run.id}", flush=True)
    with _libraries_to_log(run), TrainingBar() as bar:
        state = worker.work(run, on_progress=bar.update, measure=measure)
    if state == "cancelled":
        print(f"Stopped; go on with: python -m ae_core train --run {run.id}", file=sys.stderr)
        return 130
    print(f"finished: {run.folder}")
    return 0


def measure(run, progress) -> None:
    """Measure a finished training on its test images."""
    from ae_core.evaluation import evaluate

    evaluate.evaluate(run, progress=progress)


@contextlib.contextmanager
def _libraries_to_log(run) -> Iterator[None]:
    """Send what TensorFlow's C++ code prints into the run's log, and keep the terminal for us."""
    try:
        log = open(run.folder / "log.txt", "ab")
        ours = os.dup(2) if sys.stderr.fileno() == 2 else None
    except (OSError, ValueError, AttributeError):  # no real stderr, as in tests and notebooks
        ours = None
    if ours is None:
        yield
        return
    python_stderr = sys.stderr
    sys.stderr = os.fdopen(ours, "w", buffering=1, errors="replace")
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(ours, 2)
        sys.stderr.close()
        sys.stderr = python_stderr
        log.close()


def _old_run(options: argparse.Namespace):
    """Prepare the run to go on with; None where a worker was started for it."""
    from ae_core import runs
    from ae_core.jobs import deeds, room
    from ae_core.training import control, images
    from ae_core.training.worker import ASSIGNED_DEVICE

    mixed = [entries.flag(name) for name in entries.typed(options, entries.names(["epochs"]))]
    mixed += [f"--{name}" for name in ("config", "title") if getattr(options, name)]
    if mixed:
        raise UserError(
            "A run keeps what it was started with, so {options} cannot be given with --run; only "
            "--epochs can.",
            options=", ".join(mixed),
        )
    run = runs.get(options.run)
    if options.background:
        print(control.resume(run, options.epochs).id)
        return None
    if ASSIGNED_DEVICE not in os.environ:  # else whoever started this process has prepared it
        images.check_same(run)
        with room.held(runs.runs_dir()):
            control.prepare(run, options.epochs)
        deeds.note("start", run.folder)
    return run


def _config(options: argparse.Namespace) -> TrainConfig:
    from ae_core import networks

    stored = entries.from_file(options.config) if options.config else {}
    return networks.configure(entries.given(options, stored))
