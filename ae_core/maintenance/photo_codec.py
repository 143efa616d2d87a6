"""Fit the codec for photographs to a folder of photographs, and write its numbers.

First photographs are quantised by a plain dead zone, and the networks of `photo.scales` learn from
these whole numbers. Then photographs are compressed with these networks: the tables are counted anew
from what is really sent, and the filters of `photo.sharpen` are fitted to what is really decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ae_core.codec.photo import coder, numbers, picture, wavelet
from ae_core.errors import UserError
from ae_core.files import replacing, writing
from ae_core.images import folders
from ae_core.maintenance import photo_scales, photo_sharpener

ASIDE = 30  # every so manieth photograph is left out, to choose settings on
DEAD_ZONE = 0.15  # of a step, beyond half a step
LEVELS = (20, 235), (15, 205)  # of the two rounds
PHOTOGRAPHS = 160, 110
ROWS = (500, 250, 120, 60, 30), (900, 450, 200, 100, 50)  # of a step, by depth
STEPS, BATCH, RATE = 800, 512, 0.004


def fit(
    folder: Path,
    output: Path,
    tell: Callable[..., None] = print,
    changed: folders.Changed | None = None,
) -> None:
    """Fit the codec and write its numbers.

    Args:
        folder: its images are read; a grey one counts as one in colour.
        output: the file to write.
        tell: called with words on how far it is.
        changed: called with a photograph and what reading changed of it.

    Raises:
        UserError: there are no photographs, or one cannot be read; the file cannot be written.
    """
    paths = folders.images_in(Path(folder))
    paths = [path for i, path in enumerate(paths) if i % ASIDE]
    if not paths:
        raise UserError("{folder} holds no photographs.", folder=folder)
    rng = np.random.default_rng(0)
    some = list(_chosen(paths, 0, rng, changed))
    rows = photo_scales.samples(((level, _dead_zone(x, level)) for x, level in some), ROWS[0], rng)
    tell(f"{len(some)} photographs, {sum(len(seen) for seen, _ in rows):,} rows")
    trained = photo_scales.train(rows, photo_scales.begun(0), STEPS, BATCH, RATE, tell)
    scales, pairs = photo_scales.whole(rows, trained), []

    def coded() -> Iterator[tuple[int, list]]:
        for x, level in _chosen(paths, 1, rng, changed):
            bands, lows = picture.analyse(x, level)
            coder.encode(bands, lows, level, scales)
            pairs.append((x, picture.synthesise(bands, lows, level), level))
            tell(f"compressed {len(pairs)}")
            yield level, _whole_numbers(bands)

    rows = photo_scales.samples(coded(), ROWS[1], rng)
    scales, sharpener = photo_scales.whole(rows, trained), photo_sharpener.fit(pairs)
    with writing(output.parent), replacing(output) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **numbers.taken(scales, sharpener))
    tell(f"wrote {output}, {output.stat().st_size:,} bytes")


def _chosen(
    paths: list[Path], turn: int, rng, changed: folders.Changed | None
) -> Iterator[tuple[np.ndarray, int]]:
    """Give photographs and the levels that they are compressed at."""
    some = rng.permutation(len(paths))[: PHOTOGRAPHS[turn]]
    levels = rng.permutation(np.linspace(*LEVELS[turn], len(some)).astype(int))
    for i, level in zip(some, levels, strict=True):
        yield folders.in_colour(folders.read(paths[i], changed)), int(level)


def _dead_zone(x: np.ndarray, level: int) -> list[list[tuple[np.ndarray, ...]]]:
    bands, _ = picture.analyse(x, level)
    for colour in bands:
        for band in (band for depth in colour for band in depth):
            band[:] = np.sign(band) * np.floor(np.abs(band) + 0.5 - DEAD_ZONE)
    return _whole_numbers(bands)


def _whole_numbers(bands: list[wavelet.Bands]) -> list[list[tuple[np.ndarray, ...]]]:
    return [[tuple(band.astype(np.int32) for band in depth) for depth in colour] for colour in bands]
