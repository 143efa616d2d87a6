"""``evaluate``: measure a run on test images."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import pictures, tables
from ae_core.cli.progress import Share, counted
from ae_core.errors import Cancelled, UserError
from ae_core.files import as_json
from ae_core.runs import tables as measurements

_TITLES = {
    "unseen": "  without those",
    "stored": "code in 8 bits",
    "searched": "codes searched for",
    "pca": "PCA, as many values",
    "pca_for_psnr": "PCA fitted for PSNR",
    "noisy": "noisy input",
}
_GOES_WITH = {
    "bm3d": "denoising",
    "pictures": "denoising",
    "classics": "pictures",
    "clipped": "pictures",
    "ensemble": "pictures",
}
_OF_TEST_IMAGES = ("bm3d", "data")


def add(commands) -> None:
    p = commands.add_parser(
        "evaluate",
        help="measure a run on its test images",
        description="Measure a run on its test images, with PCA of the same code size beside it, "
        "and write evaluation.json into its folder. With --rate-quality or --denoising, measure it "
        "beside the codecs or the denoisers of the world instead.",
    )
    p.add_argument(
        "run",
        metavar="RUN",
        nargs="+",
        help="name of a run (see: runs list); with --rate-quality many",
    )
    p.add_argument("--data", metavar="NAME", help="other test images than those of its own data")
    of_each = {"metavar": "N", "help": "use the first N test images of each set"}
    entries.whole(p, "--images", low=1, **of_each)
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.add_argument("--json", action="store_true", help="print the file that is written")
    what = p.add_mutually_exclusive_group()
    what.add_argument(
        "--rate-quality",
        action="store_true",
        help="networks with a code beside JPEG, WebP, AVIF, JPEG 2000 and PCA, in bits and quality; "
        "with --data any images of their size. A rate network alone has its rate_quality.json in its "
        "own folder (at most 1,000 images unless --images says more), other runs have a folder in "
        "artifacts/rates (200)",
    )
    what.add_argument(
        "--denoising",
        action="store_true",
        help="a denoiser beside the classical ones, at six noise levels: writes denoising.json (at "
        "most 1,000 images unless --images says more)",
    )
    entries.whole(
        p,
        "--bm3d",
        low=0,
        metavar="N",
        help="with --denoising: BM3D, where installed, gets N images (default 16)",
    )
    p.add_argument(
        "--pictures",
        metavar="FOLDER",
        type=Path,
        help="with --denoising: whole images of any size instead of test images, at sigma 15, 25 "
        "and 50",
    )
    entries.whole(
        p,
        "--classics",
        low=0,
        metavar="N",
        help="with --pictures: every classical denoiser gets the first N (default 4)",
    )
    p.add_argument(
        "--clipped",
        action="store_true",
        help="with --pictures: measured with noise clipped to 8 bits too, which takes twice as long",
    )
    p.add_argument(
        "--ensemble",
        action="store_true",
        help="with --pictures: besides, each image goes through turned and mirrored eight ways and "
        "the mean counts, which takes eight times as long",
    )
    p.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--ordered", metavar="NAME", help=argparse.SUPPRESS)  # of its folder
    p.set_defaults(do=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    from ae_core import networks, runs
    from ae_core.machine import backends

    found = [runs.get(name) for name in dict.fromkeys(options.run)]
    run = found[0]
    if options.job:
        from ae_core.evaluation import job

        job.work(run)
        return 0
    if found[1:] and not options.rate_quality:
        raise UserError("One run at a time is measured, but for --rate-quality.")
    _check(options, run)
    backends.use(options.device)
    if (
        options.ordered
        or found[1:]
        or (options.rate_quality and not networks.kind(run.config.network).bits)
    ):
        return _beside(found, options)
    if options.rate_quality:
        return _rate_quality(run, options)
    if options.denoising:
        return _denoising(run, options)
    return test(run, options.data, options.images, options.json)


def _check(options: argparse.Namespace, run) -> None:
    """Refuse options that nothing would read, and more test images than there are."""
    from ae_core import data

    for name in (*_GOES_WITH, "data"):
        value = getattr(options, name)
        if value is None or value is False:  # 0 is an answer
            continue
        other = _GOES_WITH.get(name)
        if other and not getattr(options, other):
            raise UserError("--{option} goes with --{other}.", option=name, other=other)
        if options.pictures and name in _OF_TEST_IMAGES:
            raise UserError("--{option} does not go with --pictures.", option=name)
    if options.images is not None and not options.pictures:
        for name in data.members(options.data or run.config.data):
            pictures.of_test(name, options.images)


def test(run, data: str | None = None, images: int | None = None, json: bool = False) -> int:
    """Measure a run on test images, and print the figures."""
    from ae_core.evaluation import evaluate as evaluation

    with Share() as share:
        result = evaluation.evaluate(run, data, share.update, images)
    return _print(result, show, json)


def _rate_quality(run, options: argparse.Namespace) -> int:
    from ae_core.evaluation import rate_quality

    with Share() as share:
        result = rate_quality.measure(run, options.data, options.images, share.update)
    return _print(result, tables.savings, options.json)


def _beside(found, options: argparse.Namespace) -> int:
    """Measure networks on one set into a folder of their own; the page shows it too."""
    from ae_core import data
    from ae_core.evaluation import rate_jobs

    if options.ordered:
        made = rate_jobs.get(options.ordered)
    else:
        name = options.data or data.members(found[0].config.data)[0]
        images = rate_jobs.IMAGES if options.images is None else options.images
        made = rate_jobs.create(rate_jobs.Order(name, tuple(run.id for run in found), images))
    with Share() as share:
        if rate_jobs.work(made, share.update) == "cancelled":
            raise Cancelled
    result = {"tests": measurements.load(made, measurements.RATE)}
    code = _print(result, tables.rates, options.json)
    print(made.folder, file=sys.stderr)
    return code


def _denoising(run, options: argparse.Namespace) -> int:
    from ae_core.evaluation import denoising
    from ae_core.evaluation import pictures as folders

    found: list[tuple[Path, dict]] = []  # is said where no bar is drawn any more
    with Share() as share:
        if options.pictures:
            how = {"changed": lambda *one: found.append(one)}
            how |= {} if options.classics is None else {"classics": options.classics}
            how |= {"kinds": denoising.KINDS} if options.clipped else {}
            how["ensemble"] = options.ensemble
            result = folders.measure(run, options.pictures, options.images, share.update, **how)
        else:
            how = {} if options.bm3d is None else {"bm3d": options.bm3d}
            result = denoising.measure(run, options.data, options.images, share.update, **how)
    changed = pictures.Changed()
    for path, notes in found:
        changed.say(path, notes)
    changed.say_others()
    return _print(result, tables.denoisers, options.json)


def _print(result: dict, show, json: bool) -> int:
    if json:
        print(as_json(result))
    else:
        show(result)
    return 0


def show(result: dict) -> None:
    """Print an evaluation as a small table."""
    noise, code = result["noise"], result["code"]
    if noise["kind"] != "none":
        print(f"noise: {noise['kind']} {noise['level']:g}, seed {result['noise_seed']}")
    if code and code.get("values"):
        print(
            f"code: {counted(code['values'], 'value')}, nominal {code['nominal_ratio']:.3g} : 1, "
            f"stored {code['stored_ratio']:.3g} : 1"
        )
    for test in result["tests"]:
        print(
            f"{test['data']}: {counted(test['images'], 'image')} ({test['origin']}), "
            f"{test['duplicates']:,} of them also in the training images"
        )
        for what, figures in measurements.figures(test).items():
            print(f"  {_TITLES.get(what, what):20} {line(figures)}")


def line(summary: dict) -> str:
    """Write a quality summary on one line."""
    words = []
    if summary.get("mse") is not None:
        words.append(f"MSE {summary['mse']:.5f}")
    from ae_core.images import metrics

    psnr = metrics.in_words(summary.get("psnr"), summary.get("flat", 0.0))
    words.append(psnr if summary.get("psnr") is None else f"PSNR {psnr}")
    if summary.get("ssim") is not None:
        words.append(f"SSIM {summary['ssim']:.4f}")
    return "  ".join(words)
