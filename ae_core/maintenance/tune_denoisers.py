"""The best settings of the classical denoisers, looked for on validation images.

A rival is only as strong as its settings. For each denoiser, number of channels, kind of noise and
noise level, this climbs from the best settings of the level before and from usual ones, one setting
at a time, as long as the mean PSNR over the validation images rises. The result is what
``baselines/denoiser_settings.json`` holds, which :mod:`ae_core.baselines.denoisers` reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae_core.baselines.denoisers import METHODS
from ae_core.errors import UserError
from ae_core.files import replacing, writing
from ae_core.images import metrics
from ae_core.images import noise as noises
from ae_core.images.noise import Noise
from ae_core.machine import provenance

SCHEMA = 1
SIGMAS = (5, 10, 15, 25, 35, 50, 75)
NOISES = ("clipped", "unclipped")
IMAGES = 48
NOISE_SEED = 7  # test images have their noise from seed 0

# Where the search starts at the lowest level. A whole number moves in steps of 2, a fraction by
# these factors, the largest first: PSNR over a setting may have more than one top.
START: dict[str, dict[str, float | int]] = {
    "wavelets": {"strength": 1.1},
    "total variation": {"strength": 0.8},
    "non-local means": {"patch": 5, "strength": 0.6},
    "bilateral": {"likeness": 2.9, "nearness": 1.0},
}
STEPS = (1.6, 1.25, 1.0 + 1 / 12)
PATCHES = (3, 7)
LEAST_GAIN = 1e-3  # dB

Progress = Callable[[float, str], None]


def tune(
    data: list[str] | None = None,
    images: int = IMAGES,
    progress: Progress | None = None,
    sigmas: tuple[float, ...] = SIGMAS,
) -> dict:
    """Look for the best settings.

    Args:
        data: names of a grey and of a colour data set; default: the real ones where they are on
            this machine, else the drawn ones.
        images: use so many validation images of each.
        progress: called with (fraction 0 to 1, what is being done).
        sigmas: the noise levels, rising.

    Returns:
        What :func:`write` writes: `settings[name][channels][noise]`, a list of dicts with `sigma`,
        the settings and the `psnr` that they reached; `tuned_on[channels]`, which images.

    Raises:
        UserError: no such data set, or not one of each.
    """
    from ae_core import data as datasets

    if images < 1:
        raise UserError(
            "At least one validation image must be used, but {images} were asked for.", images=images
        )
    tell = progress or (lambda fraction, text: None)
    sets = [datasets.load(name) for name in data or _names()]
    if sorted(s.shape[-1] for s in sets) != [1, 3]:
        raise UserError("Denoisers are tuned on one grey and one colour data set; name one of each.")
    jobs = [(s, name, kind) for s in sets for name in START for kind in NOISES]
    settings: dict = {name: {} for name in START}
    for done, (dataset, name, kind) in enumerate(jobs):
        x = _spread(dataset.validation.x, images)

        def part(fraction, text, done=done):
            tell((done + fraction) / len(jobs), text)

        rows = _curve(name, x, kind, sigmas, part)
        settings[name].setdefault(str(x.shape[-1]), {})[kind] = rows
    tuned_on = {
        str(s.shape[-1]): {
            "data": s.name,
            "origin": s.origin,
            "fingerprint": s.fingerprint,
            "split": "validation",
            "images": min(images, len(s.validation)),
        }
        for s in sets
    }
    result = {
        "schema": SCHEMA,
        "created": provenance.now(),
        "noise_seed": NOISE_SEED,
        "tuned_on": tuned_on,
        "settings": settings,
    }
    tell(1.0, "done")
    return result


def _curve(name: str, x, kind: str, sigmas, tell: Progress) -> list[dict]:
    """Best settings at each level; those of one level are a start of the search at the next."""
    rows, best = [], dict(START[name])
    for index, sigma in enumerate(sigmas):
        tell(index / len(sigmas), f"{name}, {x.shape[-1]} channel(s), {kind}, sigma {sigma:g}")
        x_noisy = (
            noises.corrupt(x, Noise("gaussian", sigma), seed=NOISE_SEED)
            if kind == "clipped"
            else noises.corrupt_unclipped(x, sigma, seed=NOISE_SEED)
        )
        # Two ways up, for there may be two tops.
        ways = [climb(name, start, x, x_noisy, sigma) for start in (best, START[name])]
        best, reached = max(ways, key=lambda way: way[1])
        rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in best.items()}
        rows.append({"sigma": sigma, **rounded, "psnr": round(reached, 3)})
    return rows


def climb(name: str, start: dict, x, x_noisy, sigma: float) -> tuple[dict, float]:
    """Improve settings until no single change of them gains: the settings, and their mean PSNR."""
    tried: dict[tuple, float] = {}

    def reach(settings: dict) -> float:
        key = tuple(round(v, 6) for v in settings.values())
        if key not in tried:
            x_hat = METHODS[name](x_noisy, sigma, **settings)
            # An image without any error counts as 99 dB: its infinity would hide all others.
            tried[key] = float(np.mean(np.minimum(metrics.psnr(x, x_hat), 99.0)))
        return tried[key]

    best, reached = dict(start), reach(start)
    for step in STEPS:
        gained = True
        while gained:
            gained = False
            for changed in _neighbours(best, step):
                if reach(changed) > reached + LEAST_GAIN:
                    best, reached, gained = changed, reach(changed), True
    return best, reached


def _neighbours(settings: dict, step: float) -> list[dict]:
    found = []
    for key, value in settings.items():
        if isinstance(value, int):
            moved = [v for v in (value - 2, value + 2) if PATCHES[0] <= v <= PATCHES[1]]
        else:
            moved = [value * step, value / step]
        found += [settings | {key: v} for v in moved]
    return found


def _spread(x, count: int) -> np.ndarray:
    """At most `count` images, evenly spread over all of them."""
    return x[np.unique(np.linspace(0, len(x) - 1, min(count, len(x))).astype(int))]


def _names() -> list[str]:
    from ae_core import data as datasets

    ready = {entry.name for entry, state in datasets.available() if state == "ready"}
    pairs = (("notmnist", "letters"), ("svhn", "numbers"))
    return [real if real in ready else drawn for real, drawn in pairs]


def write(result: dict, path: Path) -> None:
    """Write settings as JSON, a row of them on one line, for people read this file too.

    Raises:
        UserError: the file cannot be written.
    """
    text = json.dumps(result, indent=1, ensure_ascii=False)
    text = re.sub(r"\{[^{}]*\}", lambda match: " ".join(match.group().split()), text)
    with writing(path.parent), replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
