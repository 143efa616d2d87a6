"""A person's trainings, each beside the shipped network of the same task: before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ae_core import networks
from ae_core.drawing import layers
from ae_core.runs import Run


@dataclass(frozen=True)
class Pair:
    """A shipped network, an own one of the same task, and the test set of the own one."""

    before: Run
    after: Run
    data: str


def pairs(chosen: Sequence[tuple[Run, str]]) -> list[Pair]:
    """Return a pair for each own run that has a shipped one of its task beside it.

    Args:
        chosen: each run of a report with its test set. Where several shipped ones fit, that with
            the same test set is taken, else the first.
    """
    shipped = [(run, data) for run, data in chosen if run.pretrained]
    tasks = {run.id: _task(run) for run, _ in chosen}
    found = []
    for after, data in chosen:
        if after.pretrained:
            continue
        fits = [one for one in shipped if tasks[one[0].id] == tasks[after.id]]
        fits.sort(key=lambda one: one[1] != data)
        found += [Pair(before, after, data) for before, _ in fits[:1]]
    return found


def _task(run: Run) -> tuple:
    """Return what two networks must share to be compared: images, code, noise.

    One of many code sizes or rates is compared with its like alone.
    """
    config, kind = run.config, networks.kind(run.config.network)
    shape = tuple(layers.read(run.model_path)[0].shape)
    values = networks.code_values(config, shape)
    return shape, values, config.noise, "" if kind.one_task else kind.name
