"""The images that a training sees: which, in what order, and the noise of those that validate it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ae_core import data
from ae_core.config import RECUT, TrainConfig
from ae_core.errors import UserError
from ae_core.images import noise
from ae_core.images.noise import Noise
from ae_core.runs import Run

VALIDATION_LIMIT = 2048  # images
VALIDATION_PIXELS = 2**21  # so many images of 32×32: a look at larger ones costs no more
VALIDATION_SEED = 1
RECUTS = 8  # of each crop, beside the crop itself
MOST_RECUT = 200_000  # images, 600 MB of crops of 32×32 in colour


def load(config: TrainConfig) -> tuple[np.ndarray, list[int], np.ndarray]:
    """Return the training images, how many of each joined set, and the validation images.

    All uint8 (N, H, W, C).

    Raises:
        UserError: there is nothing to train or to validate on.
        DataMissing: a set is not on this machine.
    """
    members = [data.load(name) for name in data.members(config.data)]
    keep = None if config.limit is None else max(1, config.limit // len(members))
    trains = [[member.train.x[:keep]] for member in members]
    if config.augment in RECUT:
        for member, parts in zip(members, trains, strict=True):
            parts += _recut(member, len(parts[0]), config.seed)
    height, width, _ = trains[0][0].shape[1:]
    most = min(VALIDATION_LIMIT, max(1, VALIDATION_PIXELS // (height * width)))
    share = max(1, most // len(members))
    x_val = _joined([member.validation.x[:share] for member in members])
    sizes = [sum(map(len, parts)) for parts in trains]
    if min(sizes) == 0 or len(x_val) == 0:
        raise UserError(
            "The data set {data} has no images to train or validate on.", data=config.data
        )
    return _joined([x for parts in trains for x in parts]), sizes, x_val


def described(config: TrainConfig) -> dict[str, Any]:
    """Return what the images of a training are: fingerprint, origin, counts, and of each joined set.

    Raises:
        DataMissing: a set is not on this machine.
    """
    sets = []
    for name in data.members(config.data):
        dataset = data.load(name)
        counts = {part: len(getattr(dataset, part)) for part in ("train", "validation", "test")}
        sets.append(
            {"name": name, "fingerprint": dataset.fingerprint, "origin": dataset.origin} | counts
        )
    return {
        "name": config.data,
        "fingerprint": "+".join(entry["fingerprint"] for entry in sets),
        "origin": " + ".join(entry["origin"] for entry in sets),
        "train": sum(entry["train"] for entry in sets),
        "validation": sum(entry["validation"] for entry in sets),
        "test": sets[0]["test"],
        "sets": sets,
    }


def check_same(run: Run, found: dict[str, Any] | None = None) -> None:
    """Refuse to go on with a training whose images were replaced by others meanwhile.

    Args:
        run: one that may have been begun.
        found: its images as they are now, :func:`described`.

    Raises:
        UserError: they are not those that it was begun with.
        DataMissing: they are not on this machine any more.
    """
    if not run.epochs_done():
        return
    known = run.info.get("data", {}).get("fingerprint")
    if (found or described(run.config))["fingerprint"] != known and known:
        raise UserError(
            "The images of {data} are no longer those that the run {run} was trained with: bring "
            "these back to go on, or start a new training.",
            data=run.config.data,
            run=run.id,
        )


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Return images one after another; those of a single part as they are, for a set may be large."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _recut(dataset: data.Dataset, count: int, seed: int) -> list[np.ndarray]:
    """Return the first training images cut again from their photographs, where there are any."""
    if dataset.recut is None or not count:
        return []
    return [dataset.recut(count, max(1, min(RECUTS, MOST_RECUT // count)), seed)]


def epoch_order(sizes: list[int], seed: int, epoch: int) -> np.ndarray:
    """Return the image numbers of one epoch: as many as there are images, int32.

    Joined data sets have equal shares of an epoch, so a small set of real images is not drowned
    by a large drawn one: its images come several times, the large one's only in part.
    """
    random = np.random.default_rng([seed, epoch])
    share = -(-sum(sizes) // len(sizes))
    first, parts = 0, []
    for size in sizes:
        rounds = [random.permutation(size) for _ in range(-(-share // size))]
        parts.append(first + np.concatenate(rounds)[:share])
        first += size
    order = np.concatenate(parts)
    random.shuffle(order)
    return order[: sum(sizes)].astype(np.int32)


def spread(
    count: int, config: TrainConfig, level_range: tuple[float | None, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return a level and a code size for each validation image, both float32 (count,).

    The levels, of noise or of the rate, are from ``level_range``; without its lower end all the same.

    They are spread as training draws them, evenly and always alike: by the additive recurrence of
    Roberts (2018), "The unreasonable effectiveness of quasirandom sequences", in three dimensions.
    """
    steps = 1.2207440846057596 ** -np.arange(1.0, 4.0)
    u, v, w = (np.arange(1, count + 1)[:, None] * steps % 1).T
    low, high = level_range
    levels = np.where(w < config.noise.clean, 0, high if low is None else low + (high - low) * u)
    sizes = np.floor(np.exp(v * np.log(config.code + 1)))
    return levels.astype(np.float32), sizes.astype(np.float32)


def corrupt_each(x: np.ndarray, kind: Noise, levels: np.ndarray) -> np.ndarray:
    """Return validation images with the noise level of each, fixed by the image's number."""
    if kind.kind == "none" or len(set(levels)) <= 1:
        return noise.corrupt(x, kind, seed=VALIDATION_SEED)
    return np.concatenate(
        [
            noise.corrupt(x[i : i + 1], Noise(kind.kind, float(level)), VALIDATION_SEED, start=i)
            for i, level in enumerate(levels)
        ]
    )
