"""``denoise``: take the noise off pictures that are noisy already, at their own size."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import outputs
from ae_core.errors import UserError
from ae_core.files import writing

DEFAULT_RUN = "photos-unet"
CROPS_RUN, CROPS = "numbers-unet", (32, 32, 3)  # what cuts of house numbers are, as SVHN has them


def add(commands) -> None:
    p = commands.add_parser(
        "denoise",
        help="take the noise off images that are noisy already",
        description="Send noisy images, files or folders of them, at their own size through a "
        "denoising network and write what it makes of them as PNG. How noisy each is, is estimated "
        "and said, or told with --level. No clean image is known, so there is no PSNR.",
    )
    p.add_argument("files", metavar="FILE", nargs="+", type=Path)
    outputs.add(p, "FOLDER", required=True)
    p.add_argument(
        "--run",
        help=f"a denoising network (default {DEFAULT_RUN}; {CROPS_RUN} for images of 32x32)",
    )
    told = {"low": 0, "high": 255, "help": "sigma of the noise, on the 0-255 scale"}
    entries.number(p, "--level", "--sigma", **told)
    p.add_argument(
        "--ensemble",
        action="store_true",
        help="send each image through turned and mirrored eight ways and take the mean: a little "
        "better, eight times as slow",
    )
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.set_defaults(do=denoise)


def denoise(options: argparse.Namespace) -> int:
    from ae_core import networks, runs
    from ae_core.cli import pictures
    from ae_core.cli.progress import StepBar
    from ae_core.machine import backends

    if options.run:
        _check(runs.get(options.run))
    given = pictures.each(options.files, options.output, ["-denoised"], options.replace)
    with writing(options.output, "choose"):
        options.output.mkdir(parents=True, exist_ok=True)
    backends.use(options.device)
    from ae_core.networks.whole import Whole

    @functools.cache
    def whole_of(name: str) -> tuple:
        run = runs.get(name)
        return run, Whole(networks.load(run.model_path), run.config)

    for path, stem, x in given:
        run, whole = whole_of(options.run or usual_run(x.shape))
        trained = run.config.noise
        level, said = noise_of(path, x, options.level)
        with StepBar() as bar:
            x_hat = whole.clean(
                x,
                min(level, trained.level),
                lambda done, total, name=path.name: bar.update(done, total, name),
                ensemble=options.ensemble,
            )
        name = pictures.write(options.output, f"{stem}-denoised", x_hat)
        if level > trained.level:
            said += f", {run.id} knows up to {trained.level:g}"
        print(f"{name}: {x.shape[1]}x{x.shape[0]}, {said}")
    return 0


def usual_run(shape: tuple[int, int, int]) -> str:
    """Return the shipped network for a picture (H, W, C): the one that has learned from such."""
    return CROPS_RUN if shape == CROPS else DEFAULT_RUN


def _check(run) -> None:
    noise = run.config.noise
    if noise.kind == "none" or not noise.level:
        raise UserError(
            "The run {run} was not trained on noise, so it removes none; choose one that was.",
            run=run.id,
        )


def noise_of(path: Path, x, given: float | None) -> tuple[float, str]:
    """Return the noise level of a picture, and how it is known in words.

    Of one that is too small for an estimate it is assumed, as on the page: the others go on.

    Raises:
        UserError: the level given is none.
    """
    from ae_core.images import sigma
    from ae_core.images.noise import Noise

    if given is not None:
        return Noise("gaussian", given).level, f"sigma {given:g} as told"
    try:
        found = sigma.estimate(x)
    except UserError:
        print(
            f"{path}: too small to estimate its noise, sigma {sigma.ASSUMED:g} is assumed; --level "
            "says another",
            file=sys.stderr,
        )
        return sigma.ASSUMED, f"sigma {sigma.ASSUMED:g} assumed"
    rough = ", roughly: fine texture of so small an image passes for noise"
    return found, f"sigma {found:.1f} estimated{rough if sigma.is_rough(x) else ''}"
