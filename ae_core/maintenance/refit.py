"""A rate network's tables counted anew: its weights stay, so that it takes a minute or a few."""

from __future__ import annotations

import shutil

from ae_core import data, networks, runs
from ae_core.errors import UserError
from ae_core.files import replacing
from ae_core.machine import provenance
from ae_core.runs import Run
from ae_core.training import images, starts

IMAGES = 4_096  # for the frequency tables


def refit(run: Run) -> Run:
    """Return a new, finished run: a copy of ``run`` with what is counted in its network made anew.

    Its ``config.json`` is that of the old one, and says under ``refitted`` when this was.

    Args:
        run: a trained rate network.

    Raises:
        UserError: another kind of network, or other training images than it was trained on.
        DataMissing: they are not on this machine.
    """
    from ae_core.networks.rate import fitting

    if not networks.kind(run.config.network).bits:
        raise UserError(
            "The run {run} has no rate network, so there are no tables to count.", run=run.id
        )
    sets = [data.load(name) for name in data.members(run.config.data)]
    if "+".join(part.fingerprint for part in sets) != run.info["data"]["fingerprint"]:
        raise UserError(
            "The run {run} was trained on other images than those that are here.", run=run.id
        )
    x, sizes, _ = images.load(run.config)
    some = x[images.epoch_order(sizes, run.config.seed, 0)[:IMAGES]]
    model = networks.load(run.model_path).model
    model = fitting.renewed(model, x, starts.equal_shares(sizes), some)
    copy = runs.create(run.config, run.title)
    copy.update_info(**(run.info | {"id": copy.id, "refitted": provenance.now()}))
    shutil.copyfile(run.folder / "history.csv", copy.folder / "history.csv")
    shutil.copytree(run.folder / "samples", copy.folder / "samples")
    with replacing(copy.model_path) as path:
        model.save(path)
    copy.update_status(state="finished", epoch=run.epochs_done())
    return copy
