"""Progress in a terminal: a bar where there is one, a line now and then where there is none."""

from __future__ import annotations

import math
import sys
import time
from typing import Any, Self

from ae_core.jobs import states

SECONDS_BETWEEN_LINES = 10.0


class Bar:
    """How much of a long job is done; used in ``with``."""

    FORM = "{percentage:3.0f}% |{bar}| {desc}"

    def __init__(self):
        self._bar = None
        self._said = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, done: float, words: str) -> None:
        """Take a share from 0 to 1, and what is being done now."""
        if sys.stderr.isatty():
            self._draw(done, words)
        elif done >= 1 or time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            print(f"{done:4.0%}  {words}", file=sys.stderr, flush=True)

    def _draw(self, done: float, words: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=1, bar_format=self.FORM, dynamic_ncols=True)
        self._bar.set_description_str(words, refresh=False)
        self._bar.update(done - self._bar.n)  # draws ten times a second at most


class Share(Bar):
    """The same, with the time that has passed and the time that is left, by the share done."""

    def __init__(self):
        super().__init__()
        self._start = time.monotonic()

    def update(self, done: float, words: str) -> None:
        spent = time.monotonic() - self._start
        rest = f"ETA {clock(spent * (1 - done) / done)}  " if 0.02 < done < 1 else ""
        super().update(done, f"{clock(spent)}  {rest}{words}")


class TrainingBar(Bar):
    """A training's status as it changes: epoch, loss, validation PSNR, images/s, ETA.

    Where epochs are short it counts steps, for there would be a line for every few.
    """

    def __init__(self):
        super().__init__()
        self._words = ""
        self._epoch = None

    def update(self, status: dict[str, Any]) -> None:
        """Take the status that :func:`ae_core.training.worker.work` hands on."""
        if status.get("state") == "queued" and status.get("position"):
            self._say(f"waiting for {status.get('device')}: {status['position']} before this one")
        if status.get("state") != "running":
            return
        if status.get("doing") or not status.get("steps"):
            self._say(f"{status.get('doing') or 'starting'} ({status.get('device')}) ...")
            return
        epoch, epochs, steps = status["epoch"], status["epochs"], status["steps"]
        step, words = status.get("step") or 0, f"epoch {epoch}/{epochs}  {describe(status)}"
        if (counted := states.steps(status)) is not None:
            done, every = counted
            super().update(min(done / every, 1.0), f"step {done}/{every}  {words}")
        elif sys.stderr.isatty():
            self._draw(min((epoch - 1 + step / steps) / epochs, 1.0), words)
        elif epoch != self._epoch or step == steps:
            self._epoch = epoch
            self._say(words)

    def _say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            print(words, file=sys.stderr, flush=True)


class StepBar(Bar):
    """A bar that counts in a unit, such as bytes; nothing is said where there is no terminal."""

    def __init__(self, unit: str = "it"):
        super().__init__()
        self._unit = unit
        self._name = None

    def update(self, done: float, total: float, name: str) -> None:
        """Take what is done of how much (0: not known) of what is called ``name``."""
        from tqdm import tqdm

        if not sys.stderr.isatty():
            return
        if name != self._name:
            self.__exit__()
            self._name = name
            self._bar = tqdm(desc=name, unit=self._unit, unit_scale=True, dynamic_ncols=True)
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)


def describe(status: dict[str, Any]) -> str:
    """Return the figures of a status in words, those that there are."""
    words = []
    if status.get("loss") is not None:
        words.append(f"loss {status['loss']:.5f}")
    if status.get("val_psnr") is not None:
        from ae_core.images import metrics

        psnr = metrics.in_words(status["val_psnr"], status.get("flat") or 0.0)
        words.append(f"validation {psnr}")
    if status.get("images_per_second"):
        words.append(f"{status['images_per_second']:,.0f} images/s")
    if status.get("eta_seconds") is not None:
        words.append(f"ETA {clock(status['eta_seconds'])}")
    return "  ".join(words)


def counted(n: int, noun: str) -> str:
    """Write how many there are of something: 1 training, 1,200 trainings."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def clock(seconds: float) -> str:
    """Write a duration as 1:05 or 2:03:04."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
