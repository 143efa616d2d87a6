"""The weights that a training begins with: those of a finished run, or found from the images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ae_core import networks, runs
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.files.reading import Damaged, arrays
from ae_core.files.reading.bounds import MODEL_BYTES
from ae_core.images import metrics
from ae_core.runs import Run

VARIED = 1_000  # images that a start is found from at least, varied ones among them
VARIED_VALUES = 2**25  # values of these images at most
TRIED_ON = 256  # validation images
TRIED_PIXELS = 32 * 32  # to which larger images are averaged where they are only tried
SAME = 80.0  # dB that count for an image that comes back unchanged


def augmentation(config: TrainConfig, x: np.ndarray, sizes: list[int], x_val: np.ndarray) -> str:
    """Return how training images are varied: as asked, or as suits them where that is left open.

    It suits them where PCA of varied images, with as many values as the code has, does better on
    the validation images than PCA of the images as they are: photographs may be mirrored, say, but
    with few values in the code, letters are better left alone. Large images are tried at less than
    their size, and of many images some.

    Args:
        config: the training.
        x, sizes: as :func:`from_images` takes them.
        x_val: validation images, uint8 (M, H, W, C).
    """
    if config.augment != "auto":
        return config.augment
    if len(x) < 2:
        return "none"
    from ae_core.networks.augment import more

    some = slice(None, None, -(-2 * len(x) // VARIED))  # as many varied ones beside them, or more
    x, x_val, weights = averaged(x[some]), averaged(x_val[:TRIED_ON]), equal_shares(sizes)[some]
    found = {}
    for kind in ("none", "shapes", "both"):
        varied = more(x, kind, config.seed, VARIED)
        values = config.code or TrainConfig.code
        linear = pca.fit(varied, values, weights=np.resize(weights, len(varied)))
        psnr = metrics.psnr(x_val, linear.reconstruct(x_val))
        found[kind] = np.minimum(psnr, SAME).mean()
    return max(found, key=found.get)


def averaged(x: np.ndarray) -> np.ndarray:
    """Return images uint8 (N, H, W, C) at the size at which varied ones are tried."""
    from ae_core.networks.layers import averaging, block_means

    return block_means(x, averaging(x.shape[1:], TRIED_PIXELS))


def from_images(
    network, config: TrainConfig, x: np.ndarray, sizes: list[int], badness: Callable[[], float]
) -> None:
    """Give a network the weights that its kind finds from training images.

    PCA of few images knows these alone. Where they are varied in training, it is found from varied
    ones too, and the better of both is taken.

    Args:
        network: as it was built.
        x: uint8 (N, H, W, C), of joined sets one after another.
        sizes: how many images each set has.
        badness: says how bad the network is as it stands, on validation images.
    """
    kind, weights = networks.kind(config.network), equal_shares(sizes)
    kind.start(network, x, weights)
    count = min(VARIED, VARIED_VALUES // x[0].size)
    if config.augment == "none" or len(x) >= count:
        return
    from ae_core.networks.augment import more

    plain, before = network.get_weights(), badness()
    varied = more(x, config.augment, config.seed, count)
    kind.start(network, varied, np.resize(weights, len(varied)))
    if not badness() < before:
        network.set_weights(plain)


def from_run(network, config: TrainConfig) -> None:
    """Give a network the weights of a finished run's.

    Raises:
        UserError: there is no such run, or its network is of another kind, size or shape.
    """
    before, kind = runs.get(config.start), networks.kind(config.network)
    if kind.stored_otherwise:
        old = _checkpointed(before, len(network.variables))
    else:
        model = networks.load(before.model_path).model
        if kind.inherit is not None and kind.inherit(network, model):
            return
        old = model.get_weights()
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
