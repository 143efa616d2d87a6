"""``reconstruct``: send own images through a trained network."""

from __future__ import annotations

import argparse
import csv
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae_core.cli import options as entries
from ae_core.errors import UserError
from ae_core.files import replacing, writing
from ae_core.images.noise import KINDS as NOISES

if TYPE_CHECKING:
    import numpy as np

COLUMNS = (
    "file width height resized output mse psnr ssim code_values noise level "
    "search psnr_before seconds"
).split()


def add(commands) -> None:
    p = commands.add_parser(
        "reconstruct",
        help="send images through a trained network",
        description="Send images through a trained network and write what it makes of them as "
        "PNG, with a figures.csv beside them. Images of another size are cut to the square in "
        "the middle and resized; files that are no images are named and skipped.",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("files", metavar="FILE", nargs="+", type=Path)
    p.add_argument("-o", "--output", metavar="FOLDER", type=Path, required=True)
    p.add_argument("--noise", choices=NOISES, default="none", help="noise to add first")
    p.add_argument(
        "--level",
        type=float,
        help="how much noise is added; without --noise: how much a denoiser shall expect",
    )
    p.add_argument("--seed", type=int, default=0, help="draw of the noise (default 0)")
    entries.add_search(p)
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.set_defaults(do=reconstruct)


def reconstruct(options: argparse.Namespace) -> int:
    from ae_core import networks, runs
    from ae_core.images import files
    from ae_core.images.noise import KINDS, Noise, corrupt
    from ae_core.machine import backends

    run, steps = runs.get(options.run), entries.check_search(options)
    level = options.level
    if level is None:
        level = KINDS[options.noise].default if options.noise != "none" else 0.0
    noise = Noise(options.noise, level)
    with writing(options.output, "choose"):
        options.output.mkdir(parents=True, exist_ok=True)
    backends.use(options.device)
    network = networks.load(run.model_path)

    rows: list[dict[str, Any]] = []
    for path in options.files:
        try:
            whole = files.read(path)
        except UserError as error:
            print(f"skipped {path}: {error}", file=sys.stderr)
            continue
        x = files.fit(whole, network.image_shape)[None]
        size = whole.shape[1::-1]
        x_noisy = corrupt(x, noise, seed=options.seed, start=len(rows))
        before = network.reconstruct(x_noisy, level)
        begun = time.monotonic()
        x_hat = network.reconstruct(x_noisy, level, search=steps) if steps else before
        seconds = time.monotonic() - begun
        row = {"file": str(path), "width": size[0], "height": size[1]}
        row["resized"] = "no" if size == x.shape[2:0:-1] else f"{x.shape[2]}x{x.shape[1]}"
        if row["resized"] != "no":
            print(f"{path}: cut and resized from {size[0]}x{size[1]} to {row['resized']}")
        row |= {"noise": noise.kind, "level": level, **_figures(x, x_hat, network)}
        row["output"] = _write(options.output, path, rows, x_hat[0], "reconstruction")
        if noise.kind != "none":
            _write(options.output, path, rows, x_noisy[0], "noisy")
        rows.append(row)
        psnr = row["psnr"] if isinstance(row["psnr"], str) else f"{row['psnr']:.2f} dB"
        searched = ""
        if steps:
            row |= {"search": steps, "psnr_before": _figures(x, before, network)["psnr"]}
            row["seconds"] = round(seconds, 3)
            searched = f" (before the search {row['psnr_before']}; it took {seconds:.2f} s)"
        print(f"{row['output']}: PSNR {psnr}{searched}")
    if not rows:
        raise UserError("None of the files could be read as an image; nothing was written.")
    path = options.output / "figures.csv"
    with writing(path.parent, "choose"), replacing(path) as temporary:
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)
    return 0


def _figures(x, x_hat, network) -> dict[str, Any]:
    from ae_core.images import metrics

    psnr = float(metrics.psnr(x, x_hat)[0])
    try:
        ssim = f"{float(metrics.ssim(x, x_hat)[0]):.4f}"
    except UserError:  # images smaller than its window
        ssim = ""
    return {
        "mse": f"{float(metrics.mse(x, x_hat)[0]):.6f}",
        "psnr": "identical" if psnr == float("inf") else round(psnr, 3),
        "ssim": ssim,
        "code_values": math.prod(network.code_shape),
    }


def _write(folder: Path, source: Path, rows: list[dict], image: np.ndarray, what: str) -> str:
    """Write one PNG; two sources of one name get different files."""
    from ae_core.images import files

    twins = sum(Path(row["file"]).stem == source.stem for row in rows)
    name = f"{source.stem}{f'-{twins + 1}' if twins else ''}-{what}.png"
    with writing(folder, "choose"), replacing(folder / name) as temporary:
        temporary.write_bytes(files.png(image))
    return name
