"""The weights that a training begins with, where they are those of a finished run."""

from __future__ import annotations

import numpy as np

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.reading import Damaged, arrays
from ae_core.reading.bounds import MODEL_BYTES
from ae_core.runs import Run


def from_run(network, config: TrainConfig) -> None:
    """Give a network the weights of a finished run's.

    Raises:
        UserError: there is no such run, or its network is of another kind, size or shape.
    """
    before = runs.get(config.start)
    if networks.kind(config.network).stored_otherwise:
        old = _checkpointed(before, len(network.variables))
    else:
        old = networks.load(before.model_path).model.get_weights()
    if [w.shape for w in old] != [tuple(v.shape) for v in network.variables]:
        raise UserError(
            "The network of {start} has other weights than the one that is asked for; start from a "
            "run of the same network, code size and image shape.",
            start=config.start,
        )
    for variable, value in zip(network.variables, old, strict=True):
        variable.assign(value)


def _checkpointed(run: Run, count: int) -> list[np.ndarray]:
    """Return the first ``count`` arrays of a run's checkpoint: those of its network."""
    try:
        names = [f"v{i}" for i in range(count)]
        stored = arrays(run.folder / "checkpoint.npz", names, MODEL_BYTES)
        return [stored[name] for name in names]
    except (OSError, Damaged) as error:
        raise UserError(
            "The run {run} has no checkpoint to start from; a rate network needs one.", run=run.id
        ) from error


def equal_shares(sizes: list[int]) -> np.ndarray:
    """Return a weight for each image, such that each joined set weighs alike."""
    return np.concatenate([np.full(size, 1 / size) for size in sizes])
