"""What the notebook's cells show: one call, one output, in the report's language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ae_core import runs
from ae_core.i18n import LANGUAGES
from ae_core.networks import course
from ae_core.report import charts, images, observations, store, tables
from ae_core.report import devices as comparing
from ae_core.report.wording import Words, markup
from ae_core.runs import Run

STYLE = Path(__file__).parent / "template" / "display.css"
FIRST_SAMPLES = 8


@dataclass(frozen=True, repr=False)
class Output:
    """Something to look at: a notebook shows its HTML, and keeps ``about`` beside it."""

    html: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def _repr_html_(self) -> tuple[str, Mapping[str, Any]]:
        return f"<div class='ae'>{self.html}</div>", self.about


class Show:
    """The figures of a report in one language."""

    def __init__(self, language: str = "en"):
        self.words = Words(language)

    def style(self) -> Output:
        """Return the look of all outputs; shown once, at a notebook's beginning."""
        from ae_core.drawing.architecture import CSS

        return Output(f"<style>{STYLE.read_text(encoding='utf-8')}{CSS}</style>")

    def call(self, run: Run, name: str) -> None:
        """Call a network by this name from now on; its title alone would be another's, too."""
        self.words.called[run.id] = name

    def data_set(self, dataset, first: int = 0, count: int = FIRST_SAMPLES) -> Output:
        """Return counts, origin and some test images of a data set."""
        part = slice(first, first + count)
        names = [dataset.classes[label] for label in dataset.test.labels[part]]
        strip = images.samples(self.words, dataset.test.x[part], names)
        return Output(strip + tables.data_set(self.words, dataset))

    def architecture(self, run: Run) -> Output:
        """Return a network drawn to scale from its file."""
        from ae_core.drawing import architecture, layers, rows

        found, words = layers.read(run.model_path), self.words.part("draw")
        number, name = self.words.number, tables.name(self.words, run)
        svg = architecture.svg(found, name, words, number=number)
        cut = rows.rows(architecture.layout(found, words, number=number))
        return Output(images.drawing(svg, cut, run.id, self.words("networks.drawing")))

    def layers(self, run: Run) -> Output:
        """Return the table of a network's layers."""
        return Output(tables.layers(self.words, run))

    def history(self, run: Run) -> Output:
        """Return loss and validation PSNR over the epochs, the chosen one marked."""
        return Output(charts.history(self.words, run))

    def grid(self, x, x_hat, x_noisy=None) -> Output:
        """Return original, noisy, reconstructed and error side by side."""
        return Output(images.grid(self.words, x, x_hat, x_noisy))

    def figures(self, figures: dict) -> Output:
        """Return what was measured on test images, and the size of the code."""
        size = f"<p>{markup(tables.size(self.words, figures))}</p>"
        quality = tables.quality(self.words, figures)
        return Output(size + quality + tables.levels(self.words, figures))

    def before_after(self, pair, found, x, x_hats, x_noisy=None) -> Output:
        """Return a shipped network and an own one of the same task: figures, then images."""
        table = tables.before_after(self.words, pair, found)
        return Output(table + images.before_after(self.words, x, x_hats, x_noisy))

    def sizes(self, results: dict) -> Output:
        """Return all networks' codes and quality, as a table and as curves."""
        return Output(tables.sizes(self.words, results) + charts.sizes(self.words, results))

    def rate(self, run: Run, data: str) -> Output:
        """Return our codec beside the world's, as far as they were measured."""
        return Output(charts.rate(self.words, run, data))

    def denoising(self, found: list[Run], data: str) -> Output:
        """Return denoisers beside the classical ones, as far as they were measured."""
        return Output(charts.denoising(self.words, found, data))

    def devices(self, results: dict) -> Output:
        """Return the CPU against the GPU, as measured, and how fast each network was trained."""
        found = [runs.get(name) for name in results]
        return Output(comparing.devices(self.words) + tables.speed(self.words, found))

    def observations(self, results: dict) -> Output:
        """Return what the numbers say, in sentences; beside them are those of every language."""
        all_words = {language: Words(language) for language in LANGUAGES}
        all_words[self.words.language] = self.words
        said = {language: _observed(words, results) for language, words in all_words.items()}
        lines = (f"<li>{markup(sentence)}</li>" for sentence in said[self.words.language])
        return Output(f"<ul>{''.join(lines)}</ul>", {store.OBSERVED: said})

    def repeat(self, results: dict) -> Output:
        """Return how to train and measure each network again."""
        return Output(tables.repeat(self.words, [runs.get(name) for name in results]))


def _observed(words: Words, results: dict) -> list[str]:
    titles = tables.names(words, [runs.get(name) for name in results])
    found = [_result(words, titles[name], runs.get(name), results[name]) for name in results]
    return observations.observe(words, found)


def _result(words: Words, name: str, run: Run, figures: dict) -> observations.Result:
    rows = [row for row in run.rows() if math.isfinite(row["val_loss"])]
    losses = [(int(row["epoch"]), row["loss"], row["val_loss"]) for row in rows]
    title, kept = tables.set_title(words, figures["tests"][0]["data"]), course.best(rows, run.config)
    return observations.Result(name, run.config, figures, losses, title, kept)
