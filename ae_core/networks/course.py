"""What the history of a training says: which epoch was kept, why it ended, where the curves part.

A history is a list of rows, one for each look at the validation images, with ``epoch``, ``loss``,
``val_loss`` and ``val_psnr`` as numbers; epoch 0 is what it began with, without a ``loss``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.errors import Message
from ae_core.images import metrics
from ae_core.runs import Run

Rows = Sequence[Mapping[str, Any]]
CLEAR = 0.1  # dB of validation PSNR: less is not worth a sentence
FALL = 0.2  # of the training loss: less is no learning by heart while validation gets worse
BY_HEART = 10  # times the training loss: images so much better known are known one by one
LAST = 3  # looks at the end of which the middle one counts, against chance
LOST = 0.5  # dB below what a training began with: that is lost, and this no detour
SLOWER = 4  # times, from then on
MOST_FALLS = 3  # of a training, after which it goes on as it does


def best(rows: Rows, config: TrainConfig) -> int | None:
    """Return the place of the row whose network is kept; None without one.

    It is the first of lowest validation loss. None may have a lower PSNR than the training began
    with; but where the loss counts bits too, PSNR may fall for them.
    """
    floor = -math.inf
    if rows and _began(rows) and not networks.kind(config.network).bits:
        floor = _figure(rows[0], "val_psnr")
    losses = {place: _figure(row, "val_loss") for place, row in enumerate(rows)}
    known = [
        place
        for place, loss in losses.items()
        if math.isfinite(loss) and not _figure(rows[place], "val_psnr") < floor
    ]
    return min(known, key=losses.get, default=None)


def lost(rows: Rows, config: TrainConfig) -> bool:
    """Return whether the last look says that what the training began with was thrown away.

    So it is with too high a learning rate where PCA, with which it began, is nearly all that can be
    done. The epochs left then go on from the best network, at a lower rate. A training that began
    with chance has nothing to lose, and with another training's network it may take a detour.
    """
    kind = networks.kind(config.network)
    if not rows or not _began(rows) or config.start or kind.by_chance or kind.bits:
        return False
    fell = _figure(rows[0], "val_psnr") - _figure(rows[-1], "val_psnr") > LOST
    return fell and len(_falls(rows)) < MOST_FALLS and rows[-1]["epoch"] < config.epochs


def going_on(rows: Rows, config: TrainConfig) -> tuple[int, float]:
    """Return after which epoch the training last fell back, or 0, and its learning rate since."""
    return _fell(rows), config.learning_rate / SLOWER ** len(_falls(rows))


def _fell(rows: Rows) -> int:
    """Return the epoch after which the training last fell back, 0 where it never did."""
    return max(_falls(rows), default=0)


def _falls(rows: Rows) -> list[int]:
    return [int(row["epoch"]) for row in rows if _figure(row, "fell_back") == 1]


def helps_no_more(rows: Rows, config: TrainConfig) -> bool:
    """Return whether a training ends by itself: as many looks as asked for have brought no gain.

    They count anew where it fell back, see :func:`lost`.
    """
    place = best(rows, config)
    if not config.patience or place is None:
        return False
    since = [row for row in rows[place + 1 :] if row["epoch"] > _fell(rows)]
    return len(since) >= config.patience


def parted(rows: Rows, config: TrainConfig) -> int | None:
    """Return the place from which validation gets worse while training goes on getting better.

    It is that of the network kept; None where no later looks are clearly worse.
    """
    place = best(rows, config)
    if place is None or len(rows) - 1 - place < LAST or rows[place]["epoch"] < _fell(rows):
        return None
    end = sorted(_figure(row, "val_psnr") for row in rows[-LAST:])[LAST // 2]
    worse = end <= _figure(rows[place], "val_psnr") - CLEAR
    before, now = _loss(rows, place), _figure(rows[-1], "loss")
    fall = -math.log(1 - FALL) if config.loss == "psnr" else FALL * before  # that is a logarithm
    return place if worse and before - now >= fall else None


def stood(rows: Rows, config: TrainConfig) -> int | None:
    """Return the place from which validation gains nothing while the training loss halves.

    At the end the loss on the validation images is over :data:`BY_HEART` times that on the training
    images: what is learned is these alone. None where there is no such place, or the loss counts bits
    too or is a logarithm, of which there is no half.
    """
    if len(rows) <= LAST or networks.kind(config.network).bits:
        return None
    last = rows[-1]
    if not _figure(last, "val_loss") > BY_HEART * _figure(last, "loss") > 0:
        return None
    for place in range(len(rows) - LAST):
        if rows[place]["epoch"] < _fell(rows):  # the losses before are of another network
            continue
        later = max(_figure(row, "val_psnr") for row in rows[place + 1 :])
        gains_nothing = later < _figure(rows[place], "val_psnr") + CLEAR
        if gains_nothing and _figure(last, "loss") < _loss(rows, place) / 2:
            return place
    return None


def of_run(run: Run) -> list[Message]:
    """Return in sentences what a run's training came to; none before its first epoch."""
    rows = run.history().to_dict("records")
    return said(rows, run.config, run.state() == "finished", run.flat)


