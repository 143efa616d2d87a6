"""An elastic network at many code sizes, beside PCA and beside the networks made for each size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ae_core import networks, runs
from ae_core.baselines.pca import PCA
from ae_core.evaluation.shared import in_parts
from ae_core.images import metrics

SIZES = (1, 2, 4, 8, 16, 32, 49, 64, 128, 196, 256)


def measure(
    network, x: np.ndarray, data: str, peer: PCA, tell: Callable[[float], None]
) -> list[dict]:
    """Return a row for each size: the network's figures, PCA's, and those of dedicated networks.

    Args:
        network: an elastic `Network`.
        x: clean test images, uint8 (N, H, W, C).
        data: the name of their set, by which the dedicated networks' stored figures are found.
        peer: PCA of as many values as the network's longest code, or of as many as there are.
        tell: gets the share done.
    """
    rows = []
    sizes = network.sizes(SIZES)
    for done, size in enumerate(sizes):
        x_hat = in_parts(partial(network.reconstruct, size=size), x)
        linear = peer.take(min(size, peer.values))
        rows.append(
            {
                "size": size,
                "network": metrics.summary(x, x_hat),
                "pca": metrics.summary(x, linear.reconstruct(x)),
                "dedicated": dedicated(size, data, len(x)),
            }
        )
        tell((done + 1) / len(sizes))
    return rows


def dedicated(size: int, data: str, images: int) -> list[dict]:
    """Return the networks of exactly this code size that were measured on the same clean images.

    One that was trained on a few of its images shows what comes of that, not what the size can do.
    """
    found = []
    for run in runs.references():
        evaluation = run.evaluation()
        if not evaluation or not networks.kind(run.config.network).one_task:
            continue
        code = evaluation.get("code")
        config = run.config
        if not code or code["values"] != size or config.noise.kind != "none" or config.limit:
            continue
        for test in evaluation["tests"]:
            if test["data"] == data and test["images"] == images:
                about = {"network": config.network, "epochs": config.epochs}
                figures = {name: test["network"][name] for name in ("mse", "psnr", "ssim")}
                found.append({"run": run.id, **about, **figures})
    return found
