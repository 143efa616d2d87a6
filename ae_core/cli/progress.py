"""Progress in a terminal: a bar where there is one, a line now and then where there is none."""

from __future__ import annotations

import sys
import time
from typing import Any


class TrainingBar:
    """Shows a training's status as it changes: epoch, loss, validation PSNR, images/s, ETA."""

    def __init__(self):
        self._bar = None
        self._said = ""
        self._epoch = None
        self._drawn = 0.0

    def __enter__(self) -> TrainingBar:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, status: dict[str, Any]) -> None:
        """Take the status that :func:`ae_core.training.worker.work` hands on."""
        if status.get("state") == "queued" and status.get("position"):
            self._say(f"waiting for {status.get('device')}: {status['position']} before this one")
        if status.get("state") != "running":
            return
        if status.get("doing") or not status.get("steps"):
            self._say(f"{status.get('doing') or 'starting'} ({status.get('device')}) ...")
        elif sys.stderr.isatty():
            self._draw(status)
        elif status["epoch"] != self._epoch or status.get("step") == status["steps"]:
            self._epoch = status["epoch"]
            self._say(f"epoch {status['epoch']}/{status['epochs']}  {describe(status)}")

    def _draw(self, status: dict[str, Any]) -> None:
        from tqdm import tqdm

        steps = int(status["steps"])
        if self._bar is None:
            form = "{desc} {percentage:3.0f}% |{bar}|{postfix}"
            self._bar = tqdm(total=1, bar_format=form, dynamic_ncols=True, leave=True)
        self._bar.total = steps * int(status["epochs"])
        self._bar.n = min(
            (int(status["epoch"]) - 1) * steps + int(status.get("step") or 0), self._bar.total
        )
        self._bar.set_description_str(f"epoch {status['epoch']}/{status['epochs']}", refresh=False)
        self._bar.set_postfix_str(describe(status), refresh=False)
        if self._bar.n == self._bar.total or self._due():
            self._bar.refresh()

    def _due(self) -> bool:
        now = time.monotonic()
        if now - self._drawn < 0.1:
            return False
        self._drawn = now
        return True

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            print(words, file=sys.stderr, flush=True)


def describe(status: dict[str, Any]) -> str:
    """Return the figures of a status in words, those that there are."""
    words = []
    if status.get("loss") is not None:
        words.append(f"loss {status['loss']:.5f}")
    if status.get("val_psnr") is not None:
        words.append(f"validation {status['val_psnr']:.2f} dB")
    if status.get("images_per_second"):
        words.append(f"{status['images_per_second']:,.0f} images/s")
    if status.get("eta_seconds") is not None:
        words.append(f"ETA {clock(status['eta_seconds'])}")
    return "  ".join(words)


def clock(seconds: float) -> str:
    """Write a duration as 1:05 or 2:03:04."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class StepBar:
    """A bar for other long work: downloads in bytes, evaluations as a fraction."""

    def __init__(self, unit: str = "it"):
        self._unit = unit
        self._bar = None
        self._name = None

    def __enter__(self) -> StepBar:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, done: float, total: float, name: str) -> None:
        from tqdm import tqdm

        if not sys.stderr.isatty():
            return
        if name != self._name:
            self.__exit__()
            self._name = name
            self._bar = tqdm(desc=name, unit=self._unit, unit_scale=True, dynamic_ncols=True)
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)
