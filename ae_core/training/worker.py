"""The body of a training process: the same in the foreground and behind the dashboard."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from threading import Event

from ae_core import runs
from ae_core.errors import Message, UserError
from ae_core.jobs import worker
from ae_core.machine import backends, devices, processes
from ae_core.training import preparing, queue

ASSIGNED_DEVICE = "AE_ASSIGNED_DEVICE"  # set by whoever started this process for one device

Fit = Callable[[runs.Run, Callable[[], bool], Callable[[dict], None]], str]
Measure = Callable[[runs.Run, Callable[[float, str], None]], object]


def work(
    run: runs.Run,
    fit: Fit | None = None,
    on_progress: Callable[[dict], None] | None = None,
    measure: Measure | None = None,
) -> str:
    """Train ``run`` in this process; returns "finished" or "cancelled".

    See :func:`ae_core.jobs.worker.work` for how it is stopped and what it writes.

    Args:
        fit: trains and returns its last state; :func:`ae_core.training.fit.fit` if None.
        on_progress: gets the whole status (state, epoch, step, loss, position ...) as it changes.
        measure: what is done with the finished network before the run is said to be finished.

    Raises:
        UserError: another process trains it, or the training failed.

    >>> from ae_core import networks
    >>> given = {"network": "situation-3", "limit": 64, "epochs": 1, "augment": "none"}
    >>> run = runs.create(networks.configure(given | {"data": "letters"}))
    >>> work(run), run.epochs_done(), run.model_path.is_file()
    ('finished', 1, True)
    """
    return worker.work(run, lambda reporter: _train(run, reporter, fit, measure), on_progress)


def _train(run: runs.Run, reporter: worker.Reporter, fit: Fit | None, measure: Measure | None) -> str:
    assigned = os.environ.get(ASSIGNED_DEVICE)
    device = assigned or devices.resolve(run.config.device)
    if assigned:
        processes.step_back()

    reporter.write(state="queued", device=device, error="", epochs=run.config.epochs)
    with queue.turn(run, device, reporter.should_stop, lambda n: reporter.write(position=n)):
        reporter.write(state="running", position=0, started=time.time())
        if not assigned:  # else whoever started this process has set them
            os.environ.update(devices.for_training(device))  # before Keras is imported
        # Libraries are loaded and the network is compiled in one piece, which takes many seconds.
        with worker.leaving_at_once(reporter) if assigned else nullcontext(Event()) as prepared:

            def progress(news: dict) -> None:
                prepared.set()
                reporter.progress(**{"doing": "", **news})

            def prepare(what: Message) -> None:
                reporter.write(**preparing.told(what))

            if fit is None:
                prepare(preparing.READING)
                _note_data(run)
                prepare(preparing.LOADING)
                backends.load()
                from ae_core.training import fit as real

                fit = functools.partial(real.fit, on_prepare=prepare)
            state = fit(run, reporter.should_stop, progress)
        if state == "finished" and measure is not None:
            _measure(run, reporter, measure)
        return state


def _measure(run: runs.Run, reporter: worker.Reporter, measure: Measure) -> None:
    """Measure the finished network on its test images; a cancel leaves it unmeasured."""

    def progress(part: float, _: str) -> None:
        if reporter.should_stop():
            raise _Stopped
        reporter.progress(doing=Message("measuring on the test images"), measured=part)

    reporter.write(doing=Message("measuring on the test images"), measured=0.0, eta_seconds=None)
    try:
        measure(run, progress)
    except _Stopped:
        pass
    except UserError as error:  # the network is there, and can be measured later
        reporter.write(unmeasured=error.message.stored())
    finally:
        reporter.write(doing="", measured=None)


class _Stopped(Exception):
    """Measuring was asked to stop; the training has finished."""


def _note_data(run: runs.Run) -> None:
    """Write into ``config.json`` what the images really are: fingerprint, origin, counts."""
    from ae_core.training import images

    found = images.described(run.config)  # kept in this process: the training does not read it again
    images.check_same(run, found)
    run.update_info(data=found)
