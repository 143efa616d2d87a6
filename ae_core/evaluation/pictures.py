"""A denoiser on a folder of pictures of any size, and the classical ones on the first of them.

    picture --> Gaussian noise (seed 0, its number) --> whole through the network --> quality

The result is a block of `denoising.json` as :mod:`ae_core.evaluation.denoising` writes it, named as
the folder, so that everything which shows that file shows it too.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae_core.baselines.denoisers import DENOISERS
from ae_core.errors import Message, UserError
from ae_core.evaluation.denoising import NOISE_SEED, check_trained
from ae_core.images import files, folders, metrics, noise
from ae_core.images.noise import Noise
from ae_core.machine import provenance
from ae_core.machine.processes import expanded
from ae_core.runs import tables

SIGMAS = (15, 25, 50)  # the levels of the denoising literature
ENSEMBLE = "{network} ×8"  # the method of a row in which a picture went through eight ways
CLASSICS = 4  # pictures that the classical denoisers get: they take seconds for each

Progress = Callable[[float, str], None]


def measure(
    run,
    folder: Path,
    images: int | None = None,
    progress: Progress | None = None,
    write: bool = True,
    classics: int = CLASSICS,
    kinds: tuple[str, ...] = ("unclipped",),
    sigmas: tuple[float, ...] = SIGMAS,
    ensemble: bool = False,
    changed: folders.Changed | None = None,
) -> dict:
    """Measure a denoiser on the pictures in a folder and put the block into its `denoising.json`.

    Args:
        run: an `ae_core.runs.Run` whose network was trained on Gaussian noise.
        folder: its name becomes that of the block; what lies in folders within is left alone.
        images: use the first so many, by their names; default: all.
        progress: called with (fraction 0 to 1, what is being done).
        write: False leaves the folder of the run as it is.
        classics: every classical denoiser gets the first so many of these pictures.
        kinds: how noise is added, of `denoising.KINDS`.
        sigmas: noise levels on the 0-255 scale.
        ensemble: besides, each picture goes through eight ways, as `Whole.clean` can; see `ENSEMBLE`.
        changed: called with each picture and what reading changed of it (`ae_core.images.files`).

    Returns:
        The content of the file. Beside what `denoising.measure` says, the block has `megapixels`,
        the mean of the pictures', and `grey`, whether all of them are; and no SSIM.

    Raises:
        UserError: a network that was not trained on Gaussian noise; a folder without pictures, or
            one that cannot be read; a picture that cannot be.
    """
    check_trained(run)
    tables.check_images(images)
    paths = folders.images_in(expanded(folder))[:images]
    if not paths:
        raise UserError("There is no image in the folder {folder}.", folder=folder)
    from ae_core import networks
    from ae_core.networks.whole import Whole

    whole, name = Whole(networks.load(run.model_path), run.config), run.config.network
    tell = progress or (lambda fraction, text: None)
    found: dict[tuple, list[dict]] = defaultdict(list)
    pixels, prints, compiled, channels = [], {}, None, set()
    # One after another of a size: for each size the network is compiled anew.
    order = sorted(range(len(paths)), key=lambda place: _size(paths[place]))
    for done, place in enumerate(order):
        tell(done / len(order), f"{folder.name}: {paths[place].name}")
        x = folders.read(paths[place], changed)
        pixels.append(x.shape[0] * x.shape[1])
        channels.add(x.shape[2])
        prints[place] = hashlib.sha256(str(x.shape).encode() + x.tobytes()).digest()
        if x.shape != compiled:  # compiling is not what is timed
            whole.clean(x, 0.0)
            compiled = x.shape
        for kind in kinds:
            for sigma in sigmas:
                x_noisy = _noisy(x, sigma, kind, place)
                own = _row(x, lambda z, s: whole.clean(z, s), x_noisy, sigma)
                found[kind, sigma, name].append(own)
                if ensemble:
                    row = _row(x, lambda z, s: whole.clean(z, s, ensemble=True), x_noisy, sigma)
                    found[kind, sigma, ENSEMBLE.format(network=name)].append(row)
                given = noise.to_8_bit(x_noisy)
                found[kind, sigma, "noisy"].append(_figures(x, given) | {"ms_per_image": None})
                for peer, method in DENOISERS.items() if place < classics else ():
                    row = _row(x, lambda z, s, m=method: m(z[None], s)[0], x_noisy, sigma)
                    found[kind, sigma, peer].append(row | {"network_psnr": own["psnr"]})
    rows = [
        {"method": method, "sigma": sigma, "noise": kind, **_mean(each, len(paths))}
        for (kind, sigma, method), each in found.items()
    ]
    block = {
        "data": folder.name,
        "origin": Message("own pictures: {count:,}", count=len(paths)),
        "fingerprint": hashlib.sha256(b"".join(prints[p] for p in sorted(prints))).hexdigest()[:16],
        "images": len(paths),
        "megapixels": float(np.mean(pixels)) / 1e6,
        "grey": channels == {1},
        "machine": provenance.machine(),
        "versions": provenance.versions(),
        "created": provenance.now(),
        "noise_seed": NOISE_SEED,
        "rows": rows,
    }
    tell(1.0, "done")
    return tables.put(run, tables.DENOISING, block, write)


def _size(path: Path) -> tuple[int, int]:
    try:
        head = files.head(path)
    except UserError as error:
        raise UserError("{path}: {reason}", path=path, reason=error) from error
    return head.width, head.height


def _noisy(x: np.ndarray, sigma: float, kind: str, place: int) -> np.ndarray:
    """Return a picture with the noise of its place in the folder, whichever others are measured."""
    if kind == "clipped":
        return noise.corrupt(x[None], Noise("gaussian", sigma), NOISE_SEED, start=place)[0]
    return noise.corrupt_unclipped(x[None], sigma, NOISE_SEED, start=place)[0]


def _row(x: np.ndarray, method: Callable, x_noisy: np.ndarray, sigma: float) -> dict:
    start = time.perf_counter()
    x_hat = method(x_noisy, sigma)
    spent = 1e3 * (time.perf_counter() - start)
    return _figures(x, x_hat) | {"ms_per_image": spent}


def _figures(x: np.ndarray, x_hat: np.ndarray) -> dict:
    """Return the figures of a picture; SSIM of a large one takes longer than all the rest."""
    psnr = float(metrics.psnr(x[None], x_hat[None])[0])
    known = psnr if np.isfinite(psnr) else None
    return {"psnr": known, "ssim": None, "flat": metrics.flat_share(x[None])}


def _mean(each: list[dict], images: int) -> dict:
    """Return the means of a method's figures over pictures; the network's only beside fewer ones."""
    names = [name for name in each[0] if name != "network_psnr" or len(each) < images]
    known = {name: [row[name] for row in each if row[name] is not None] for name in names}
    means = {name: float(np.mean(values)) if values else None for name, values in known.items()}
    return means | {"images": len(each)}
