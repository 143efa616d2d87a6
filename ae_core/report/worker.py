"""A report made by a process of its own; one is made at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from ae_core.jobs import room, worker
from ae_core.machine import devices
from ae_core.report import store
from ae_core.report.builder import build
from ae_core.report.request import Order, chosen
from ae_core.report.store import Report

LEAST_KNOWN = 0.03  # share of the work after which the rest of the time is estimated


def start(order: Order) -> Report:
    """Ask for a report and start its worker; returns at once.

    Raises:
        UserError: no such run, data that do not fit, or a folder that cannot be written.
    """
    chosen(order)  # refused at once, not by a worker
    with room.held(store.reports_dir()):
        report = store.create(order)
    # On the CPU: a report computes little, and the GPU is a training's.
    report.spawn(["report", "--ordered", report.id], devices.environment("cpu"))
    return report


def work(report: Report, progress: Callable[[float, str], None] | None = None) -> str:
    """Make the report in this process; returns "finished" or "cancelled".

    Args:
        progress: called with (fraction 0 to 1, what is being done).

    Raises:
        UserError: it could not be made; the sentence also stands in ``status.json``.
    """

    def body(reporter: worker.Reporter) -> str:
        reporter.write(state="queued")
        order = report.order()
        # Each holds TensorFlow and a data set in memory.
        with worker.turn(store.reports_dir(), "making", reporter.should_stop):
            begun = time.time()
            reporter.write(state="running", started=begun)

            def tell(fraction: float, doing: str) -> None:
                rest = (time.time() - begun) * (1 - fraction) / max(fraction, LEAST_KNOWN)
                eta = rest if fraction >= LEAST_KNOWN else None
                reporter.progress(fraction=fraction, doing=doing, eta_seconds=eta)
                if progress is not None:
                    progress(fraction, doing)

            build(order, report.folder, tell, reporter.should_stop)
        reporter.progress(fraction=1.0)
        return "finished"

    return worker.work(report, body)
