"""Run a measurement: every device in a process of its own, one of them computing at a time.

Cell by cell (a network size and a batch size) all devices are made ready, then timed in turns, each
repeat in the opposite order of the one before: what slows the machine down for a while slows all of
them down.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ae_core.errors import Cancelled, Message, UserError
from ae_core.evaluation.bench import energy, plan, setup, store, tables
from ae_core.evaluation.bench.plan import Contestant, Plan
from ae_core.evaluation.bench.schema import Result
from ae_core.files import temporary_folder
from ae_core.jobs.child import Child, ChildError
from ae_core.machine import backends, provenance

START_SECONDS = 180.0  # for a process to load everything, before it is given up
COMPILE_SECONDS = 300.0
_GUESS = 12.0  # seconds to make a cell ready, before one was seen

Progress = dict[str, Any]


def run(
    asked: Plan,
    also: Sequence[Path] = (),
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Result:
    """Measure, and write the result after every cell.

    Args:
        asked: what to measure.
        also: files to write beside the new one among the user's own results.
        should_stop: asked several times a second; true ends it, and what was measured is kept.
        on_progress: gets ``done`` (share, 0 to 1), ``eta_seconds``, ``device``, ``size``, ``batch``.

    Returns:
        The result; its state is "finished", or "interrupted" (also after Ctrl-C).

    Raises:
        UserError: there is no backend, the images are not to be had, or a file cannot be written.
    """
    backends.require()  # else every cell would be skipped, and that be kept
    result = setup.head(asked)
    bench = _Bench(asked, result, [store.own_dir() / f"{result['id']}.json", *also])
    bench.should_stop, bench.on_progress = should_stop, on_progress
    with temporary_folder() as folder, setup.held(asked, result):
        bench.folder = Path(folder)
        try:
            result["task"] = setup.share(bench.folder, asked)
            bench.all_of_it()
            result["state"] = "finished"
        except (Cancelled, KeyboardInterrupt):
            result["state"] = "interrupted"
        finally:
            bench.close()
    result["finished"] = provenance.now()
    if result["cells"]:  # stopped before the first one: nothing to keep
        bench.write()
    return result


def child_of(contestant: Contestant, folder: Path) -> Child:
    """Start the process that measures one device (:mod:`ae_core.evaluation.bench.child`)."""
    command = [
        sys.executable,
        "-m",
        "ae_core.evaluation.bench.child",
        str(folder),
        contestant.precision,
    ]
    return Child(command, contestant.environment())


class _Bench:
    def __init__(self, asked: Plan, result: Result, paths: list[Path]):
        self.asked, self.result, self.paths = asked, result, paths
        self.folder = Path()
        self.processes: dict[str, Child] = {}
        self.meters: dict[str, energy.Meter] = {}
        self.speeds: dict[tuple[str, str], float] = {}  # (device, size): the last one measured
        self.setups: dict[str, float] = {}  # device: seconds that the last cell took to be ready
        self.given_up: dict[tuple[str, str], str] = {}  # (device, size): why larger batches are not
        self.left = [
            (s, b, c) for s in asked.sizes for b in (*asked.batches, 0) for c in asked.contestants
        ]
        self.cells = len(self.left)

    def all_of_it(self) -> None:
        self._begin()
        for size in self.asked.sizes:
            for batch in self.asked.batches:
                self._cells(size, batch)
                self.write()
            for contestant in self.asked.contestants:
                self._quality(size, contestant)
                self.write()

    def write(self) -> None:
        self.result["ratios"] = tables.ratios(self.result["cells"])
        self.result["quality"] = tables.agree(self.result["quality"])
        for path in self.paths:
            store.write(path, self.result)

    def close(self) -> None:
        for part in (*self.processes.values(), *self.meters.values()):
            part.close()

    def _begin(self) -> None:
        """Start a process and an energy meter for each device; note which cannot be measured."""
        for contestant, row in zip(self.asked.contestants, self.result["devices"], strict=True):
            self._tell(contestant, "", 0)
            try:
                answer = self._ask(contestant, {"do": "hello"}, START_SECONDS)
            except UserError as error:
                row["problem"] = error.message
                continue
            if contestant.kind == "gpu" and not answer["gpu"]:
                row["problem"] = Message("The measuring process sees no GPU; see `devices --doctor`.")
                continue
            card = contestant.environment()["CUDA_VISIBLE_DEVICES"]
            if found := energy.meter(contestant.kind, card):
                self.meters[contestant.id] = found
                row["energy"] = found.name

    def _cells(self, size: str, batch: int) -> None:
        ready: dict[str, dict] = {}
        timed: dict[str, list[dict]] = {}
        for contestant in self.asked.contestants:
            begun = time.monotonic()
            self._tell(contestant, size, batch)
            try:
                self._must_be_possible(contestant, size, batch)
                request = {"do": "prepare", "size": size, "batch": batch}
                limit = COMPILE_SECONDS + 3 * self.asked.limit_seconds
                prepared = self._ask(contestant, request, limit)
                row = next(row for row in self.result["sizes"] if row["name"] == size)
                row["parameters"] = prepared["parameters"]
                self._must_be_quick(prepared["step_seconds"])
                ready[contestant.id], timed[contestant.id] = prepared, []
                self.setups[contestant.id] = time.monotonic() - begun
            except UserError as error:
                self._skip(contestant, size, batch, error)
        for repeat in range(self.asked.repeats):
            turn = [c for c in self.asked.contestants if c.id in ready]
            for contestant in turn[:: -1 if repeat % 2 else 1]:
                self._tell(contestant, size, batch)
                try:
                    timed[contestant.id].append(self._measure(contestant, batch))
                except UserError as error:
                    del ready[contestant.id]
                    self._skip(contestant, size, batch, error)
        for contestant in self.asked.contestants:
            if contestant.id in ready:
                name = {"device": contestant.id, "size": size, "batch": batch}
                cell = tables.measured_cell(name, ready[contestant.id], timed[contestant.id])
                self.speeds[contestant.id, size] = cell["images_per_second"]
                self._record(contestant, cell)

    def _measure(self, contestant: Contestant, batch: int) -> dict:
        meter = self.meters.get(contestant.id)
        request = {"do": "measure", "batch": batch, "seconds": self.asked.seconds}
        begun = time.monotonic()
        if meter:
            meter.start()
        answer = self._ask(contestant, request, 60 + self.asked.seconds + self.asked.limit_seconds)
        joules = meter.stop() if meter else None
        if joules is not None:  # the time between the question and the first step is not training
            joules *= min(1.0, answer["seconds"] / (time.monotonic() - begun))
        return answer | {"joules": joules}

    def _quality(self, size: str, contestant: Contestant) -> None:
        asked = self.asked
        self._tell(contestant, size, 0)
        psnr, reason = None, ""
        try:
            self._must_be_possible(contestant, size, 0)
            speed = self.speeds.get((contestant.id, size))
            if speed is None:
                raise UserError("No batch of this network could be measured.")
            seconds = asked.quality_images * asked.quality_epochs / speed
            if seconds > asked.limit_seconds:
                raise UserError(
                    "At {speed:,.0f} images/s this would take longer than the {limit_seconds:g} s "
                    "that it may take.",
                    speed=speed,
                    limit_seconds=asked.limit_seconds,
                )
            request = {"do": "quality", "size": size, "images": asked.quality_images}
            request |= {"batch": asked.quality_batch, "epochs": asked.quality_epochs}
            limit = COMPILE_SECONDS + 3 * asked.limit_seconds
            psnr = self._ask(contestant, request, limit)["psnr"]
        except UserError as error:
            reason = error.message
            self._lose(contestant, error)
        self.result["quality"].append(tables.quality_row(contestant.id, size, psnr, reason))
        self.left.remove((size, 0, contestant))

    def _must_be_possible(self, contestant: Contestant, size: str, batch: int) -> None:
        """Refuse what is known to fail or to take too long, before it is tried."""
        row = next(r for r in self.result["devices"] if r["id"] == contestant.id)
        if row["problem"]:
            raise UserError(row["problem"])
        if batch and (reason := self.given_up.get((contestant.id, size))):
            raise UserError("A smaller batch could not be measured: {reason}", reason=reason)
        speed = self.speeds.get((contestant.id, size))
        if batch and speed and batch * (2 + self.asked.repeats) / speed > self.asked.limit_seconds:
            raise UserError(
                "At the {speed:,.0f} images/s of the batch before, {steps} steps would take longer "
                "than the {limit_seconds:g} s that a cell may take.",
                speed=speed,
                steps=2 + self.asked.repeats,
                limit_seconds=self.asked.limit_seconds,
            )

    def _must_be_quick(self, step_seconds: float) -> None:
        if step_seconds * self.asked.repeats > self.asked.limit_seconds:
            raise UserError(
                "A single step took {step_seconds:,.0f} s; the repeats would take longer than the "
                "{limit_seconds:g} s that a cell may take.",
                step_seconds=step_seconds,
                limit_seconds=self.asked.limit_seconds,
            )

    def _ask(self, contestant: Contestant, request: dict, seconds: float) -> dict:
        if contestant.id not in self.processes:
            self.processes[contestant.id] = child_of(contestant, self.folder)
        return self.processes[contestant.id].ask(request, seconds, self.should_stop)

    def _skip(self, contestant: Contestant, size: str, batch: int, error: UserError) -> None:
        self.given_up.setdefault((contestant.id, size), error.message)  # larger ones need more
        self._lose(contestant, error)
        name = {"device": contestant.id, "size": size, "batch": batch}
        self._record(contestant, tables.skipped_cell(name, error.message))

    def _lose(self, contestant: Contestant, error: UserError) -> None:
        if isinstance(error, ChildError) and error.lost and contestant.id in self.processes:
            self.processes.pop(contestant.id).close()

    def _record(self, contestant: Contestant, cell: dict) -> None:
        self.result["cells"].append(cell)
        self.left.remove((cell["size"], cell["batch"], contestant))

    def _tell(self, contestant: Contestant, size: str, batch: int) -> None:
        if self.should_stop():
            raise Cancelled
        left = sum(self._estimate(*cell) for cell in self.left)
        where = {"device": contestant.id, "size": size, "batch": batch}
        self.on_progress({"done": 1 - len(self.left) / self.cells, "eta_seconds": left} | where)

    def _estimate(self, size: str, batch: int, contestant: Contestant) -> float:
        """Guess the seconds of a cell (batch 0: of the quality) from those behind us."""
        asked = self.asked
        if (contestant.id, size) in self.given_up and batch:
            return 0.0
        known = [(s, v) for (device, s), v in self.speeds.items() if device == contestant.id]
        setup = self.setups.get(contestant.id, _GUESS)
        if not known:
            return setup + asked.repeats * asked.seconds
        nearest, speed = known[-1]
        if (contestant.id, size) in self.speeds:
            speed = self.speeds[contestant.id, size]
        else:
            speed *= (plan.SIZES[nearest] / plan.SIZES[size]) ** 1.5
        if not batch:
            return setup + asked.quality_images * asked.quality_epochs / speed
        if batch * (2 + asked.repeats) / speed > asked.limit_seconds:
            return 0.0
        return setup + asked.repeats * max(asked.seconds, batch / speed) + 2 * batch / speed
