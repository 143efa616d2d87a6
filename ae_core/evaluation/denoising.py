"""A run that cleans noisy images, and every classical denoiser, on the same test images.

    x --> Gaussian noise (seed 0) --> x_noisy --> network, wavelets ... --> x_hat --> quality

All methods are told sigma and give back 8-bit images. Noise is "clipped" to 8 bits, as in an image
that was saved, or "unclipped", as papers count it. The result, `denoising.json` in the run's folder,
is what pages and reports show.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ae_core.baselines.denoisers import DENOISERS
from ae_core.config import TrainConfig
from ae_core.data import members
from ae_core.errors import UserError
from ae_core.evaluation import shared
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.runs import tables

FILE = tables.DENOISING
SIGMAS = (5, 15, 25, 35, 50, 75)
KINDS = ("clipped", "unclipped")
NOISE_SEED = 0
IMAGES = 1_000  # unless asked for more: the classics take milliseconds an image and level
BM3D_IMAGES = 16  # BM3D takes seconds

Progress = Callable[[float, str], None]
Method = Callable[[np.ndarray, float], np.ndarray]


def measure(
    run,
    data: str | None = None,
    images: int | None = None,
    progress: Progress | None = None,
    write: bool = True,
    network=None,
    bm3d: int = BM3D_IMAGES,
    sigmas: tuple[float, ...] = SIGMAS,
) -> dict:
    """Measure a denoiser beside its classical peers and write `denoising.json` into its folder.

    Args:
        run: an `ae_core.runs.Run` whose network was trained on noise.
        data: name of the data set to test on; default: the first that the run was trained on.
        images: use the first so many test images; default: at most 1,000.
        progress: called with (fraction 0 to 1, what is being done).
        write: False leaves the folder as it is.
        network: an inference wrapper to use instead of the run's `model.keras`.
        bm3d: BM3D gets the first so many images only, if it is installed; 0 leaves it out.
        sigmas: noise levels on the 0-255 scale.

    Returns:
        The content of the file. A block's `rows` have `method` (the network's name, "noisy" for the
        image as it came, or a name in `baselines.DENOISERS`), `sigma`, `noise`, `psnr` (dB, mean
        of the images'), `ssim`, `ms_per_image` and `images`; where those are not all of the block's,
        also `network_psnr`, the network's on the same few.

    Raises:
        UserError: a network that was not trained on noise, or images of another shape.
        DataMissing: the data set is not on this machine.
    """
    check_trained(run)
    if network is None:
        from ae_core import networks

        network = networks.load(run.model_path)
    dataset = shared.tested(data or members(run.config.data)[0], network)
    x = tables.test_images(dataset, images, IMAGES)
    tell = progress or (lambda fraction, text: None)
    methods = _methods(run.config, network, bm3d)
    jobs = [(kind, sigma, name) for kind in KINDS for sigma in sigmas for name in methods]
    rows, noisy, first = [], {}, {}
    for done, (kind, sigma, name) in enumerate(jobs):
        tell(done / len(jobs), f"{dataset.name}: {name}, sigma {sigma:g}, {kind}")
        if (kind, sigma) not in noisy:
            noisy = {(kind, sigma): corrupt(x, sigma, kind)}
        part = x[:bm3d] if name == "BM3D" else x
        row, x_hat = _row(name, methods[name], part, noisy[kind, sigma][: len(part)], sigma)
        first.setdefault((kind, sigma), x_hat)
        if len(part) < len(x):
            own = metrics.summary(part, first[kind, sigma][: len(part)])
            row["network_psnr"] = own["psnr"]
        rows.append({"method": name, "sigma": sigma, "noise": kind, **row})
    block = tables.about(dataset, len(x)) | {"noise_seed": NOISE_SEED, "rows": rows}
    tell(1.0, "done")
    return tables.put(run, FILE, block, write)


def check_trained(run) -> None:
    """Refuse a run that was not trained on Gaussian noise."""
    if run.config.noise.kind != "gaussian":
        raise UserError(
            "The run {run} was not trained on Gaussian noise, so its denoising is not measured; "
            "choose one that was.",
            run=run.id,
        )


def corrupt(x: np.ndarray, sigma: float, kind: str) -> np.ndarray:
    """Test noise: uint8 for "clipped", float32 for "unclipped"; the same draw for both."""
    if kind == "clipped":
        return noise.corrupt(x, Noise("gaussian", sigma), seed=NOISE_SEED)
    return noise.corrupt_unclipped(x, sigma, seed=NOISE_SEED)


def _row(name: str, method: Method, x, x_noisy, sigma: float) -> tuple[dict, np.ndarray]:
    # Imports are not what is timed, nor Keras's compiling: for one size, and once more for any.
    for count in (1,) if name in DENOISERS else (1, 2):
        method(x_noisy[:count], sigma)
    start = time.perf_counter()
    x_hat = method(x_noisy, sigma)
    spent = time.perf_counter() - start
    figures = metrics.summary(x, x_hat)
    return {
        "psnr": figures["psnr"],
        "ssim": figures["ssim"],
        "flat": figures["flat"],
        "ms_per_image": None if name == "noisy" else 1e3 * spent / len(x),
        "images": len(x),
    }, x_hat


def _methods(config: TrainConfig, network, bm3d: int) -> dict[str, Method]:
    beyond = config.noise.unclipped > 0

    def clean(x_noisy, sigma):
        if x_noisy.dtype == np.uint8:
            return shared.in_parts(lambda part: network.reconstruct(part, level=sigma), x_noisy)
        how = {"level": sigma, "beyond": beyond}
        return shared.in_parts(lambda part: network.reconstruct_float(part, **how), x_noisy)

    peers = {peer: m for peer, m in DENOISERS.items() if peer != "BM3D" or bm3d > 0}
    return {config.network: clean, "noisy": lambda x_noisy, sigma: noise.to_8_bit(x_noisy)} | peers
