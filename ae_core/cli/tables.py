"""Long measurements in a terminal: their progress, and their tables as text."""

from __future__ import annotations

import sys
import time

from ae_core.cli.progress import clock

SECONDS_BETWEEN_LINES = 10.0


class Share:
    """Says how much of a long job is done: one bar in a terminal, a line now and then elsewhere."""

    def __init__(self):
        self._bar = None
        self._start = time.monotonic()
        self._said = -SECONDS_BETWEEN_LINES

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, done: float, words: str) -> None:
        """Take a share from 0 to 1, and what is being done now."""
        if sys.stderr.isatty():
            self._draw(done, words)
            return
        spent = time.monotonic() - self._start
        if spent - self._said >= SECONDS_BETWEEN_LINES or done >= 1:
            self._said = spent
            rest = f"ETA {clock(spent * (1 - done) / done)}  " if 0.02 < done < 1 else ""
            print(f"{done:4.0%}  {clock(spent)}  {rest}{words}", file=sys.stderr, flush=True)

    def _draw(self, done: float, words: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            form = "{percentage:3.0f}% |{bar}| {elapsed}  ETA {remaining}  {desc}"
            self._bar = tqdm(total=1, bar_format=form, dynamic_ncols=True)
        self._bar.n = done
        self._bar.set_description_str(words)


def savings(block: dict) -> None:
    """Print how many bits our codec needs beside every other one, on one data set."""
    print(f"{block['data']}: {block['images']:,} test images ({block['origin']})")
    print(f"  {'ours against':28}{'bits':>8}  at equal quality, over")
    for row in block["bd_rate"]:
        name = f"{row['against']}, {row['against_accounting']}"
        if row["percent"] is None:
            print(f"  {name:28}{'-':>8}  fewer than four points, or no common quality")
            continue
        span = f"{row['from_db']:.1f} to {row['to_db']:.1f} dB"
        everywhere = ", fewer everywhere from 24 to 34 dB" if row["fewer_bits_everywhere"] else ""
        print(f"  {name:28}{row['percent']:+7.1f}%  {span}{everywhere}")


def denoisers(block: dict) -> None:
    """Print PSNR and SSIM of every denoiser at every noise level, on one data set."""
    print(f"{block['data']}: {block['images']:,} test images ({block['origin']})")
    for kind in dict.fromkeys(row["noise"] for row in block["rows"]):
        rows = [row for row in block["rows"] if row["noise"] == kind]
        sigmas = list(dict.fromkeys(row["sigma"] for row in rows))
        print(f"  {kind + ' noise, sigma':24}" + "".join(f"{sigma:>15g}" for sigma in sigmas))
        for method in dict.fromkeys(row["method"] for row in rows):
            own = [row for row in rows if row["method"] == method]
            cells = "".join(f"{_quality(row):>15}" for row in own)
            few = f"  ({own[0]['images']} images)" if own[0]["images"] < block["images"] else ""
            print(f"  {method:24}{cells}{few}")


def _quality(row: dict) -> str:
    ssim = "" if row["ssim"] is None else f" / {row['ssim']:.3f}"
    return "identical" if row["psnr"] is None else f"{row['psnr']:.2f}{ssim}"
