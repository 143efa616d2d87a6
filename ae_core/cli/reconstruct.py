"""``reconstruct``: send own images through a trained network."""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae_core.cli import options as entries
from ae_core.cli import outputs
from ae_core.errors import UserError
from ae_core.files import replacing, writing
from ae_core.images.noise import KINDS as NOISES

if TYPE_CHECKING:
    import numpy as np

COLUMNS = (
    "file width height resized output mse psnr nearly_constant ssim code_values noise level "
    "search psnr_before seconds"
).split()
_FIGURES = "figures.csv"


def add(commands) -> None:
    p = commands.add_parser(
        "reconstruct",
        help="send images through a trained network",
        description="Send images, files or folders of them, through a trained network and write what "
        "it makes of them as PNG, with a figures.csv beside them. A denoiser with skip connections "
        "takes them at their own size; for other networks they are cut to the middle and resized, "
        "or taken whole with --whole. Files that are no images are named and skipped.",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("files", metavar="FILE", nargs="+", type=Path)
    outputs.add(p, "FOLDER", required=True)
    p.add_argument("--noise", choices=NOISES, default="none", help="noise to add first")
    entries.number(
        p,
        "--level",
        low=0,
        high=255,
        help="how much noise is added; without --noise: how much a denoiser shall expect (default: "
        "estimated)",
    )
    drawn = {"default": 0, "help": "draw of the noise (default 0)"}
    entries.whole(p, "--seed", low=0, high=2**31 - 1, **drawn)
    p.add_argument(
        "--whole", action="store_true", help="images at their own size, in tiles that overlap"
    )
    entries.add_search(p)
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.set_defaults(do=reconstruct)


def reconstruct(options: argparse.Namespace) -> int:
    from ae_core import networks, runs
    from ae_core.cli import pictures
    from ae_core.cli.denoise import noise_of
    from ae_core.images.noise import KINDS, Noise, corrupt
    from ae_core.machine import backends

    run, steps = runs.get(options.run), options.search
    about = networks.kind(run.config.network)
    _check(options, run)
    level = options.level
    if level is None:
        level = KINDS[options.noise].default if options.noise != "none" else 0.0
    noise = Noise(options.noise, level)
    # What goes through a denoiser without any noise added is noisy itself: none of it is clean.
    noisy = not about.has_code and noise.kind == "none"
    outputs.check_folder(options.output, [_FIGURES], options.replace)
    endings = ["-reconstruction"] + ["-noisy"] * (noise.kind != "none")
    given = pictures.each(options.files, options.output, endings, options.replace)
    with writing(options.output, "choose"):
        options.output.mkdir(parents=True, exist_ok=True)
    backends.use(options.device)
    network = networks.load(run.model_path)
    whole = None
    if options.whole or about.reach:
        from ae_core.networks.whole import Whole

        whole = Whole(network, run.config)

    rows: list[dict[str, Any]] = []
    try:
        for path, stem, picture in given:
            x = picture if whole else pictures.fitted(path, picture, network.image_shape)
            size = picture.shape[1::-1]
            told, words = noise_of(path, picture, options.level) if noisy else (level, "")
            x_noisy = corrupt(x[None], noise, seed=options.seed, start=len(rows))
            x_hat = (
                whole.clean(x_noisy[0], told)[None] if whole else network.reconstruct(x_noisy, told)
            )
            before, begun = x_hat, time.monotonic()
            if steps:
                x_hat = network.reconstruct(x_noisy, told, search=steps)
            seconds = time.monotonic() - begun
            row = {"file": str(path), "width": size[0], "height": size[1]}
            row["resized"] = "no" if size == x.shape[1::-1] else f"{x.shape[1]}x{x.shape[0]}"
            row |= {"noise": noise.kind, "level": round(told, 2)}
            if not noisy:
                row |= _figures(x[None], x_hat)
            if not whole:
                row["code_values"] = math.prod(network.code_shape)
            row["output"] = pictures.write(options.output, f"{stem}-reconstruction", x_hat[0])
            if noise.kind != "none":
                pictures.write(options.output, f"{stem}-noisy", x_noisy[0])
            rows.append(row)
            searched = ""
            if steps:
                row |= {"search": steps, "psnr_before": _figures(x[None], before)["psnr"]}
                row["seconds"] = round(seconds, 3)
                said = _decibel(x[None], before)
                searched = f" (before the search {said}; it took {seconds:.2f} s)"
            print(f"{row['output']}: {words or f'PSNR {_decibel(x[None], x_hat)}'}{searched}")
    finally:  # also of those that were done before something ended it
        if rows:
            _write(rows, options.output)
    return 0


def _check(options: argparse.Namespace, run) -> None:
    """Refuse options that nothing would read."""
    from ae_core import networks
    from ae_core.cli import pictures

    if options.search and not networks.kind(run.config.network).has_code:
        raise UserError(
            "The network of {run} has no code to search for: leave out --search.", run=run.id
        )
    if options.search and options.whole:
        raise UserError("A search is for images of the network's own size: leave out --whole.")
    if options.noise == "none":
        pictures.check_level(options.level, run)


def _write(rows: list[dict[str, Any]], folder: Path) -> None:
    path = folder / _FIGURES
    with writing(folder, "choose"), replacing(path) as temporary:
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)


def _figures(x: np.ndarray, x_hat: np.ndarray) -> dict[str, Any]:
    from ae_core.images import metrics

    figures = metrics.summary(x, x_hat)
    return {
        "mse": f"{figures['mse']:.6f}",
        "psnr": "identical" if figures["psnr"] is None else round(figures["psnr"], 3),
        "nearly_constant": "yes" if figures["flat"] else "no",
        "ssim": "" if figures["ssim"] is None else f"{figures['ssim']:.4f}",
    }


def _decibel(x: np.ndarray, x_hat: np.ndarray) -> str:
    from ae_core.images import metrics

    figures = metrics.summary(x, x_hat)
    return metrics.in_words(figures["psnr"], figures["flat"])
