"""``evaluate``: measure a run on test images."""

from __future__ import annotations

import argparse
import json

from ae_core.cli.progress import StepBar


def add(commands) -> None:
    p = commands.add_parser(
        "evaluate", help="measure a run on its test images",
        description="Measure a run on its test images, with PCA of the same code size beside it, "
        "and write evaluation.json into its folder.",
    )  # fmt: skip
    p.add_argument("run", metavar="RUN")
    p.add_argument("--data", metavar="NAME", help="other test images than those of its own data")
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.add_argument("--json", action="store_true", help="print evaluation.json")
    p.set_defaults(do=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    import os

    from ae_core import devices, runs

    run = runs.get(options.run)
    os.environ.update(devices.environment(devices.resolve(options.device)))
    from ae_core import evaluation

    with StepBar() as bar:
        result = evaluation.evaluate(
            run, data=options.data, progress=lambda part, words: bar.update(part, 1, words)
        )
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
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
            f"code: {code['values']} values, nominal {code['nominal_ratio']:.3g} : 1, "
            f"stored {code['stored_ratio']:.3g} : 1"
        )
    for test in result["tests"]:
        print(
            f"{test['data']}: {test['images']:,} images ({test['origin']}), {test['duplicates']:,} "
            "of them also in the training images"
        )
        rows = [("network", "network"), ("network_without_duplicates", "  without those")]
        rows += [("pca", "PCA, as many values"), ("noisy", "noisy input")]
        for key, title in rows:
            if test.get(key):
                print(f"  {title:20} {line(test[key])}")
        stored = (test.get("stored") or {}).get("summary")
        if stored:
            print(f"  {'code in 8 bits':20} {line(stored)}")


def line(summary: dict) -> str:
    """Write a quality summary on one line."""
    words = []
    if summary.get("mse") is not None:
        words.append(f"MSE {summary['mse']:.5f}")
    words.append("identical" if summary.get("psnr") is None else f"PSNR {summary['psnr']:.2f} dB")
    if summary.get("ssim") is not None:
        words.append(f"SSIM {summary['ssim']:.4f}")
    return "  ".join(words)
