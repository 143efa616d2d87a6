"""Whole pictures through a network: of any size, in tiles that overlap, without a seam.

A network of convolutions alone sees no further than its kind's ``reach``: each tile goes through it
with so much around it, which is cut off, so that every pixel is that of one pass over all of the
picture. Any other network gets tiles of the size that it was made for, four over each pixel, whose
mean counts each the less the nearer it is to its border.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import numpy as np

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import noise
from ae_core.networks import kind
from ae_core.networks.network import Network

TILE = 512  # pixels of a side that a network of convolutions gets at once, at most
SIDES = 4  # which divides them
BATCH = 64  # tiles of a fixed size at once
MIDDLE = 127.5  # of the values of a picture
WAYS = tuple((turns, mirrored) for mirrored in (False, True) for turns in range(4))  # of a square

Progress = Callable[[int, int], None]


class Whole:
    """A trained network for pictures of any size.

    Args:
        network: it.
        config: what it was trained as.
    """

    def __init__(self, network: Network, config: TrainConfig):
        self.network, self.config = network, config
        self.reach = kind(config.network).reach
        self._lock = threading.Lock()
        self._any_size: Network | None = None  # the network for tiles of any size, once one is there

    def clean(
        self,
        x: np.ndarray,
        level: float,
        progress: Progress = lambda done, total: None,
        ensemble: bool = False,
    ) -> np.ndarray:
        """Return a picture through the network: (H, W, 1 or 3) → uint8 of the same shape.

        A grey picture goes through a network of colours as three channels, see :func:`_coloured`,
        and so does one of three equal channels; a coloured one through a grey network channel by
        channel.

        Args:
            x: the picture, noisy or not: uint8, or float32 on the 0-255 scale and beyond it, for
                noise as papers count it.
            level: its noise level, for a network that takes it.
            progress: called with tiles done and all of them.
            ensemble: the picture goes through turned by quarters and mirrored too, and the mean of
                the eight is taken (Timofte, Rothe, Van Gool 2016: "enhanced prediction", also known
                as self-ensemble). It takes eight times as long.

        Raises:
            UserError: it is no such picture.
        """
        sound = x.dtype in (np.uint8, np.float32) and x.ndim == 3 and x.shape[2] in (1, 3)
        if not sound or 0 in x.shape:
            raise UserError(
                "An image is uint8 (H, W, 1 or 3), not {dtype} {shape}.",
                dtype=x.dtype,
                shape=x.shape,
            )
        if not ensemble:
            return self._once(x, level, progress)
        total = np.zeros(x.shape, np.uint16)
        for place, (turns, mirrored) in enumerate(WAYS):
            way = np.rot90(x[:, ::-1] if mirrored else x, turns)
            made = np.rot90(self._once(way, level, _part_of(progress, place, len(WAYS))), -turns)
            total += made[:, ::-1] if mirrored else made
        return noise.to_8_bit(total / np.float32(len(WAYS)))

    def _once(self, x: np.ndarray, level: float, progress: Progress) -> np.ndarray:
        channels = self.network.image_shape[2]
        if channels == 3 and (x == x[..., :1]).all():
            coloured, told, contrast = np.repeat(x[..., :1], 3, axis=2), level, 1.0
            if kind(self.config.network).takes_level and level > 0:
                coloured, told, contrast = _coloured(x[..., :1], level, self.config.noise.level)
            made = self._clean(coloured, told, progress).mean(axis=2, keepdims=True)
            grey = noise.to_8_bit(MIDDLE + (made - MIDDLE) / contrast)
            return np.repeat(grey, x.shape[2], axis=2)
        if x.shape[2] == channels:
            return self._clean(x, level, progress)
        planes = []
        for place in range(3):
            told = _part_of(progress, place, 3)
            planes.append(self._clean(x[..., place : place + 1], level, told))
        return np.concatenate(planes, axis=2)

    def _clean(self, x: np.ndarray, level: float, progress: Progress) -> np.ndarray:
        height, width, _ = x.shape
        if self.reach:
            down, right, through = -height % SIDES, -width % SIDES, self._by_convolutions
        else:
            tile = self.network.image_shape
            down, right = max(0, tile[0] - height), max(0, tile[1] - width)
            through = self._blended
        x = np.pad(x, ((0, down), (0, right), (0, 0)), mode="edge")
        return through(x, level, progress)[:height, :width]

    def _by_convolutions(self, x: np.ndarray, level: float, progress: Progress) -> np.ndarray:
        margin = self.reach + -self.reach % SIDES
        down, right = (_places(side, min(side, TILE), margin) for side in x.shape[:2])
        made = np.empty(x.shape, np.uint8)
        tile = tuple(min(side, TILE) for side in x.shape[:2])
        done, total = 0, len(down) * len(right)
        for top, first_row, last_row in down:
            for left, first_column, last_column in right:
                part = x[None, top : top + tile[0], left : left + tile[1]]
                x_hat = self._of_tile(part, level)[0]
                made[first_row:last_row, first_column:last_column] = x_hat[
                    first_row - top : last_row - top, first_column - left : last_column - left
                ]
                done += 1
                progress(done, total)
        return made

    def _of_tile(self, x: np.ndarray, level: float) -> np.ndarray:
        """Return a tile of any size through the network: (1, h, w, C) → uint8 of the same shape.

        To build a network for each size takes longer than the tile.
        """
        with self._lock:
            if self._any_size is None:
                channels = self.network.image_shape[2]
                model = kind(self.config.network).build((None, None, channels), self.config)
                model.set_weights(self.network.model.get_weights())
                self._any_size = Network(model)
        return self._through(self._any_size, x.astype(np.float32), level)

    def _through(self, network: Network, x: np.ndarray, level: float) -> np.ndarray:
        if x.dtype == np.uint8:
            return network.reconstruct(x, level)
        return network.reconstruct_float(x, level, beyond=self.config.noise.unclipped > 0)

    def _blended(self, x: np.ndarray, level: float, progress: Progress) -> np.ndarray:
        height, width, channels = self.network.image_shape
        down = _even(x.shape[0], height)
        right = _even(x.shape[1], width)
        weight = (_hill(height)[:, None] * _hill(width))[..., None]
        made = np.empty(x.shape, np.uint8)
        sums = np.zeros((height, x.shape[1], channels), np.float32)
        weights = np.zeros((height, x.shape[1], 1), np.float32)
        for place, top in enumerate(down):
            for first in range(0, len(right), BATCH):
                lefts = right[first : first + BATCH]
                tiles = np.stack([x[top : top + height, left : left + width] for left in lefts])
                for left, tile in zip(lefts, self._through(self.network, tiles, level), strict=True):
                    sums[:, left : left + width] += weight * tile
                    weights[:, left : left + width] += weight
            rows = (down[place + 1] if place + 1 < len(down) else x.shape[0]) - top
            made[top : top + rows] = np.rint(sums[:rows] / weights[:rows]).astype(np.uint8)
            for total in (sums, weights):
                total[: height - rows] = total[rows:].copy()
                total[height - rows :] = 0
            progress(place + 1, len(down))
        return made


def _coloured(x: np.ndarray, level: float, highest: float) -> tuple[np.ndarray, float, float]:
    """Return a noisy grey picture as a coloured one of independent noise, and the level of that.

    The same noise in all three channels is none that a network of colours has seen: it takes it for
    what is there. Colour noise that leaves the mean of the channels alone makes of noise σ in all of
    them independent noise of √3 σ in each, for (√3 σ)² I = σ² 11ᵀ + (√3 σ)² (I - 11ᵀ / 3). Where that
    is more than the network knows, the picture and its noise lose contrast until it is not.

    Args:
        x: (H, W, 1), as :meth:`Whole.clean` takes it.
        level: σ, on the 0-255 scale, above 0.
        highest: level that the network knows, on the same scale.

    Returns:
        float32 (H, W, 3), the level, at most ``highest``, and by how much contrast was multiplied.
    """
    told = min(math.sqrt(3) * level, highest)
    contrast = told / (math.sqrt(3) * level)
    drawn = np.random.default_rng(0).normal(0, told, (*x.shape[:2], 3))
    drawn -= drawn.mean(axis=2, keepdims=True)
    return (MIDDLE + (x - MIDDLE) * contrast + drawn).astype(np.float32), told, contrast


def _places(side: int, tile: int, margin: int) -> list[tuple[int, int, int]]:
    """Return (start of a tile, first and last place that is taken from it) along one side."""
    if tile == side:
        return [(0, 0, side)]
    found, taken = [], 0
    while taken < side:
        start = min(max(0, taken - margin), side - tile)
        end = side if start + tile == side else start + tile - margin
        found.append((start, taken, end))
        taken = end
    return found


def _even(side: int, tile: int) -> list[int]:
    """Return starts of tiles from 0 to the end of a side, no more than half a tile apart."""
    count = 1 + math.ceil((side - tile) / (tile // 2))
    return [round(start) for start in np.linspace(0, side - tile, count)]


def _hill(side: int) -> np.ndarray:
    """Return weights along a tile, (side,): high in the middle, never zero."""
    return np.square(np.sin(np.pi * (np.arange(side) + 0.5) / side)).astype(np.float32) + 1e-3


def _part_of(progress: Progress, place: int, parts: int) -> Progress:
    return lambda done, total: progress(place * total + done, parts * total)
