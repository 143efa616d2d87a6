"""What is made anew in a trained network while its other weights stay: it takes a few minutes.

In a rate network these are the tables, in an elastic one the layers of its shortest codes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.files import replacing
from ae_core.machine import provenance
from ae_core.runs import Run
from ae_core.training import images, starts

IMAGES = 4_096  # for the frequency tables


@dataclass(frozen=True)
class Short:
    """How the layers of an elastic network's shortest codes are trained.

    Attributes:
        augment: how the images are varied; None: as in the run's training.
        steps, learning_rate: of AdamW.
        longest: values of the longest code whose layers are trained; None: of all that have some.
    """

    augment: str | None = None
    steps: int = 10_000
    learning_rate: float = 3e-3
    longest: int | None = None

    def words(self) -> list[str]:
        """Return the options of the command that are not the usual ones."""
        found = []
        for part in fields(self):
            if (value := getattr(self, part.name)) != part.default:
                found += [f"--{part.name.replace('_', '-')}", str(value)]
        return found


def refit(
    run: Run,
    told: Callable[[int, int, float], None] = lambda done, of, loss: None,
    short: Short = Short(),  # noqa: B008 - it cannot change
) -> Run:
    """Return a new, finished run: a copy of ``run`` with a part of its network made anew.

    Its ``config.json`` is that of the old one, and says under ``refitted`` when this was.

    Args:
        run: a trained rate network or elastic one.
        told: gets the epochs done, their number and the last loss, where there are epochs.
        short: how an elastic network's shortest codes are trained.

    Raises:
        UserError: another kind of network, or a rate network whose training images are not here, or
            for which ``short`` says something.
        DataMissing: they are not on this machine.
    """
    kind = networks.kind(run.config.network)
    if not (kind.bits or kind.every_size):
        raise UserError(
            "The run {run} has neither a rate network nor an elastic one, so there is nothing to "
            "make anew.",
            run=run.id,
        )
    if kind.bits and short != Short():
        raise UserError(
            "The run {run} has a rate network: its tables are counted, so {options} means nothing.",
            run=run.id,
            options=" ".join(short.words()),
        )
    found = images.described(run.config)
    if kind.bits and found["fingerprint"] != run.info["data"]["fingerprint"]:
        raise UserError(
            "The run {run} was trained on other images than those that are here.", run=run.id
        )
    begun = time.monotonic()
    model = _with_tables(run) if kind.bits else _with_short_codes(run, told, short)
    seconds = round(time.monotonic() - begun)
    about = {"refitted": provenance.now(), "refit_seconds": seconds, "refit_data": found}
    about["refit_options"] = " ".join(short.words())
    copy = runs.create(run.config, run.title)
    copy.update_info(**(run.info | {"id": copy.id} | about))
    shutil.copyfile(run.folder / "history.csv", copy.folder / "history.csv")
    shutil.copytree(run.folder / "samples", copy.folder / "samples")
    with replacing(copy.model_path) as path:
        model.save(path)
    copy.update_status(state="finished", epoch=run.epochs_done())
    return copy


def _with_tables(run: Run):
    from ae_core.networks.rate import fitting

    x, sizes, _ = images.load(run.config)
    some = x[images.epoch_order(sizes, run.config.seed, 0)[:IMAGES]]
    old = networks.load(run.model_path).model
    return fitting.renewed(old, x, starts.equal_shares(sizes), some)


def _with_short_codes(run: Run, told: Callable[[int, int, float], None], short: Short):
    from ae_core.networks.elastic import bands, fitting

    config = replace(run.config, precision="float32", augment=short.augment or run.config.augment)
    x, sizes, _ = images.load(config)
    model = networks.build(config, x.shape[1:])
    tops = [one.top for one in bands.encoders(model).short]
    has_some = tops and tops[0] <= (short.longest or tops[0])
    if not has_some or not fitting.inherit(model, networks.load(run.model_path).model):
        raise UserError("The network of {run} has no layers of its shortest codes.", run=run.id)
    epochs = -(-short.steps * fitting.BATCH // len(x))
    orders = [images.epoch_order(sizes, config.seed, epoch) for epoch in range(1, epochs + 1)]
    fitting.fit(
        model,
        config,
        x,
        orders,
        short.learning_rate,
        short.longest,
        lambda epoch, loss: told(epoch, epochs, loss),
    )
    return model
