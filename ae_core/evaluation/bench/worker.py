"""The measurement in a process of its own, for whoever must stay quick: the dashboard.

One at a time on a machine: a second start is refused, whoever asks. The job's folder is
``artifacts/measurements/devices/own/job/``; its status tells ``done`` (share), ``eta_seconds``,
``device``, ``size`` and ``batch`` too.
"""

from __future__ import annotations

import threading
import time

from ae_core.errors import Message, UserError
from ae_core.evaluation.bench import runner, store
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.files import writing
from ae_core.jobs import owners, states, worker
from ae_core.jobs.job import Job
from ae_core.training import queue

_starting = threading.Lock()


class Measurement(Job):
    """The last measurement that was started, or the one that runs."""

    def state(self) -> str:
        """Return the state to show, or "" before the first one."""
        return super().state() if self.folder.is_dir() else ""

    def died(self, begun: bool) -> str:
        return Message("The measurement ended unexpectedly; what it had measured until then is kept.")

    def taken(self) -> UserError:
        return UserError("A measurement of the devices is already running.")


def job() -> Measurement:
    """Return the only job of measuring that there is."""
    return Measurement(store.own_dir() / "job")


def start(asked: Plan) -> None:
    """Start the worker; returns at once.

    Raises:
        UserError: a measurement is running already, or the folder cannot be written.
    """
    with _starting:  # two clicks at once
        if job().state() in states.ACTIVE:
            raise job().taken()
        with writing(job().folder):
            job().folder.mkdir(parents=True, exist_ok=True)
            for name in ("cancel", "status.json", Job.LOG):  # of the one before
                (job().folder / name).unlink(missing_ok=True)
            owners.forget(job().folder)
            owners.sign(job().folder)
        arguments = ["bench", "devices", "--job", *_flags(asked)]
        job().spawn(arguments, **states.queued(done=0.0, device="", size="", batch=0))


def in_use(contestants: tuple[Contestant, ...]) -> list[str]:
    """Return the names of the trainings that use or await one of the devices."""
    found = [name for c in contestants for name in queue.names(c.device)]
    return list(dict.fromkeys(found))


def work(asked: Plan) -> str:
    """Measure in this process; return "finished" or "cancelled".

    Raises:
        UserError: another process measures, or it failed; the sentence also stands in the status.
    """

    def body(reporter: worker.Reporter) -> str:
        reporter.write(state="running", started=time.time(), error="")
        result = runner.run(
            asked,
            should_stop=reporter.should_stop,
            on_progress=lambda progress: reporter.progress(**progress),
        )
        reporter.progress(result=result["id"], done=1.0, eta_seconds=0.0)
        return "cancelled" if result["state"] == "interrupted" else "finished"

    return worker.work(job(), body)


def _flags(asked: Plan) -> list[str]:
    """Say a plan in the words of the command line."""
    options = {
        "--devices": ",".join(c.id for c in asked.contestants),
        "--batches": ",".join(map(str, asked.batches)),
        "--sizes": ",".join(asked.sizes),
        "--repeats": str(asked.repeats),
        "--seconds": f"{asked.seconds:g}",
        "--limit": f"{asked.limit_seconds:g}",
        "--note": asked.note,
    }
    quick = ["--quick"] if asked.quality_epochs == 1 else []
    return [*quick, *(f"{name}={value}" for name, value in options.items())]
