"""What the notebook's cells compute: images through a network, its test figures, a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.errors import Cancelled
from ae_core.runs import Run

if TYPE_CHECKING:
    import numpy as np


def reconstruct(network, x_noisy: np.ndarray, level: float = 0.0) -> np.ndarray:
    """Return what a network makes of ``x_noisy``: uint8 (N, H, W, C) → uint8 (N, H, W, C).

    An elastic network uses the code size of the stored examples, a rate network the middle of its
    range, as in the figures beside them.
    """
    from ae_core.training.examples import shown_size

    return network.reconstruct(x_noisy, level, size=shown_size(network))


def figures(run: Run, data: str) -> dict[str, Any]:
    """Return a run's test figures on one data set, measuring only what is not in its folder.

    Returns:
        As `evaluation.evaluate`, with that set's block alone under `tests`.
    """
    found = run.evaluation()
    tests = [test for test in (found or {}).get("tests", []) if test["data"] == data]
    if not tests:
        from ae_core.evaluation import evaluate

        found = evaluate.evaluate(run, data=data, write=False)
        tests = found["tests"]
    return found | {"tests": tests[:1]}


def train(config: TrainConfig) -> Run:
    """Train a network into a new run folder, in this process, and return the run.

    Raises:
        UserError: the training failed.
        Cancelled: it was stopped.
    """
    from ae_core.training import worker

    run = runs.create(config)
    if worker.work(run) == "cancelled":
        raise Cancelled
    return run
