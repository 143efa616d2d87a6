"""What can be said of measured networks, found in the numbers themselves: one sentence a fact."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from ae_core.config import TrainConfig
from ae_core.report.wording import Words

LEAST = 25.0  # dB: below it, letters and digits look plainly damaged
SIMILAR = 0.5  # SSIM: below it, a report calls the copy of an image not usable


@dataclass(frozen=True)
class Result:
    """A network's name, its configuration, its figures on one test set, and its epochs.

    ``figures`` is an evaluation with one test; ``losses`` are (epoch, training, validation), and
    ``kept`` is the place among them of the epoch whose network is kept; ``data`` is the test set's
    title.
    """

    name: str
    config: TrainConfig
    figures: dict[str, Any]
    losses: Sequence[tuple[int, float, float]] = ()
    data: str = ""
    kept: int | None = None

    @property
    def test(self) -> dict[str, Any]:
        return self.figures["tests"][0]

    @property
    def psnr(self) -> float:
        """In dB; infinite where all test images come back unchanged."""
        found = self.test["network"]["psnr"]
        return math.inf if found is None else found

    @property
    def clean(self) -> bool:
        return self.figures["noise"]["kind"] == "none"


def observe(words: Words, results: Sequence[Result]) -> list[str]:
    """Return the sentences, most general first."""
    coded = [r for r in results if r.clean and r.figures["code"]]
    found: list[str] = []
    for about in (_extremes, _unusable, _below, _uncompressed, _sizes, _pca, _stored):
        found += about(words, coded) if coded else ()
    for result in results:
        found += _copies(words, result)
    for about in (_chosen, _overfitted, _denoised):
        found += about(words, results)
    return found


def _extremes(words: Words, results: Sequence[Result]) -> Iterator[str]:
    for data in dict.fromkeys(r.data for r in results):
        own = [r for r in results if r.data == data]
        if len(own) > 1:
            best, worst = max(own, key=attrgetter("psnr")), min(own, key=attrgetter("psnr"))
            yield words(
                "observe.extremes", data=data, best=_with(words, best), worst=_with(words, worst)
            )


def _unusable(words: Words, results: Sequence[Result]) -> Iterator[str]:
    measured = [r for r in results if r.test["network"]["ssim"] is not None]
    found = []
    for r in measured:
        if (ssim := r.test["network"]["ssim"]) < SIMILAR:
            said = {"psnr": words.psnr(r.test["network"]), "ssim": words.number(ssim, 4)}
            found.append(words("observe.similarity", name=r.name, **said))
    if measured:
        key = "observe.unusable" if found else "observe.usable"
        yield words(key, least=words.number(SIMILAR, 1), names=words.listed(found))


def _below(words: Words, results: Sequence[Result]) -> Iterator[str]:
    found = [_with(words, r) for r in results if r.psnr < LEAST]
    key = "observe.below" if found else "observe.none_below"
    yield words(key, least=words.number(LEAST), names=words.listed(found))


def _uncompressed(words: Words, results: Sequence[Result]) -> Iterator[str]:
    found = [r.name for r in results if r.figures["code"]["nominal_ratio"] <= 1]
    if found:
        yield words("observe.uncompressed", names=words.listed(found))


def _sizes(words: Words, results: Sequence[Result]) -> Iterator[str]:
    """For each data set with codes of several sizes: what halving the code costs on average."""
    for data in dict.fromkeys(r.data for r in results):
        own = sorted((r for r in results if r.data == data), key=_values)
        small, large = own[0], own[-1]
        lost, halvings = large.psnr - small.psnr, math.log2(_values(large) / _values(small))
        if halvings > 0 and math.isfinite(lost):
            yield words(
                "observe.sizes",
                data=data,
                large=_values(large),
                small=_values(small),
                lost=words.number(lost, 2),
                each=words.number(lost / halvings, 2),
            )


def _pca(words: Words, results: Sequence[Result]) -> Iterator[str]:
    above, below = [], []
    for result in results:
        pca = result.test.get("pca")
        if not pca or pca["psnr"] is None:
            continue
        difference = result.psnr - pca["psnr"]
        text = f"{result.name} {words.number(difference, 2, sign=True)} dB"
        (above if difference > 0 else below).append(text)
    if above:
        yield words("observe.above_pca", names=words.listed(above))
    if below:
        yield words("observe.below_pca", names=words.listed(below))


def _stored(words: Words, results: Sequence[Result]) -> Iterator[str]:
    """What 8 bits a value and a general compressor save, and what they cost."""
    costs = [
        (r.psnr - r.test["stored"]["summary"]["psnr"], r)
        for r in results
        if "rate_level" not in r.test
        and r.test.get("stored")
        and None not in (r.test["network"]["psnr"], r.test["stored"]["summary"]["psnr"])
    ]
    if costs:
        cost, result = max(costs, key=lambda pair: pair[0])
        savings = [
            r.figures["code"]["nominal_bits"] / r.figures["code"]["stored_bits"] for _, r in costs
        ]
        yield words(
            "observe.stored",
            low=words.short(min(savings)),
            high=words.short(max(savings)),
            cost=words.number(cost, 2),
            name=result.name,
        )


def _copies(words: Words, result: Result) -> Iterator[str]:
    unseen = result.test.get("network_without_duplicates")
    if not result.test["duplicates"] or not unseen or unseen["psnr"] is None:
        return
    difference = result.psnr - unseen["psnr"]
    if abs(difference) >= 0.005:  # less cannot be seen in the figures
        yield words(
            "observe.copies",
            name=result.name,
            n=words.number(result.test["duplicates"]),
            data=result.data,
            difference=words.number(difference, 2, sign=True),
        )


def _chosen(words: Words, results: Sequence[Result]) -> Iterator[str]:
    early = []
    for result in results:
        if result.kept is not None:
            best, last = result.losses[result.kept][0], result.losses[-1][0]
            if best < last:
                early.append(words("observe.epoch", name=result.name, best=best, last=last))
    if early:
        yield words("observe.early", names=words.listed(early))
    elif any(result.kept is not None for result in results):
        yield words("observe.still_falling")


def _overfitted(words: Words, results: Sequence[Result]) -> Iterator[str]:
    """Networks trained on squared error whose validation loss is well above the training loss."""
    found = []
    for result in results:
        config = result.config
        if result.kept is not None and (config.loss, config.augment) == ("mse", "none"):
            _, training, validation = result.losses[result.kept]
            if training > 0 and validation > 1.25 * training:
                share = words.number(100 * (validation / training - 1))
                found.append(words("observe.gap", name=result.name, percent=share))
    if found:
        yield words("observe.overfitted", names=words.listed(found))


def _denoised(words: Words, results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        noisy = result.test["noisy"]["psnr"]
        if result.clean or noisy is None:
            continue
        yield words(
            "observe.denoised",
            name=result.name,
            level=words.chosen(result.figures["noise"]["level"]),
            noisy=words.psnr(result.test["noisy"]),
            reconstruction=words.psnr(result.test["network"]),
            gain=words.number(result.psnr - noisy, 2, sign=True),
        )
        gains = [
            (level["sigma"], level["network"]["psnr"] - level["noisy"]["psnr"])
            for level in result.test.get("levels") or []
            if level["noise"] == "clipped" and level["network"]["psnr"] is not None
        ]
        if len(gains) > 1:
            said = [
                f"{words.number(gain, 2, sign=True)} dB (σ {words.chosen(sigma)})"
                for sigma, gain in gains
            ]
            yield words("observe.gains", name=result.name, gains=words.listed(said))


def _values(result: Result) -> int:
    return result.figures["code"]["values"]


def _with(words: Words, result: Result) -> str:
    return f"{result.name} ({words.psnr(result.test['network'])})"
