"""The one queue of a sweep: what waits goes to whatever is free, and every end is written down."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ae_core.errors import Message, UserError
from ae_core.jobs import room, states, worker
from ae_core.training.sweeps import store
from ae_core.training.sweeps.plan import Trial
from ae_core.training.sweeps.store import Sweep

POLL = 0.5  # seconds between two looks at the trials
MOST_DEATHS = 3  # of the machine under one trial, before it is given up
LOST = "lost"  # the machine died under it: to be trained on, elsewhere
REFUSED = "refused"  # the machine cannot train it: to be trained elsewhere


class Places(Protocol):
    """Where trials are trained: the devices of this machine, or those of a cluster."""

    def free(self) -> list[str]:
        """Names of the places where a trial can be started now."""

    def start(self, trial: Trial, place: str) -> None:
        """Begin or go on with a trial; returns at once. Raises UserError."""

    def look(self, trial: Trial) -> str:
        """State of a trial that was started: a run's, LOST, or REFUSED."""

    def stop(self, trial: Trial) -> None:
        """Ask a trial to stop after its current batch; returns at once."""

    def refusal(self, place: str) -> str:
        """A sentence on why a place refused."""
        return ""

    def problem(self) -> str:
        """A sentence where there is no place any more and there will be none."""
        return ""

    def close(self) -> None:
        """Let go of everything."""


@dataclass(frozen=True)
class News:
    """What the person in front of the screen is told: a sentence, and how far the sweep is."""

    words: str
    done: int
    trials: int
    eta_seconds: float | None


def drive(sweep: Sweep, places: Places, tell: Callable[[News], None] = lambda news: None) -> str:
    """Work through the sweep's trials; return "finished" or "cancelled".

    A finished trial is left alone, a half-trained one goes on from its checkpoint, one that fails
    is told and stops no other. Ctrl-C, SIGTERM or the file ``cancel`` stop after the current
    batches.

    Raises:
        UserError: another process works through this sweep, or there is no place to train.
    """
    return worker.work(sweep, lambda reporter: _Drive(sweep, places, tell, reporter).run())


class _Drive:
    def __init__(
        self, sweep: Sweep, places: Places, tell: Callable[[News], None], reporter: worker.Reporter
    ):
        self.sweep, self.places, self._tell, self.reporter = sweep, places, tell, reporter
        self.trials = sweep.trials
        found = {trial.id: store.outcome(trial).state for trial in self.trials}
        self.waiting = [trial for trial in self.trials if found[trial.id] != "finished"]
        self.ended = len(self.trials) - len(self.waiting)
        self.running: dict[str, tuple[Trial, str, float]] = {}
        self.deaths: dict[str, int] = {}
        self.durations: list[float] = []
        self.stopping = False

    def run(self) -> str:
        if self.sweep.status().get("state") != "queued":  # left behind by a process that died
            self.sweep.cancel_path.unlink(missing_ok=True)
        self.reporter.write(state="running", error="", started=time.time())
        try:
            return self._loop()
        finally:
            self.places.close()

    def _loop(self) -> str:
        while self.waiting or self.running:
            if self.reporter.should_stop(every=0) and not self.stopping:
                self.stopping = True
                for trial, *_ in self.running.values():
                    self.places.stop(trial)
            for trial, place, begun in list(self.running.values()):
                self._look(trial, place, begun)
            if self.stopping and not self.running:
                return "cancelled"
            if not self.stopping:
                self._start_some()
            self.reporter.progress(done=self.ended, trials=len(self.trials), eta_seconds=self._eta())
            if self.waiting or self.running:
                time.sleep(POLL)
        return "finished"

    def _start_some(self) -> None:
        full = self._full() if self.waiting else ""
        for place in [] if full else self.places.free():
            if not self.waiting:
                return
            trial = self.waiting.pop(0)
            try:
                self.places.start(trial, place)
            except UserError as error:
                self._end(trial, place, "failed", error.message)
                continue
            self.running[trial.id] = (trial, place, time.monotonic())
            self._log(f"start {trial.id} on {place}")
            self._news(f"{trial.words}: started on {place}")
        if self.waiting and not self.running and (problem := full or self.places.problem()):
            raise UserError(problem)

    def _full(self) -> str:
        """Return a sentence where no training more may be begun, for want of disk."""
        try:
            room.check_disk()
        except UserError as error:
            return error.message
        return ""

    def _look(self, trial: Trial, place: str, begun: float) -> None:
        state = self.places.look(trial)
        if state in states.ACTIVE:
            return
        del self.running[trial.id]
        seconds = time.monotonic() - begun
        if state == REFUSED:
            why = self.places.refusal(place)
            self._log(f"refused {trial.id} on {place}: {why}")
            self._news(f"{place} is left out: {why}")
            self.waiting.insert(0, trial)
            return
        if state != LOST:
            if state == "finished":
                self.durations.append(seconds)
            self._end(trial, place, state, store.outcome(trial).error, seconds)
            return
        self.deaths[trial.id] = self.deaths.get(trial.id, 0) + 1
        done = store.outcome(trial).epoch
        self._log(f"death of {place} under {trial.id} after epoch {done}")
        if self.deaths[trial.id] >= MOST_DEATHS:
            sentence = Message(
                "{count} machines died under this training; it is not begun again.", count=MOST_DEATHS
            )
            if (run := store.run_of(trial)) is not None:
                run.update_status(state="failed", error=sentence)
            self._end(trial, place, "failed", sentence, seconds)
            return
        self.waiting.insert(0, trial)
        self._news(f"{trial.words}: {place} died; it goes on elsewhere after epoch {done}")

    def _end(self, trial: Trial, place: str, state: str, error: str, seconds: float = 0.0) -> None:
        from ae_core.images import metrics

        found = store.outcome(trial)
        known = found.psnr is not None and state == "finished"
        figure = f" {metrics.in_words(found.psnr, found.flat)}" if known else ""
        self._log(f"end {trial.id} on {place}: {state}{figure} in {seconds:.0f} s {error}".rstrip())
        self.ended += state == "finished"
        self._news(f"{trial.words}: {state}{figure}{' ' + error if error else ''}")

    def _news(self, words: str) -> None:
        self._tell(News(words, self.ended, len(self.trials), self._eta()))

    def _eta(self) -> float | None:
        if not self.durations:
            return None
        mean = sum(self.durations) / len(self.durations)
        now = time.monotonic()
        left = sum(max(mean - (now - begun), 0.0) for *_, begun in self.running.values())
        at_once = max(len(self.running), 1)
        return (left + mean * len(self.waiting)) / at_once

    def _log(self, words: str) -> None:
        moment = datetime.datetime.now().isoformat(timespec="seconds")
        with contextlib.suppress(OSError), open(self.sweep.log_path, "a", encoding="utf-8") as log:
            log.write(f"{moment} {words}\n")
