"""The weights that a training begins with: linear paths at PCA, or those of a finished run."""

from __future__ import annotations

import zipfile

import numpy as np

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.runs import Run


def linear(network, x_train: np.ndarray, sizes: list[int], config: TrainConfig) -> None:
    """Give a conv, elastic or rate network with a linear path its start at PCA.

    Args:
        network: as built, its weights are changed.
        x_train: training images, uint8 (N, H, W, C), those of joined sets one after another.
        sizes: how many of each set; the sets count alike.
        config: what is trained.
    """
    from ae_core.baselines import pca
    from ae_core.networks import conv, elastic
    from ae_core.networks.rate import counted

    if config.network == "rate":
        counted.start_at_transform(network, x_train, equal_shares(sizes))
        return
    if config.network == "elastic":
        start = pca.fit(x_train, config.code, weights=equal_shares(sizes))
        elastic.start_at_pca(network, start.mean, start.components, start.variances)
        return
    factor = conv.pooling(x_train.shape[1:])
    if factor > 1:
        n, h, w, c = x_train.shape
        blocks = x_train.reshape(n, h // factor, factor, w // factor, factor, c)
        x_train = np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)
    start = pca.fit(x_train, config.code, weights=equal_shares(sizes))
    conv.start_at_pca(network, start.mean, start.components)


def from_run(network, config: TrainConfig) -> None:
    """Give a network the weights of a finished run's.

    Raises:
        UserError: there is no such run, or its network is of another kind, size or shape.
    """
    before = runs.get(config.start)
    if networks.info(config.network).rate:
        old = _checkpointed(before, len(network.variables))  # what is kept has no prior to train
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
        with np.load(run.folder / "checkpoint.npz", allow_pickle=False) as stored:
            return [stored[f"v{i}"] for i in range(count)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(
            "The run {run} has no checkpoint to start from; a rate network needs one.", run=run.id
        ) from error


def equal_shares(sizes: list[int]) -> np.ndarray:
    """Return a weight for each image, such that each joined set weighs alike."""
    return np.concatenate([np.full(size, 1 / size) for size in sizes])
