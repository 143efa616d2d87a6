"""The measurement in a process of its own, for whoever must stay quick: the dashboard.

One at a time on a machine: a second start is refused, whoever asks. The job's folder is
``artifacts/measurements/devices/own/job/``; its status tells ``done`` (share), ``eta_seconds``,
``device``, ``size`` and ``batch`` too.
"""

from __future__ import annotations

import time

from ae_core.errors import Message, UserError
from ae_core.evaluation.bench import runner, store
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.jobs import room, worker
from ae_core.jobs.single import Single
from ae_core.training import queue


class Measurement(Single):
    """The last measurement that was started, or the one that runs."""

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
        UserError: a measurement is running already, as much is made as may be, or the folder cannot
            be written.
    """
    job().begin(room.held(store.own_dir()), done=0.0, device="", size="", batch=0)
    job().spawn(["bench", "devices", "--job", *_flags(asked)])


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
