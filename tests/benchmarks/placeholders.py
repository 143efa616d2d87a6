"""Placeholders: some ten bytes an image, ours beside BlurHash and ThumbHash.

    python tests/benchmarks/placeholders.py FOLDER [--every 4] [--sides 32,64]

The pictures of FOLDER, cut to squares and reduced. Figures: mean of the images' PSNR in dB, mean
SSIM, mean bytes. BlurHash's bytes are its characters, as it is stored; ThumbHash's those of the
hash. Ours, headers too: "a file each", and "one archive", the bytes of a file of all of them, each to
be decoded without the others. Images larger than the network's are reduced to its size and enlarged
again, as a placeholder is: "at 32". The ThumbHash package has no sound decoder (it takes the cosines
of the first pixel for all): the one below follows the format's own. What is printed belongs into
artifacts/measurements/photographs/placeholders.md, which artifacts/FIGURES.md repeats.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import blurhash
import numpy as np
import thumbhash
from PIL import Image

from ae_core import networks, runs
from ae_core.codec import archive, photo
from ae_core.images import metrics

BLUR = ((3, 2), (3, 3), (4, 3), (4, 4))  # components across and down: 16, 22, 28 and 36 characters
LEVELS = (0, 17, 34, 51)
RUN = "numbers-codec"


def main() -> None:
    options = _options()
    paths = sorted(options.folder.glob(options.names))[:: options.every]
    network = networks.load_codec(runs.get(RUN).model_path)
    for side in options.sides:
        x = np.stack([_square(path, side) for path in paths])
        print(
            f"\n{len(x)} pictures of {side}×{side}\n\n| | bytes | PSNR dB | SSIM |\n|---|---|---|---|"
        )
        for across, down in BLUR:
            hashes = [blurhash.encode(image, across, down) for image in x]
            shown = [np.array(blurhash.decode(text, side, side)) for text in hashes]
            _line(f"BlurHash {across}×{down}", sum(map(len, hashes)), x, shown)
        hashes = [thumbhash.rgba_to_thumb_hash(side, side, _rgba(image)) for image in x]
        _line("ThumbHash", sum(map(len, hashes)), x, [from_thumb_hash(h, side) for h in hashes])
        at = network.image_shape[0]
        small = x if side == at else np.stack([resized(image, at) for image in x])
        for level in LEVELS:
            _ours(f"{RUN} at {at}, level {level}", x, small, network, level)
        for level in LEVELS[::3]:
            _ours(f"codec for photographs, level {level}", x, x, photo.load(), level)


def _ours(name: str, x: np.ndarray, given: np.ndarray, network, level: int) -> None:
    written = archive.write(list(given), network, level, group=1)
    alone = sum(len(archive.compress([image], network, level)) for image in given)
    shown = [resized(image, x.shape[1]) for image in written.pictures]
    _line(f"{name}, a file each", alone, x, shown)
    _line(f"{name}, one archive", len(written.data), x, shown)


def _line(name: str, size: int, x: np.ndarray, shown: list) -> None:
    x_hat = np.stack(shown).astype(np.uint8)
    psnr, ssim = metrics.psnr(x, x_hat).mean(), metrics.ssim(x, x_hat).mean()
    print(f"| {name} | {size / len(x):.1f} | {psnr:.2f} | {ssim:.3f} |", flush=True)


def _square(path: Path, side: int) -> np.ndarray:
    with Image.open(path) as image:
        width, height = image.size
        left, top = (width - min(image.size)) // 2, (height - min(image.size)) // 2
        box = (left, top, left + min(image.size), top + min(image.size))
        return np.array(image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS, box))


def resized(x: np.ndarray, side: int) -> np.ndarray:
    """Return uint8 (side, side, 3) of uint8 (S, S, 3); itself where it has that side."""
    if len(x) == side:
        return x
    return np.array(Image.fromarray(x).resize((side, side), Image.Resampling.BICUBIC))


def _rgba(x: np.ndarray) -> list[int]:
    return np.dstack([x, np.full(x.shape[:2], 255, np.uint8)]).ravel().tolist()


def from_thumb_hash(found: list[int], side: int) -> np.ndarray:
    """Return the square picture of a hash without transparency, uint8 (side, side, 3)."""
    head, more = found[0] | found[1] << 8 | found[2] << 16, found[3] | found[4] << 8
    nibbles = iter([part for byte in found[5:] for part in (byte & 15, byte >> 4)])
    cosines = np.cos(np.pi / side * (np.arange(side) + 0.5) * np.arange(7)[:, None])

    def channel(mean: float, scale: float, count: int) -> np.ndarray:
        plane = np.full((side, side), mean)
        for down in range(count):
            for across in range(not down, count - down):
                weight = (next(nibbles) / 7.5 - 1) * scale
                plane += 2 * weight * cosines[down][:, None] * cosines[across]
        return plane

    count = max(3, more & 7)
    light = channel((head & 63) / 63, (head >> 18 & 31) / 31, count)
    yellow = channel((head >> 6 & 63) / 31.5 - 1, 1.25 * (more >> 3 & 63) / 63, 3)
    red = channel((head >> 12 & 63) / 31.5 - 1, 1.25 * (more >> 9 & 63) / 63, 3)
    b = light - 2 / 3 * yellow
    r = (3 * light - b + red) / 2
    return np.clip(np.rint(255 * np.stack([r, r - red, b], -1)), 0, 255).astype(np.uint8)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--names", default="clothing-*", help="which files (default clothing-*)")
    parser.add_argument("--every", type=int, default=4, help="every n-th alone (default 4)")
    parser.add_argument("--sides", type=lambda text: [*map(int, text.split(","))], default=[32, 64])
    return parser.parse_args()


if __name__ == "__main__":
    main()
