"""Fit the networks of the photograph codec: floating point in training, then whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import keras
import numpy as np
from keras import ops

from ae_core.codec.photo import contexts, scales
from ae_core.codec.photo.contexts import NETS, neighbours
from ae_core.codec.photo.scales import (
    CLASSES,
    DEPTHS,
    HIDDEN,
    REACH,
    SHIFTS,
    SYMBOLS,
    TOP,
    TOTAL,
    Scales,
)
from ae_core.codec.prior import to_frequencies

CAUTION = 40.0  # rows that the table of a class is worth before any is counted
_HASTE = 20.0  # of the last layer, whose result spans all classes
_SLOPE = 0.01  # of a hidden value beyond its range, in training, so that it comes back
_LAPLACIANS = (0.5, 0.6), (0.5, 1.6)  # share and scale of those that a table begins with
_NAMES = ("first", "level", "bias", "second", "second_bias", "last", "last_bias")

Rows = list[tuple[np.ndarray, np.ndarray]]


def samples(
    pictures: Iterable[tuple[int, list]], most: tuple[int, ...], rng: np.random.Generator
) -> Rows:
    """Return what each network is to learn from.

    Args:
        pictures: level, and whole numbers of each colour, depth and orientation, as coded.
        most: rows of a step at each depth; the last for all coarser ones.
        rng: draws the rows.

    Returns:
        For each network what is seen, uint8 (n, MOST_NEIGHBOURS), and float64 (n, 4): the number,
        the depth, the level, and the weight. A picture counts by the inverse of its bits.
    """
    found: list[list] = [[] for _ in range(NETS)]
    for level, q in pictures:
        bits = 200 + sum(2 * np.log2(1 + np.abs(a)).sum() for c in q for d in c for a in d)
        shapes = [tuple(band.shape for band in depth) for depth in q[0]]
        seen = contexts.Magnitudes(shapes, len(q))
        for step in contexts.steps(len(shapes), len(q)):
            part = q[step.colour][step.depth][step.orientation][step.places]
            if part.size:
                some = rng.permutation(part.size)[: most[min(step.depth, len(most) - 1)]]
                around = seen.around(step, 0, len(part))
                rows = np.zeros((len(some), contexts.MOST_NEIGHBOURS), np.uint8)
                rows[:, : len(around)] = around[:, some].T
                depth, weight = min(step.depth, DEPTHS - 1), part.size / len(some) / bits
                others = np.broadcast_to([depth, level, weight], (len(some), 3))
                found[step.net].append((rows, np.column_stack([part.ravel()[some], others])))
            seen.tell(step, 0, part)
    return [tuple(np.concatenate(a) for a in zip(*rows, strict=True)) for rows in found]


class Networks(keras.Model):
    """All networks side by side: what is seen (NETS, n, F), depth and level → bits (NETS, n)."""

    def __init__(self, start: dict[str, np.ndarray]):
        super().__init__()
        self.numbers = {
            name: self.add_weight(
                shape=value.shape, initializer=keras.initializers.Constant(value), name=name
            )
            for name, value in start.items()
        }

    def call(self, inputs):
        seen, depth, level, magnitude = inputs
        n = self.numbers
        one = ops.one_hot(depth, DEPTHS)
        h = ops.matmul(ops.cast(seen, "float32") / 255, n["first"]) + ops.matmul(one, n["bias"])
        h = _clipped(h + n["level"][:, None] * level[..., None])
        h = _clipped(ops.matmul(h, n["second"]) + n["second_bias"][:, None])
        number = ops.sum(h * n["last"][:, None], axis=-1) + n["last_bias"][:, None]
        number = ops.clip(_HASTE * number, -4.0, CLASSES + 3.0)
        scale = np.log(scales.SMALLEST_SCALE) + number * (np.log(2) / scales.A_DOUBLING)
        scale, mix = ops.maximum(scale, -4.0), n["mix"][:, :, None]
        chance = ops.logaddexp(
            ops.log_sigmoid(mix[:, 0]) + _laplacian(magnitude, scale + mix[:, 1]),
            ops.log_sigmoid(-mix[:, 0]) + _laplacian(magnitude, scale + mix[:, 2]),
        )
        return -chance / np.log(2)


def begun(seed: int) -> dict[str, np.ndarray]:
    """Return numbers to begin a training with."""
    rng, (one, two) = np.random.default_rng(seed), HIDDEN
    first = rng.normal(size=(NETS, contexts.MOST_NEIGHBOURS, one))
    for net in range(NETS):
        count = len(neighbours(net))
        first[net] *= 0.7 / np.sqrt(count)
        first[net, count:] = 0
    return {
        "first": first,
        "level": rng.normal(size=(NETS, one)) * 0.1,
        "bias": np.full((NETS, DEPTHS, one), 0.1),
        "second": rng.normal(size=(NETS, one, two)) / np.sqrt(one),
        "second_bias": np.full((NETS, two), 0.1),
        "last": rng.normal(size=(NETS, two)) / np.sqrt(two),
        "last_bias": np.full(NETS, 0.5),
        "mix": np.tile([0.0, -0.5, 0.5], (NETS, 1)),
    }


def train(
    rows: Rows,
    start: dict[str, np.ndarray],
    steps: int,
    batch: int,
    rate: float,
    tell: Callable[[int, float], None],
) -> dict[str, np.ndarray]:
    """Return trained numbers.

    Args:
        rows: from :func:`samples`.
        start: from :func:`begun`, or of an earlier training.
        steps: of Adam, the learning rate falling from ``rate`` along a cosine.
        batch: rows of each network in a step.
        tell: called with the step and its loss, now and then.
    """
    rng, model = np.random.default_rng(0), Networks(start)
    pace = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.003)
    model.compile(keras.optimizers.Adam(pace, beta_2=0.99), loss=_weighted)
    weights = [about[:, 3] / about[:, 3].mean() for _, about in rows]
    for i in range(steps):
        some = [rng.integers(len(seen), size=batch) for seen, _ in rows]
        seen = np.stack([r[0][at] for r, at in zip(rows, some, strict=True)])
        about = np.stack([r[1][at] for r, at in zip(rows, some, strict=True)]).astype(np.float32)
        weight = np.stack([w[at] for w, at in zip(weights, some, strict=True)]).astype(np.float32)
        given = seen, about[..., 1].astype(np.int32), about[..., 2] / 255, np.abs(about[..., 0])
        loss = model.train_on_batch(given, weight)
        if i % 100 == 99:
            tell(i + 1, float(loss))
    return {name: np.asarray(value) for name, value in model.numbers.items()}


def whole(rows: Rows, trained: dict[str, np.ndarray]) -> Scales:
    """Return trained networks in whole numbers, their tables counted from the same rows.

    Every layer has the largest shift with which all its sums stay below 2²⁴.
    """
    n = {name: np.asarray(value, np.float64) for name, value in trained.items()}
    found = {name: np.zeros(n[name].shape, np.int32) for name in _NAMES}
    shifts = np.zeros((NETS, 3), np.int32)
    for net in range(NETS):
        layers = (
            {"first": n["first"][net], "level": n["level"][net], "bias": TOP * n["bias"][net]},
            {"second": n["second"][net], "second_bias": TOP * n["second_bias"][net]},
            {"last": _HASTE / TOP * n["last"][net], "last_bias": _HASTE * n["last_bias"][net]},
        )
        for layer, parts in enumerate(layers):
            weights, *others = parts.values()
            most = TOP * np.abs(weights).sum(axis=0).max() + np.abs(others[-1]).max() + 1
            if layer == 0:
                most += TOP * np.abs(others[0]).max()
            shifts[net, layer] = np.floor(np.log2((2**24 - 2**18) / most))
            for name, value in parts.items():
                half = 0.5 if name.endswith("bias") else 0.0  # rounding down is then to the nearest
                found[name][net] = np.rint((value + half) * 2.0 ** shifts[net, layer])
    made = Scales(**found, shifts=shifts, tables=_tables())
    return Scales(**found, shifts=shifts, tables=_counted(rows, made))


def _tables() -> np.ndarray:
    """Return the tables of the classes' scales, two Laplacians each."""
    centres, width = scales.centres()[:, None], 2.0 ** SHIFTS[:, None]
    edges, chances = np.arange(-REACH, REACH + 2) * width - 0.5, np.zeros((CLASSES, SYMBOLS))
    for share, factor in _LAPLACIANS:
        tail = 0.5 * np.exp(-np.abs(edges) / (factor * centres))
        below = np.where(edges < 0, tail, 1 - tail)
        chances[:, :-1] += share * np.diff(below, axis=1)
        chances[:, -1] += share * (below[:, 0] + 1 - below[:, -1])
    return to_frequencies(chances, TOTAL)


