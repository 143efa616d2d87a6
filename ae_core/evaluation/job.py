"""A run measured on its test images by a process of its own, for whoever must stay quick.

One is measured at a time; the others wait. The job's folder is ``measurement`` in that of the run,
and its status tells ``done``, the share of the work, too.
"""

from __future__ import annotations

import time

from ae_core.errors import Cancelled, Message, UserError
from ae_core.jobs import room, worker
from ae_core.jobs.single import Single
from ae_core.machine import backends, devices
from ae_core.runs import Run


class Measurement(Single):
    """The last measurement of a run that was started, or the one that goes on."""

    @property
    def run(self) -> str:
        """Name of the run."""
        return self.folder.parent.name

    def died(self, begun: bool) -> str:
        return Message("The measurement ended unexpectedly (it crashed or was killed).")

    def taken(self) -> UserError:
        return UserError("The run {run} is already being measured.", run=self.run)


def of(run: Run) -> Measurement:
    """Return the only job of measuring that a run has."""
    return Measurement(run.folder / "measurement")


def start(run: Run) -> None:
    """Start measuring; returns at once.

    Raises:
        UserError: the run is being measured already, as many are as may, or its folder cannot be
            written.
    """
    job = of(run)
    job.begin(room.held(run.folder.parent, job.folder.name), done=0.0)
    job.spawn(["evaluate", run.id, "--job"], devices.environment("cpu"))


def work(run: Run) -> str:
    """Measure in this process, on the CPU: the GPU is a training's.

    Returns:
        "finished" or "cancelled".

    Raises:
        UserError: another process measures the run, or it failed; the sentence also stands in the
            status.
    """

    def body(reporter: worker.Reporter) -> str:
        reporter.write(state="queued")

        def tell(done: float, _: str) -> None:
            if reporter.should_stop():
                raise Cancelled
            reporter.progress(done=done)

        with worker.turn(run.folder.parent, "measuring", reporter.should_stop):
            reporter.write(state="running", started=time.time())
            backends.use("cpu")  # slow to load, so not before it has answered
            from ae_core.evaluation import evaluate

            evaluate.evaluate(run, progress=tell)
        return "finished"

    return worker.work(of(run), body)
