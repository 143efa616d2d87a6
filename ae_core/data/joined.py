"""Several data sets as one: train and validation concatenated, the test that of the first."""

from __future__ import annotations

import numpy as np

from ae_core.data.sets import Dataset, Split
from ae_core.data.splits import finish, frozen, joined_fingerprint
from ae_core.errors import UserError


def join(sets: list[Dataset]) -> Dataset:
    """Join sets whose images have one shape; UserError when they have not.

    Labels are kept by name: sets with other classes add theirs after those of the first.
    """
    for other in sets[1:]:
        if other.shape != sets[0].shape:
            raise UserError(
                "Sets of one image shape were expected, but {one} has {shape} and {other} has "
                "{other_shape}; join sets of the same height, width and colours.",
                one=sets[0].name,
                shape=sets[0].shape,
                other=other.name,
                other_shape=other.shape,
            )
    classes = tuple(dict.fromkeys(label for one in sets for label in one.classes))
    return finish(
        name="+".join(one.name for one in sets),
        title=" + ".join(one.title for one in sets),
        train=_concatenate([(one.train, one.classes) for one in sets], classes),
        validation=_concatenate([(one.validation, one.classes) for one in sets], classes),
        test=sets[0].test,  # its classes come first, so its labels stay as they are
        classes=classes,
        origin="; ".join(f"{one.name}: {one.origin}" for one in sets),
        fingerprint=joined_fingerprint([one.fingerprint for one in sets]),
    )


def _concatenate(parts: list[tuple[Split, tuple[str, ...]]], classes: tuple[str, ...]) -> Split:
    labels = [np.array([classes.index(label) for label in own])[split.labels] for split, own in parts]
    return frozen(np.concatenate([split.x for split, _ in parts]), np.concatenate(labels))