def _counted(rows: Rows, made: Scales) -> np.ndarray:
    counts = np.zeros((CLASSES, SYMBOLS))
    mean = np.concatenate([about[:, 3] for _, about in rows]).mean()
    for net, (seen, about) in enumerate(rows):
        q, depth, level = about[:, :3].astype(np.int64).T
        x = np.ascontiguousarray(seen[:, : len(neighbours(net))].T, np.float32)
        found = made.classes(x, net, depth, level)
        high = q >> SHIFTS[found]
        symbols = np.where(np.abs(high) <= REACH, high + REACH, SYMBOLS - 1)
        np.add.at(counts, (found, symbols), about[:, 3] / mean)
    mirrored = np.hstack([(counts[:, :-1] + counts[:, -2::-1]) / 2, counts[:, -1:]])
    counts = np.where(SHIFTS[:, None] == 0, mirrored, counts)  # both signs are as likely
    return to_frequencies(counts + CAUTION * made.tables / TOTAL, TOTAL)


def _weighted(weight, bits):
    return ops.mean(weight * bits)


def _clipped(h):
    return ops.clip(h, 0.0, 1.0) + _SLOPE * (h - ops.stop_gradient(h))


def _laplacian(magnitude, log_scale):
    """Log chance of whole numbers of a magnitude, of one sign, under a Laplacian of a scale."""
    inverse = ops.exp(-log_scale)
    zero = ops.log(-ops.expm1(-0.5 * inverse) + 1e-12)
    other = (0.5 - magnitude) * inverse + ops.log(-ops.expm1(-inverse) + 1e-12) - np.log(2)
    return ops.where(magnitude < 0.5, zero, other)