def said(rows: Rows, config: TrainConfig, over: bool, flat: float = 0.0) -> list[Message]:
    """Return in sentences what a training came to; none before its first look.

    Args:
        rows: its history.
        config: what was asked for.
        over: it is finished, and neither under way nor interrupted.
        flat: the share of the validation images that are nearly constant.
    """
    place = best(rows, config)
    if place is None:
        return []
    sentences = [_kept(rows, place, flat)]
    sentences += [
        Message(
            "After epoch {epoch} the network was far worse than what the training began with, which "
            "therefore went on from the best one, at a quarter of the learning rate.",
            epoch=epoch,
        )
        for epoch in _falls(rows)
    ]
    last = int(rows[-1]["epoch"])
    if over and last < config.epochs and helps_no_more(rows, config):
        sentences.append(
            Message(
                "It ended by itself after epoch {last} of {epochs}: the last {looks} looks at the "
                "validation images brought no gain.",
                last=last,
                epochs=config.epochs,
                looks=len(rows) - 1 - place,
            )
        )
    if (since := parted(rows, config)) is not None:
        sentences.append(
            Message(
                "From epoch {epoch} on it learns its training images by heart (over-fitting): the "
                "loss on them falls on, from {before:.3g} to {now:.3g}, while that on the "
                "validation images rises from {best:.3g} to {worse:.3g}.",
                epoch=int(rows[since]["epoch"]),
                before=_loss(rows, since),
                now=_figure(rows[-1], "loss"),
                best=_figure(rows[since], "val_loss"),
                worse=_figure(rows[-1], "val_loss"),
            )
        )
    elif (since := stood(rows, config)) is not None:
        sentences.append(
            Message(
                "From epoch {epoch} on it learns its training images by heart (over-fitting): the "
                "loss on them falls on, from {before:.3g} to {now:.3g}, while that on the "
                "validation images stays at {validation:.3g}.",
                epoch=int(rows[since]["epoch"]),
                before=_loss(rows, since),
                now=_figure(rows[-1], "loss"),
                validation=_figure(rows[-1], "val_loss"),
            )
        )
    return sentences


def _kept(rows: Rows, place: int, flat: float) -> Message:
    epoch = int(rows[place]["epoch"])
    psnr = metrics.in_words(_figure(rows[place], "val_psnr"), flat)
    if epoch == 0:
        return Message(
            "The network kept is what the training began with, at {psnr} on the validation "
            "images: no epoch did better.",
            psnr=psnr,
        )
    if not _began(rows):
        return Message(
            "The network kept is that of epoch {epoch}, at {psnr} on the validation images.",
            epoch=epoch,
            psnr=psnr,
        )
    return Message(
        "The network kept is that of epoch {epoch}, at {psnr} on the validation images; the "
        "training began at {start}.",
        epoch=epoch,
        psnr=psnr,
        start=metrics.in_words(_figure(rows[0], "val_psnr"), flat),
    )


def _loss(rows: Rows, place: int) -> float:
    """Return the training loss up to a look; before the first epoch, that of the first one."""
    return _figure(rows[place + 1 if rows[place]["epoch"] == 0 else place], "loss")


def _began(rows: Rows) -> bool:
    """Return whether the validation images were looked at before; in former times they were not."""
    return rows[0]["epoch"] == 0


def _figure(row: Mapping[str, Any], name: str) -> float:
    """Return a number of a row, nan where it has none: a file may be older, or cut."""
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan
