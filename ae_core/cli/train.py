"""``train``: start a training, or go on with one."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator

from ae_core.cli.progress import TrainingBar
from ae_core.config import AUGMENTATIONS, LOSSES, NOISE_KINDS, PRECISIONS, TrainConfig
from ae_core.errors import UserError


def add(commands) -> None:
    d = TrainConfig()
    p = commands.add_parser(
        "train",
        help="train a network, or go on with a run",
        description="Train a network into a new run folder, or go on with an old one (--run). "
        "Ctrl-C stops after the current batch and leaves a usable model; a second Ctrl-C ends the "
        "program at once. Killed or stopped, --run goes on after the last whole epoch.",
    )
    p.set_defaults(do=train)
    p.add_argument("--run", metavar="ID", help="go on with this run (with --epochs: up to so many)")
    what = p.add_argument_group("what is trained")
    what.add_argument(
        "--data",
        metavar="NAME",
        help="letters, numbers (drawn by the program), notmnist, svhn (see `data`), own-NAME, or "
        f"several joined by + (default {d.data})",
    )
    what.add_argument(
        "--network",
        metavar="NAME",
        help="situation-1 to situation-4, conv, elastic: every code size at once, rate: every "
        f"number of bytes, or unet: a denoiser (default {d.network})",
    )
    what.add_argument(
        "--code", type=int, metavar="VALUES", help=f"size of conv's code (default {d.code})"
    )
    what.add_argument("--noise", choices=NOISE_KINDS, help="corruption of the input (default none)")
    what.add_argument(
        "--level",
        type=float,
        help="gaussian, speckle, poisson: sigma on the 0-255 scale; salt-and-pepper, masking: "
        "percent of the pixels (default: a usual one)",
    )
    what.add_argument("--low", type=float, help="draw each image's level from LOW to LEVEL")
    what.add_argument(
        "--clean", type=float, metavar="SHARE", help="share of the images that get no noise"
    )
    what.add_argument("--start", metavar="RUN", help="begin with the trained network of this run")
    what.add_argument("--limit", type=int, metavar="N", help="use only N training images")
    what.add_argument("--side", type=int, help="side that own images must have, in pixels")
    what.add_argument("--colour", choices=("grey", "colour"), help="colour mode of own images")
    what.add_argument("--title", default="", help="a name for the lists")
    how = p.add_argument_group("how it is trained")
    how.add_argument("--epochs", type=int, help=f"passes over the data (default {d.epochs})")
    how.add_argument("--batch", type=int, help=f"images per step (default {d.batch})")
    how.add_argument(
        "--learning-rate", type=float, help=f"highest learning rate (default {d.learning_rate})"
    )
    how.add_argument("--augment", choices=AUGMENTATIONS, help=f"(default {d.augment})")
    how.add_argument("--loss", choices=LOSSES, help=f"(default {d.loss})")
    how.add_argument(
        "--precision", choices=PRECISIONS, help="(default bfloat16 on GPUs, else float32)"
    )
    how.add_argument("--seed", type=int, help=f"same seed, same history (default {d.seed})")
    how.add_argument(
        "--device",
        help="auto, cpu, gpu or gpu:1; gpus (all) or gpu:0+gpu:1 share each batch (default auto)",
    )
    how.add_argument(
        "--background",
        action="store_true",
        help="start it as the dashboard does, and return at once",
    )


def train(options: argparse.Namespace) -> int:
    from ae_core import runs
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
        run = runs.create(config, options.title)
    print(f"run {run.id}", flush=True)
    with _libraries_to_log(run), TrainingBar() as bar:
        state = worker.work(run, on_progress=bar.update)
    if state == "cancelled":
        print(f"Stopped; go on with: python -m ae_core train --run {run.id}", file=sys.stderr)
        return 130
    print(f"finished: {run.folder}")
    return 0


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
    from ae_core.training import control
    from ae_core.training.worker import ASSIGNED_DEVICE

    mixed = [f"--{n.replace('_', '-')}" for n in _NAMES if getattr(options, n) is not None]
    mixed = [name for name in mixed if name != "--epochs"]
    if mixed or options.title:
        raise UserError(
            "A run keeps what it was started with, so {options} cannot be given with --run; only "
            "--epochs can.",
            options=", ".join(mixed or ["--title"]),
        )
    run = runs.get(options.run)
    if options.background:
        print(control.resume(run, options.epochs).id)
        return None
    if ASSIGNED_DEVICE not in os.environ:  # else whoever started this process has prepared it
        control.prepare(run, options.epochs)
    return run


_NAMES = (
    "data",
    "network",
    "code",
    "noise",
    "level",
    "low",
    "clean",
    "epochs",
    "batch",
    "learning_rate",
    "augment",
    "loss",
    "precision",
    "device",
    "seed",
    "limit",
    "start",
    "side",
    "colour",
)


def _config(options: argparse.Namespace) -> TrainConfig:
    """Turn what was typed into a checked config; raises UserError."""
    from ae_core import data as datasets
    from ae_core import networks
    from ae_core.machine import devices

    given = {n: getattr(options, n) for n in _NAMES if getattr(options, n) is not None}
    noise = {"kind": given.pop("noise", "none")}
    noise |= {n: given.pop(n) for n in ("level", "low", "clean") if n in given}
    if noise["kind"] == "none" and len(noise) > 1:
        raise UserError("--level, --low and --clean need a --noise, for example --noise gaussian.")
    if noise["kind"] != "none" and "level" not in noise:
        from ae_core.images.noise import KINDS

        noise["level"] = KINDS[noise["kind"]].default
    if "precision" not in given:
        given["precision"] = devices.precision(given.get("device", TrainConfig.device))
    network = networks.info(given.get("network", TrainConfig.network)).name
    if "code" not in given:
        given["code"] = networks.default_code(network, TrainConfig.code)
    config = TrainConfig.from_dict(given | {"network": network, "noise": noise})
    for name in datasets.members(config.data):  # wrong names and shapes are told before a start
        networks.code_shape(network, config.code, datasets.info(name).shape)
    return config
