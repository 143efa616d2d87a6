"""Measurements of rate and quality that somebody asked for: a folder each in `artifacts/rates/`.

It holds `order.json` (what is measured), `status.json`, `log.txt` and, once all of it is measured,
`rate_quality.json`. What is cancelled leaves no table.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ae_core import data as datasets
from ae_core import networks, runs
from ae_core.drawing import layers
from ae_core.errors import Cancelled, UserError
from ae_core.files.reading import Damaged, fits, read_json
from ae_core.jobs import owners, room, states, worker
from ae_core.jobs.job import NAME, Job, names
from ae_core.machine import devices
from ae_core.runs import tables

IMAGES = 200  # unless asked for more: AVIF takes tens of milliseconds an image and setting
OWN_PROCESS = "AE_MEASURES"  # set by whoever started this process for one measurement

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Order:
    """The first so many test images of a data set, through the networks of these runs."""

    data: str
    networks: tuple[str, ...]
    images: int = IMAGES


class Measurement(Job):
    """One measurement's folder."""

    def order(self) -> Order:
        """Return what was asked for.

        Raises:
            UserError: the file is missing or damaged.
        """
        try:
            asked = read_json(self.folder / "order.json")["order"]
            if not fits(asked, Order):
                raise KeyError
            return Order(**asked | {"networks": tuple(asked["networks"])})
        except (OSError, TypeError, KeyError, Damaged) as error:
            raise UserError(
                "The measurement {name} has no readable order.json.", name=self.id
            ) from error

    def created(self) -> datetime.datetime | None:
        """Return when it was asked for, None where that is not known."""
        try:
            asked = read_json(self.folder / "order.json")
            return datetime.datetime.fromisoformat(str(asked.get("created"))).astimezone()
        except (OSError, UserError, ValueError, OverflowError):
            return None


def rates_dir() -> Path:
    """Return the folder of all measurements; it may not exist yet."""
    return runs.artifacts_dir() / "rates"


def listed() -> list[Measurement]:
    """Return all measurements that who asks may see, the newest first, whatever their state."""
    return owners.only_mine(_all())


def get(name: str) -> Measurement:
    """Return a measurement by its name.

    Raises:
        UserError: there is none.
    """
    found = Measurement(rates_dir() / name)
    if not NAME.fullmatch(name) or not found.folder.is_dir() or not owners.mine(found.folder):
        raise UserError("There is no measurement {name!r}; it may have been deleted.", name=name[:80])
    return found


def create(order: Order) -> Measurement:
    """Make the folder of a new measurement, in state queued; nothing is started.

    Earlier ones that ended without a table are deleted.

    Raises:
        UserError: the order cannot be, another measurement is being made, or the folder cannot be
            written.
    """
    check(order)
    if any(other.state() in states.ACTIVE for other in _all()):
        raise UserError("Another measurement is being made: wait for it, or cancel it.")
    for earlier in listed():
        if not (earlier.folder / tables.RATE).is_file():
            earlier.remove()
    created = datetime.datetime.now(datetime.UTC)
    made = Measurement(rates_dir() / f"{created:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}")
    asked = {
        "created": created.isoformat(timespec="seconds"),
        "order": dataclasses.asdict(order),
    }
    made.make({"order.json": asked, "status.json": states.queued(fraction=0.0, doing="")})
    return made


def check(order: Order) -> None:
    """Refuse what cannot be measured, without loading a network.

    Raises:
        UserError: no network, one without a code or for other images, or more than one rate network.
    """
    tables.check_images(order.images)
    if not order.networks:
        raise UserError("At least one network must be measured.")
    shape, coders = tuple(datasets.info(order.data).shape), 0
    for name in order.networks:
        run = runs.get(name)
        kind = networks.kind(run.config.network)
        if not run.model_path.is_file() or not kind.has_code:
            raise UserError(
                "The run {run} has no network with a code, so it stores no images.", run=run.id
            )
        takes = tuple(layers.read(run.model_path)[0].shape)
        if takes != shape:
            raise UserError(
                "The network of {run} takes images of {takes}, but those of {data} are {shape}.",
                run=run.id,
                takes=datasets.shape_in_words(takes),
                data=order.data,
                shape=datasets.shape_in_words(shape),
            )
        coders += kind.bits
    if coders > 1:
        raise UserError("Of networks that write bytes, one at a time is measured beside the others.")


def start(order: Order) -> Measurement:
    """Ask for a measurement and start its worker; returns at once.

    Raises:
        UserError: as :func:`create`.
    """
    with room.held(rates_dir()):
        made = create(order)
    arguments = ["evaluate", *order.networks, "--rate-quality", "--ordered", made.id]
    # On the CPU: the codecs compute on nothing else, and the GPU is a training's.
    made.spawn(arguments, devices.environment("cpu") | {OWN_PROCESS: "1"})
    return made


def work(made: Measurement, progress: Progress | None = None) -> str:
    """Make the measurement in this process; returns "finished" or "cancelled".

    Args:
        progress: called with (fraction 0 to 1, the codec that is measured).

    Raises:
        UserError: it could not be made; the sentence also stands in ``status.json``.
    """

    def body(reporter: worker.Reporter) -> str:
        begun = time.time()
        reporter.write(state="running", started=begun)

        def tell(fraction: float, doing: str) -> None:
            if reporter.should_stop():
                raise Cancelled
            rest = (time.time() - begun) * (1 - fraction) / fraction if fraction > 0 else None
            reporter.progress(fraction=fraction, doing=doing, eta_seconds=rest)
            if progress is not None:
                progress(fraction, doing)

        tables.put(made, tables.RATE, _measured(made.order(), reporter, tell))
        reporter.progress(fraction=1.0)
        return "finished"

    return worker.work(made, body)


def _all() -> list[Measurement]:
    return [Measurement(rates_dir() / name) for name in reversed(names(rates_dir()))]


def _measured(order: Order, reporter: worker.Reporter, tell: Progress) -> dict:
    """Return the block of an order; in a process of its own, a cancel is heard at any moment."""
    if OWN_PROCESS in os.environ:
        with worker.leaving_at_once(reporter):
            return _block(order, tell)
    return _block(order, tell)


def _block(order: Order, tell: Progress) -> dict:
    from ae_core.evaluation import rate_quality

    dataset = datasets.load(order.data)
    x = tables.test_images(dataset, order.images, IMAGES)
    return rate_quality.block(dataset, x, [runs.get(name) for name in order.networks], tell)
