"""Which trainings a sweep is: every combination that can be, and a sentence on those that cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import Message, UserError

MOST_TRIALS = 1000
START_SECONDS = 12.0  # for a process to load its libraries and images


@dataclass(frozen=True)
class Axes:
    """What is varied. ``levels`` are those of the base's kind of noise; 0 means no noise.

    Without codes or levels, each network has what is usual for it.
    """

    networks: tuple[str, ...]
    codes: tuple[int, ...]
    levels: tuple[float, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Trial:
    """One training of a sweep; ``id`` is its run's name too."""

    id: str
    config: TrainConfig
    sweep: str

    @property
    def words(self) -> str:
        """What tells it from the others, such as "conv 64, gaussian 25, seed 1"."""
        code = f" {self.config.code}" if self.config.code else ""
        noise = self.config.noise
        kind = "no noise" if noise.kind == "none" else f"{noise.kind} {noise.level:g}"
        return f"{self.config.network}{code}, {kind}, seed {self.config.seed}"


def combine(
    name: str, base: TrainConfig, axes: Axes, asked: Iterable[str] = ()
) -> tuple[list[Trial], list[str]]:
    """Return the trials in the order they are trained, and a sentence on each that is left out.

    Args:
        name: the sweep's; the trials' names begin with it.
        base: what all trials share; its noise says the kind and the share of clean images.
        axes: what they do not share.
        asked: entries of the base that were asked for, so that no network has its own usual value.

    Raises:
        UserError: there is no such network, or no combination is possible.
    """
    for network in axes.networks:
        networks.kind(network)
    trials: dict[str, Trial] = {}
    left_out: dict[str, None] = {}
    for seed in axes.seeds:  # the matrix fills up once before a second seed is begun
        for given in _cells(base, axes, asked):
            try:
                config = networks.configure(given | {"seed": seed})
            except UserError as reason:
                left_out[reason.message] = None
                continue
            trial = Trial(_id(name, config), config, name)
            trials[trial.id] = trial
    if not trials:
        raise UserError(Message.joined(Message("Nothing is left to train."), *left_out))
    if len(trials) > MOST_TRIALS:
        raise UserError(
            "These are {count:,} trainings; a sweep has at most {most:,}.",
            count=len(trials),
            most=MOST_TRIALS,
        )
    return list(trials.values()), list(left_out)


def estimate(trials: list[Trial]) -> float | None:
    """Return about how many seconds the trials take one after another; None where nothing is known.

    What is known are this machine's earlier trainings of the same network on the same data: their
    seconds an epoch, in proportion to the images.
    """
    known: dict[tuple[str, str], float] = {}
    for run in runs.list_runs():
        config = run.config
        if run.pretrained or (config.network, config.data) in known:
            continue
        speeds = [row["images_per_second"] for row in run.rows() if row["images_per_second"] > 0]
        if len(speeds) > 1:  # the first epoch compiles
            known[config.network, config.data] = max(speeds)
    seconds = 0.0
    for trial in trials:
        speed = known.get((trial.config.network, trial.config.data))
        if not speed:
            return None
        images = _images(trial.config.data)
        if images is None:
            return None
        images = min(trial.config.limit or images, images)
        seconds += START_SECONDS + trial.config.epochs * images / speed
    return seconds


def _cells(base: TrainConfig, axes: Axes, asked: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield what is asked for in each cell of the matrix, as :func:`networks.configure` takes it."""
    shared = base.changes() | {entry: getattr(base, entry) for entry in ("precision", *asked)}
    noise = shared.pop("noise", {})
    if noise:  # the rest is what goes with a network
        noise = {"kind": noise["kind"]} | {n: noise[n] for n in ("low", "clean") if noise[n]}
    kinds = [networks.kind(network) for network in axes.networks]
    # What some of the networks have no use for is left out with these alone; where none has, it is
    # asked for in vain, and that is said.
    of_some_design = any(kind.designed for kind in kinds)
    of_some_code = any(kind.has_code for kind in kinds)
    for network in axes.networks:
        useless = of_some_design and not networks.kind(network).designed
        left = ("code", "design") if useless else ("code",)
        given = {name: value for name, value in shared.items() if name not in left}
        given["network"] = network
        # A network without a code is one and the same whatever size is asked for.
        codes = axes.codes if networks.kind(network).has_code or not of_some_code else ()
        for level in axes.levels or (None,):
            if level is not None:
                given["noise"] = noise | {"level": float(level)} if level else {"kind": "none"}
            for code in codes or (None,):
                yield given | ({} if code is None else {"code": code})


def _id(name: str, config: TrainConfig) -> str:
    code = str(config.code or "")
    network = f"{config.network}-{code}" if config.network[-1].isdigit() else config.network + code
    level = f"-n{config.noise.level:g}" if config.noise.kind != "none" else ""
    return f"{name}-{network}{level}-s{config.seed}"


def _images(name: str) -> int | None:
    """Count training images, as the last training on them noted it."""
    for run in runs.list_runs():
        noted = run.info.get("data") or {}
        if noted.get("name") == name and isinstance(noted.get("train"), int):
            return noted["train"]
    return None
