"""The shipped denoiser against the classics: one run, the same noisy test images, one table.

    python tests/benchmarks/denoising.py --run RUN_ID [--images 128] [--bm3d 8]

Real SVHN test crops when the data folder (AE_DATA_DIR) has them, else drawn house numbers. Gaussian
noise with sigma 15, 25, 50, clipped and rounded to 8 bits as the program does it, and unclipped as
papers do. All methods are told sigma and all give back 8-bit images. Figures: mean of the images'
PSNR in dB / mean SSIM; ms an image on this machine, all methods in this process one after another;
time as a ratio to the network (without --run: to wavelets). BM3D takes about 2 s an image: it gets
the first --bm3d images, and the network is then shown on those images too.
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from ae_core import data
from ae_core.baselines.denoisers import DENOISERS, non_local_means
from ae_core.errors import UserError
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise

SIGMAS = (15, 25, 50)


def main(arguments=None) -> None:
    """Measure and print a Markdown table."""
    options = _options(arguments)
    dataset = data.load("svhn" if _is_ready("svhn") else "numbers")
    x = dataset.test.x[: options.images]
    network = _network(options.run) if options.run else None
    methods = _methods(network)

    print(f"{dataset.title}: the first {len(x)} test images; {dataset.origin}\n")
    print("| noise | method | images | " + " | ".join(f"σ = {s}" for s in SIGMAS), end="")
    print(" | ms an image | time |\n|---|---|---|" + "---|" * (len(SIGMAS) + 2))
    for kind, draw in (("clipped", _clipped), ("unclipped", noise.corrupt_unclipped)):
        rows = [(name, x, method) for name, method in methods.items() if name != "BM3D"]
        if "BM3D" in methods and options.bm3d:
            few = x[: options.bm3d]
            rows.append(("BM3D", few, methods["BM3D"]))
            if network and len(few) < len(x):
                rows.append(("network, BM3D's images", few, methods["network"]))
        reference = None
        for name, images, method in rows:
            cells, seconds = _measure(images, draw, method)
            if name == ("network" if network else "wavelets"):
                reference = seconds
            _print_row(kind, name, len(images), cells, seconds, reference)


def _methods(network) -> dict:
    """Name -> denoise(x_noisy, sigma); the reference of the time ratios comes before its peers."""
    methods = {"network": partial(_denoise, network)} if network else {}
    methods["noisy"] = _as_it_is
    methods |= DENOISERS
    methods["non-local means, h = 0.6 σ"] = partial(non_local_means, strength=0.6)
    return methods


def _measure(x, draw, method) -> tuple[list[str], float]:
    """Cells "PSNR / SSIM" for each sigma, and mean seconds an image."""
    cells, seconds = [], 0.0
    method(draw(x[:1], SIGMAS[0]), SIGMAS[0])  # imports and compiling are not what is timed
    for sigma in SIGMAS:
        x_noisy = draw(x, sigma)
        start = time.perf_counter()
        x_hat = method(x_noisy, sigma)
        seconds += time.perf_counter() - start
        figures = metrics.summary(x, x_hat)
        cells.append(f"{figures['psnr']:.2f} / {figures['ssim']:.3f}")
    return cells, seconds / len(SIGMAS) / len(x)


def _print_row(kind, name, count, cells, seconds, reference) -> None:
    ratio = f"{seconds / reference:.2g}×" if reference and name != "noisy" else ""
    spent = f"{1e3 * seconds:.2f}" if name != "noisy" else ""
    print(f"| {kind} | {name} | {count} | {' | '.join(cells)} | {spent} | {ratio} |", flush=True)


def _as_it_is(x_noisy, sigma):
    return np.clip(np.rint(x_noisy), 0, 255).astype(np.uint8)


def _clipped(x, sigma):
    return noise.corrupt(x, Noise("gaussian", sigma))


def _denoise(network, x_noisy, sigma):
    if x_noisy.dtype.kind == "f":
        return network.reconstruct_float(x_noisy, level=sigma)
    return network.reconstruct(x_noisy, level=sigma)


def _network(run_id: str):
    from ae_core import networks, runs

    return networks.load(runs.get(run_id).model_path)


def _is_ready(name: str) -> bool:
    return any(entry.name == name and state == "ready" for entry, state in data.available())


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", help="id of a trained denoiser (see: python -m ae_core runs list)")
    parser.add_argument("--images", type=int, default=128, help="test images (default 128)")
    parser.add_argument(
        "--bm3d", type=int, default=8, help="images for BM3D, if it is installed (default 8)"
    )
    options = parser.parse_args(arguments)
    if options.images < 1 or options.bm3d < 0:
        parser.error("--images must be at least 1 and --bm3d at least 0")
    return options


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"denoising.py: {error}")
