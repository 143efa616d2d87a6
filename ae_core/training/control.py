"""Start and resume trainings, each in a process of its own (see :mod:`ae_core.jobs.job`)."""

from __future__ import annotations

import contextlib
import dataclasses
import threading

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.files import writing
from ae_core.jobs import room, spare, states
from ae_core.machine import backends, devices, settings
from ae_core.runs import Run
from ae_core.training import images, queue
from ae_core.training.worker import ASSIGNED_DEVICE


def start(config: TrainConfig, title: str = "") -> Run:
    """Create a run and start its worker; returns at once.

    Raises:
        UserError: the asked device is not there, or the run folder cannot be written.

    >>> run = start(TrainConfig(data="letters", network="situation-3", code=4), "In the background")
    >>> run.cancel(wait=True)
    >>> run.state()
    'cancelled'
    """
    device = devices.resolve(config.device)
    with room.held(runs.runs_dir()):
        run = runs.create(config, title)
    spawn(run, device)
    return run


def expect(device: str = "auto") -> None:
    """Have a worker ready for a training that may soon be asked for; returns at once.

    None is kept where none could be started, and none beside a training of that device's: what is
    asked for then must wait anyway.
    """
    threading.Thread(target=_expect, args=(device,), daemon=True).start()


def _expect(device: str) -> None:
    with contextlib.suppress(UserError, OSError):  # it is told when somebody asks for the training
        device, now = devices.resolve(device), settings.read()
        env, seconds = _environment(device), 60.0 * now.ready_minutes
        if now.exhibition or not seconds or spare.prolong(env, seconds):
            return
        room.check(runs.runs_dir())
        if backends.missing() is None and not queue.queue(device):
            spare.keep(env, seconds)


def resume(run: Run, epochs: int | None = None) -> Run:
    """Start a worker that goes on after the run's last whole epoch.

    Args:
        epochs: a new total of epochs; None keeps the run's own.

    Raises:
        UserError: see :func:`prepare`; or the images are not those it was trained with.
    """
    device = devices.resolve(run.config.device)
    images.check_same(run)
    with room.held(runs.runs_dir()):
        prepare(run, epochs)
    spawn(run, device)
    return run


def prepare(run: Run, epochs: int | None = None) -> None:
    """Put a stopped run back into the queue, without starting anything.

    Who asks for more epochs gets them: such a run does not end by itself any more.

    Raises:
        UserError: it is shipped, still active, or has no epoch left to train.
    """
    if run.pretrained:
        raise UserError(
            "{run} is shipped with the program; train a run of your own instead.", run=run.id
        )
    if run.status().get("pid") is not None and run.state() in states.ACTIVE:
        raise run.taken()
    config = run.config
    done = run.epochs_done()
    if epochs is not None:
        config = dataclasses.replace(config, epochs=epochs, patience=0)
    elif done < config.epochs and run.state() == "finished":
        raise UserError(
            "The run {run} ended by itself after epoch {done}, for there was no gain any more: "
            "give a number of epochs to go on.",
            run=run.id,
            done=done,
        )
    if done > config.epochs or (done == config.epochs and run.state() == "finished"):
        raise UserError(
            "The run {run} has epoch {done} behind it: give a larger number of epochs to go on.",
            run=run.id,
            done=done,
        )
    with writing(run.folder):
        if config != run.config:
            run.update_info(config=config.to_dict())
        run.cancel_path.unlink(missing_ok=True)
        run.update_status(**states.queued(epoch=done, epochs=config.epochs, step=0, position=0))


def spawn(run: Run, device: str) -> None:
    """Start a worker for a run that stands in the queue, on a resolved device.

    Raises:
        UserError: the process cannot be started.
    """
    run.spawn(["train", "--run", run.id], _environment(device), device=device)


def _environment(device: str) -> dict[str, str]:
    return devices.for_training(device) | {ASSIGNED_DEVICE: device}
