"""``artifacts/FIGURES.md``: what was measured of the shipped runs, from the files beside them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from ae_core import runs
from ae_core.cli import tables as printed
from ae_core.errors import UserError
from ae_core.evaluation import photographs
from ae_core.evaluation.card import table
from ae_core.files import replacing
from ae_core.runs import tables
from ae_core.runs.store import Run, artifacts_dir

NAME = "FIGURES.md"
PLACEHOLDERS = "placeholders.md"
_ABOUT = """# Figures of the shipped networks

Written on {day} by `python -m ae_core.maintenance figures` from the measurements beside each network;
commands, seconds and machines are in `pretrained/*/README.md` and in the files named below.

MSE is on [0, 1] after rounding to 8 bits, PSNR the mean over the images. "Nominal" counts 32 bits a
code value, "stored" the bytes of 8-bit codes deflated together; weights count in neither. PCA has as
many values and was fitted on the images that the network was trained on. Real notMNIST: the official
10,000 test images. Real SVHN: 134 crops of the official training set, from other photographs than
those trained on; for non-commercial use (Netzer et al. 2011).
"""
_PARTS: dict[str, tuple[str, Callable[[dict], None], str]] = {
    tables.DENOISING: (
        "Denoising",
        printed.denoisers,
        "PSNR in dB / SSIM, mean over the images; every classical denoiser has the strength that was "
        "best on validation images at each level.",
    ),
    tables.RATE: (
        "Rate and quality",
        printed.rates,
        "Whole files are counted, headers too, weights not. The last lines say how many bits ours "
        "needs at equal quality (Bjøntegaard 2001).",
    ),
}


def text(found: list[Run], others: Sequence[photographs.Measured] = ()) -> str:
    """Return the figures of runs, and of what was measured without one, as Markdown.

    Raises:
        UserError: a measurement of one of them cannot be read.
    """
    parts = [_ABOUT.format(day=datetime.datetime.now(datetime.UTC).date()), table(found)]
    for name, (title, show, about) in _PARTS.items():
        for run in [*found, *others]:
            if blocks := tables.load(run, name):
                days = sorted({str(block["created"])[:10] for block in blocks})
                written = io.StringIO()
                with redirect_stdout(written):
                    show({"tests": blocks})
                parts.append(f"\n## {title}: `{run.id}`\n\nMeasured {', '.join(days)}. {about}\n")
                parts.append(f"```\n{written.getvalue().rstrip()}\n```")
    return "\n".join(parts) + "\n"


def _placeholders() -> str:
    """Return what tests/benchmarks/placeholders.py printed, under a heading; "" without it."""
    try:
        table = (photographs.measured().folder / PLACEHOLDERS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    return f"\n## Placeholders\n\n{table}"


def write() -> Path:
    """Write the figures of the shipped runs; return where.

    Raises:
        UserError: there are none, or one cannot be read.
    """
    found = [run for run in runs.list_runs() if run.pretrained]
    if not found:
        raise UserError("There are no shipped runs here.")
    path = artifacts_dir() / NAME
    with replacing(path) as temporary:
        written = text(found, [photographs.measured()]) + _placeholders()
        temporary.write_text(written, encoding="utf-8")
    return path
