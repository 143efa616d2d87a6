"""How many training images a set has, about, before it is read."""

from __future__ import annotations

from ae_core.data import info
from ae_core.data.sets import members

# Of the official files; 70 % are for training.
_OFFICIAL = {
    "notmnist": 60_000,
    "svhn": 73_257,
    "svhn-full": 73_257,
    "svhn-extra": 73_257 + 531_131,
    "photos": 19_720,  # tiles of the photographs that the shipped denoiser learned from
}
_TRAINED = 0.7
_NOT_TEST = 0.85  # of own images, where a person has set none apart for the test


def training_images(name: str, limit: int | None = None) -> int:
    """Count the training images of a set, or of sets joined by +; no image is read.

    Args:
        name: as :func:`ae_core.data.load` takes it.
        limit: use only so many of them.

    Raises:
        UserError: there is no such set.
        DataMissing: own images are not on this machine.
    """
    count = sum(_count(member) for member in members(name))
    return count if limit is None else min(count, limit)


def _count(name: str) -> int:
    entry = info(name)
    if entry.kind == "drawn":
        from ae_core.data import drawn_sets

        return round(_TRAINED * drawn_sets.SIZES[name][0])
    if entry.kind == "own":
        return _own(name)
    return round(_TRAINED * _OFFICIAL[name])


def _own(name: str) -> int:
    from ae_core.data.own import store

    made = store.counts(name)
    share = (1 if made[2] else _NOT_TEST) * (1 if made[1] else _TRAINED)
    return round(share * made[0])
