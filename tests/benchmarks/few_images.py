"""Does the default training help? Sets of few to many images, grey and colour, by code size.

    python tests/benchmarks/few_images.py [--quick] [--images 20 60 ...] [--codes 4 16 ...]
        [--network conv] [--enough]

Each row is one training as the program does it where nobody says otherwise, of own images: real ones
where they are (notMNIST and SVHN in AE_DATA_DIR, or a folder of photographs, --photographs), drawn
ones else. The figures are PSNR on the validation images: of what the training began with, of the
network that was kept, and of PCA with as many values, fitted to the same training images. It ends
with 1 where a training has ended below one of them. Of many images a training takes an hour: with
--enough each is cancelled once it has kept a network above both, for it can only keep a better one
later; its figure stands with a "≥".
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from ae_core import data, networks, runs  # noqa: E402
from ae_core.baselines import pca  # noqa: E402
from ae_core.config import TrainConfig  # noqa: E402
from ae_core.data.own import store  # noqa: E402
from ae_core.errors import DataMissing  # noqa: E402
from ae_core.machine import devices  # noqa: E402
from ae_core.networks import course  # noqa: E402

SIZES, CODES = (20, 60, 100, 500, 5_000), (4, 16, 64, 256)
QUICK = {"images": (20, 60), "codes": (16, 64)}
NETWORKS = ("conv", "dense")  # that begin at PCA, and have one code size
SIDE = 32  # pixels of crops of photographs
TRAINED_ON = 0.7  # of the images, as the program splits a set itself
SLACK = 0.005  # dB: the figures are rounded


def main(arguments=None) -> int:
    """Measure and print Markdown; return how many trainings have ended below what they should."""
    options = _options(arguments)
    sources = {kind: _source(kind, options) for kind in options.kinds}
    device = devices.resolve(options.device)
    os.environ.update(devices.for_training(device))
    print(f"{devices.cpu_name()}, {devices.cores()} cores; device {device}\n")
    print(
        "| images | kind | source | code | start | end | PCA | kept epoch | of | varied | seconds |"
    )
    print("|---" * 11 + "|", flush=True)
    below = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"AE_DATA_DIR": folder, "AE_ARTIFACTS_DIR": folder}
        for count in options.images:
            for kind, (source, x, held) in sources.items():
                trained = round(TRAINED_ON * count)
                if len(x) < trained or len(held) < count - trained:
                    continue
                both = np.concatenate([x[:trained], held[: count - trained]])
                parts = np.arange(count) >= trained
                store.save(f"{kind}-{count}", "Some", both, np.zeros(count), ["-"], parts=parts)
                for code in options.codes:
                    asked = {"network": options.network, "code": code, "device": device}
                    about = (f"own-{kind}-{count}", kind, source, count)
                    below += _row(*about, asked, options.enough)
    print(f"\n{below} below their start or PCA")
    return min(below, 1)


def _row(name: str, kind: str, source: str, count: int, asked: dict, enough: bool) -> bool:
    """Train once and print what came of it; return whether it is below what it should be."""
    import keras

    from ae_core.training import fit

    run, images = runs.create(networks.configure({"data": name, **asked})), data.load(name)
    code, x = run.config.code, images.validation.x
    linear = pca.fit(images.train.x, code).reconstruct(x)
    error = ((linear.astype(np.float64) - x) ** 2).reshape(len(x), -1).mean(axis=1)
    pca_psnr = float((10 * np.log10(255**2 / np.maximum(error, 1e-3))).mean())
    looks = []  # PSNR of each look so far, that of the start first

    def told(news: dict) -> None:
        if news["val_psnr"] is not None and news["val_psnr"] not in looks:
            looks.append(news["val_psnr"])

    def above() -> bool:
        return enough and len(looks) > 1 and max(looks) > max(looks[0], pca_psnr) + SLACK

    begun = time.perf_counter()
    ended = fit.fit(run, above, told)
    seconds = time.perf_counter() - begun
    keras.backend.clear_session()
    rows = run.history().to_dict("records")
    kept = rows[course.best(rows, run.config)]
    start, end = rows[0]["val_psnr"], kept["val_psnr"]
    print(
        f"| {count:,} | {kind} | {source} | {code} | {start:.2f} "
        f"| {'≥ ' if ended == 'cancelled' else ''}{end:.2f} | {pca_psnr:.2f} "
        f"| {kept['epoch']:.0f} | {rows[-1]['epoch']:.0f} of {run.config.epochs} "
        f"| {run.config.augment} | {seconds:.0f} |",
        flush=True,
    )
    run.remove()
    return end < max(start, pca_psnr) - SLACK


def _source(kind: str, options) -> tuple[str, np.ndarray, np.ndarray]:
    """Return what the images are, those to train on and those kept aside, uint8 (N, H, W, C), mixed.

    No photograph has crops in both.
    """
    random, most = np.random.default_rng(0), max(options.images)
    if options.photographs:
        paths = sorted(options.photographs.rglob("*"))
        paths = [p for p in paths if p.suffix.lower() in (".png", ".jpg", ".jpeg")]
        paths = [paths[place] for place in random.permutation(len(paths))]
        cut, trained = round(TRAINED_ON * len(paths)), round(TRAINED_ON * most)
        halves = ((paths[:cut], trained), (paths[cut:], most - trained))
        return "photographs", *(_photographs(*half, kind, options.side) for half in halves)
    for name in {"grey": ("notmnist", "letters"), "colour": ("svhn-full", "svhn", "numbers")}[kind]:
        try:
            parts = data.load(name)
        except DataMissing:
            continue
        both = (parts.train.x, parts.validation.x)
        return name, *(x[random.permutation(len(x))[:most]] for x in both)
    raise AssertionError("drawn images are always there")


def _photographs(paths: list[Path], most: int, kind: str, size: int) -> np.ndarray:
    """Cut one square a photograph, then a second of each, and so on; of ``size`` pixels a side."""
    from PIL import Image

    random, found = np.random.default_rng(0), []
    for place in range(most):
        with Image.open(paths[place % len(paths)]) as picture:
            side = min(*picture.size, 4 * size)
            left, top = (int(random.integers(0, length - side + 1)) for length in picture.size)
            part = picture.convert("RGB" if kind == "colour" else "L")
            part = part.crop((left, top, left + side, top + side)).resize((size, size))
        found.append(np.asarray(part).reshape(size, size, -1))
    return np.stack(found)


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK}")
    parser.add_argument("--images", type=int, nargs="+", help=f"default {SIZES}")
    parser.add_argument("--codes", type=int, nargs="+", help=f"default {CODES}")
    parser.add_argument(
        "--network", default=TrainConfig.network, choices=NETWORKS, help="default %(default)s"
    )
    parser.add_argument("--kinds", nargs="+", choices=("grey", "colour"), default=("grey", "colour"))
    parser.add_argument("--photographs", type=Path, metavar="FOLDER", help="instead of the sets")
    parser.add_argument("--side", type=int, default=SIDE, help=f"of photographs, default {SIDE}")
    parser.add_argument("--enough", action="store_true", help="cancel what is above start and PCA")
    parser.add_argument("--device", default="cpu", help="cpu (default), gpu, gpu:0, auto")
    options = parser.parse_args(arguments)
    options.images = options.images or (QUICK["images"] if options.quick else SIZES)
    options.codes = options.codes or (QUICK["codes"] if options.quick else CODES)
    return options


if __name__ == "__main__":
    sys.exit(main())
