"""Archives of many images against one mosaic of them per codec, at the same quality, in one run.

    python tests/benchmarks/archives.py --run numbers-codec [--images 10000] [--level 128]

Draws as many images as asked for (from seeds of their own: none was trained on), writes them into
one file, checks in another process that it gives back the encoder's pixels bit for bit, and prints
bytes and seconds; then the bytes that each image codec needs for a mosaic of at least that quality,
as a ratio to ours; then what random access costs: 64, 8 and 1 images to a stream. Everything in a
file counts, the network's weights do not.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from ae_core import networks, runs
from ae_core.baselines import codecs
from ae_core.codec import archive
from ae_core.images import grid, metrics

SEED, BLOCK = 77_000_000, 500
MOSAIC = 4_900  # images to a mosaic: more would be larger than WebP can be


def main() -> None:
    """Measure and print."""
    options = _options()
    codec = networks.load_codec(runs.get(options.run).model_path)
    x = _draw(codec.image_shape[2], options.images)
    begun = time.perf_counter()
    written = archive.write(list(x), codec, options.level)
    seconds = time.perf_counter() - begun
    shown = np.stack(written.pictures)
    ours, decibels = len(written.data), _psnr(x, shown)
    print(
        f"{len(x):,} drawn images, level {options.level}: {ours:,} bytes, {decibels:.2f} dB "
        f"(of the mean MSE), {8 * ours / len(x):.1f} bits an image, written in {seconds:.1f} s"
    )
    print(_in_another_process(written.data, options.run, shown))
    print("\n| codec, mosaics | bytes | dB | times ours |\n|---|---|---|---|")
    for name, peer in codecs.of(x.shape[-1]).items():
        size, reached = _peer(peer, x, decibels)
        print(f"| {name} | {size:,} | {reached:.2f} | {size / ours:.2f} |")
    print("\n| images to a stream | bytes | times one stream |\n|---|---|---|")
    for group in (64, 8, 1):
        size = len(archive.compress(list(x), codec, options.level, group))
        print(f"| {group} | {size:,} | {size / ours:.3f} |")


def _draw(channels: int, count: int) -> np.ndarray:
    if channels == 1:
        from ae_core.data.drawn.letters import draw
    else:
        from ae_core.data.drawn.numbers import draw
    sizes = [min(BLOCK, count - start) for start in range(0, count, BLOCK)]
    return np.concatenate([draw(size, SEED + i)[0] for i, size in enumerate(sizes)])


def _in_another_process(data: bytes, run: str, shown: np.ndarray) -> str:
    """Decompress with the program's own command and compare the pixels."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "all.aec", Path(folder) / "out"
        file.write_bytes(data)
        command = [sys.executable, "-m", "ae_core", "decompress", file, "-o", out, "--run", run]
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        back = np.stack([np.asarray(Image.open(p)) for p in sorted(out.iterdir())])
    same = np.array_equal(back.reshape(shown.shape), shown)
    return f"decompressed by another process in {seconds:.1f} s: pixels {'' if same else 'NOT '}equal"


def _peer(peer: codecs.Codec, x: np.ndarray, decibels: float) -> tuple[int, float]:
    """Bytes of mosaics at the codec's lowest listed quality that reaches the decibels, or highest."""
    parts = [x[i : i + MOSAIC] for i in range(0, len(x), MOSAIC)]
    for setting in peer.qualities:
        files = [peer.encode(grid.mosaic(part), setting) for part in parts]
        back = [
            grid.take(peer.decode(f, x.shape[3]), *x.shape[1:3])[: len(p)]
            for f, p in zip(files, parts, strict=True)
        ]
        size, reached = sum(map(len, files)), _psnr(x, np.concatenate(back))
        if reached >= decibels:
            break
    return size, reached


def _psnr(x: np.ndarray, x_hat: np.ndarray) -> float:
    return metrics.summary(x, x_hat)["psnr_of_mean_mse"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", default="numbers-codec")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--level", type=int, default=128)
    return parser.parse_args()


if __name__ == "__main__":
    main()
